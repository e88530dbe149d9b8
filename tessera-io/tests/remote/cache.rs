//! What was read once, and is still there, is not sent again.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tessera_core::{ByteRange, ByteRanges, ByteStore, ObjectChanged, ObjectRange};
use tessera_io::{ChunkCache, Remote, RemoteNotice, RemoteOptions, RemoteStore};

use crate::faults::{FaultProxy, Faults};
use crate::support::{WebServer, open, pattern, quick};
use crate::weed::Weed;

fn cached(dir: &Path) -> RemoteOptions {
    quick().cache(ChunkCache::open(dir.join("cache"), 64 << 20).unwrap())
}

/// A query of twenty ranges of two objects, which are looked at.
fn query(store: &RemoteStore, objects: [(&str, &[u8]); 2]) {
    let place = |at: usize| at * 3000..at * 3000 + 2000;
    let ranges: Vec<ObjectRange<'_>> = (0..20)
        .map(|at| {
            let offset = place(at).start as u64;
            ObjectRange { object: objects[at % 2].0, range: ByteRange::From { offset, length: 2000 } }
        })
        .collect();
    store.read_many(&ranges, &|at, got| {
        assert!(got.unwrap() == Some(&objects[at % 2].1[place(at)]), "{at}");
        ControlFlow::Continue(())
    });
}

/// The same query again and again, on a server that this puts objects to.
fn the_same_again(
    options: impl Fn() -> RemoteOptions,
    proxy: &FaultProxy,
    url: &str,
    put: impl Fn(&str, &[u8]),
) {
    let (one, two) = (pattern(70_000, 1), pattern(70_000, 2));
    put("one", &one);
    put("two", &two);
    let fresh = || -> (Remote, Arc<RemoteStore>) { open(options(), url) };
    let (remote, store) = fresh();
    query(&store, [("one", &one), ("two", &two)]);
    assert_eq!((remote.traffic().requests, remote.traffic().bytes_read), (20, 40_000));
    query(&store, [("one", &one), ("two", &two)]);
    assert_eq!((remote.traffic().requests, remote.traffic().cached), (20, 20));
    // Anew, each object is asked for once, and nothing is sent of it.
    let (remote, store) = fresh();
    let before = proxy.bytes();
    query(&store, [("one", &one), ("two", &two)]);
    let traffic = remote.traffic();
    assert_eq!((traffic.requests, traffic.unmodified, traffic.bytes_read, traffic.cached), (2, 2, 0, 20));
    assert_eq!((proxy.bytes(), traffic.bytes_cached), (before, 40_000));
    // What is not kept is sent, at the price of one request.
    let mut out = Vec::new();
    assert!(store.read_into("one", ByteRange::Last(50), &mut out).unwrap() && out == one[69_950..]);
    assert_eq!(remote.traffic().requests, 3);
    // The end of an object, and all of it, are known by its size.
    let (remote, store) = fresh();
    assert!(store.read_into("one", ByteRange::Last(50), &mut out).unwrap() && out == one[69_950..]);
    assert!(store.read_into("two", ByteRange::All, &mut out).unwrap() && out == two);
    let (again, store) = fresh();
    assert!(store.read_into("two", ByteRange::All, &mut out).unwrap() && out == two);
    assert_eq!(
        (remote.traffic().unmodified, again.traffic().unmodified, again.traffic().bytes_read),
        (1, 1, 0)
    );
    // Taken for granted, nothing is sent at all.
    let young = || open(options().cache_max_age(Duration::from_secs(3600)), url);
    let (remote, store) = young();
    query(&store, [("one", &one), ("two", &two)]);
    assert_eq!(remote.traffic().requests, 0);
    // Another version is read, and kept, as soon as it is asked for.
    let new = pattern(80_000, 3);
    put("one", &new);
    for requests in [10 + 1, 2] {
        let (remote, store) = fresh();
        query(&store, [("one", &new), ("two", &two)]);
        assert_eq!(remote.traffic().requests, requests);
    }
    // Taken for granted wrongly, it shows where the rest is read, and never again.
    put("one", &pattern(90_000, 4));
    let (_, store) = young();
    query(&store, [("one", &new), ("two", &two)]);
    let error = store.read_into("one", ByteRange::From { offset: 79_000, length: 10 }, &mut out).unwrap_err();
    assert!(ObjectChanged::is(&error), "{error}");
    let (_, store) = young();
    query(&store, [("one", &pattern(90_000, 4)), ("two", &two)]);
}

#[test]
fn from_a_web_server() {
    let dir = tempfile::tempdir().unwrap();
    let files = dir.path().join("files");
    std::fs::create_dir(&files).unwrap();
    let server = WebServer::start(&files);
    let proxy = FaultProxy::start(server.address, Faults::default());
    let put = |name: &str, bytes: &[u8]| std::fs::write(files.join(name), bytes).unwrap();
    the_same_again(|| cached(dir.path()), &proxy, &proxy.url(), put);
}

#[test]
fn from_a_bucket() {
    let Some(weed) = Weed::shared() else { return };
    weed.bucket("cached");
    let dir = tempfile::tempdir().unwrap();
    let proxy = FaultProxy::start(weed.s3, Faults::default());
    let (_, writer) = open(quick().variables(weed.variables(&weed.endpoint())), "s3://cached/p");
    let options = || cached(dir.path()).variables(weed.variables(&proxy.url()));
    the_same_again(options, &proxy, "s3://cached/p", |name, bytes| writer.put(name, bytes).unwrap());
}

#[test]
fn a_cache_that_fails_is_told_and_none_is_needed() {
    let dir = tempfile::tempdir().unwrap();
    let files = dir.path().join("files");
    std::fs::create_dir(&files).unwrap();
    std::fs::write(files.join("one"), pattern(70_000, 1)).unwrap();
    std::fs::write(files.join("two"), pattern(70_000, 2)).unwrap();
    let server = WebServer::start(&files);
    let (remote, store) = open(cached(dir.path()), &format!("http://{}", server.address));
    std::fs::remove_dir_all(dir.path().join("cache")).unwrap();
    std::fs::write(dir.path().join("cache"), b"no folder").unwrap();
    query(&store, [("one", &pattern(70_000, 1)), ("two", &pattern(70_000, 2))]);
    assert!(matches!(&remote.notices()[..], [RemoteNotice::Cache { .. }]), "{:?}", remote.notices());
}
