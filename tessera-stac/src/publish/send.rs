//! Sends files, and deletes objects, many at once.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use tessera_core::ByteStore;

use super::known::There;
use super::same::is_same;
use crate::CatalogError;
use crate::catalog_files::CatalogFiles;

/// Bytes of a file that is held in memory and put whole, at most: more than an index of the whole Earth. A longer one is
/// sent piece by piece, always.
const WHOLE: u64 = 64 << 20;

/// Sends a file in the place of an object, where it is not known to be there already; says whether it was sent.
pub(super) fn send_file(
    store: &dyn ByteStore,
    folder: &Path,
    object: &str,
    there: &There,
) -> Result<bool, CatalogError> {
    let send = || {
        let file = folder.join(object);
        if fs::metadata(&file)?.len() > WHOLE {
            let mut writer = store.create(object)?;
            io::copy(&mut File::open(file)?, &mut writer)?;
            writer.finish()?;
        } else {
            let bytes = fs::read(file)?;
            if there.stamp(store, object)?.is_some_and(|there| is_same(&there, &bytes)) {
                return Ok(false);
            }
            store.put(object, &bytes)?;
        }
        // What was read of it before is of another version now.
        store.forget(object);
        Ok(true)
    };
    send().map_err(CatalogError::io(&CatalogFiles::object(store, object)))
}

/// Does something with each of many objects, as many at once as the store likes, and tells what came of each on the
/// thread that asks, which says whether to go on. What has begun is ended; the first error ends it.
pub(super) fn many<T: Sync>(
    store: &dyn ByteStore,
    all: &[T],
    job: impl Fn(&T) -> Result<bool, CatalogError> + Sync,
    mut done: impl FnMut(bool) -> Result<(), CatalogError>,
) -> Result<(), CatalogError> {
    let threads = store.fetching().in_flight.clamp(1, all.len().max(1));
    let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (tell, told) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (tell, next, stop, job) = (tell.clone(), &next, &stop, &job);
            scope.spawn(move || {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if stop.load(Ordering::Relaxed) || tell.send(job(one)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(tell);
        let mut failed = None;
        for one in told {
            if let Err(cause) = one.and_then(&mut done) {
                stop.store(true, Ordering::Relaxed);
                failed.get_or_insert(cause);
            }
        }
        failed.map_or(Ok(()), Err)
    })
}
