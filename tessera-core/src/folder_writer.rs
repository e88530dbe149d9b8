//! A file of a folder while it is written.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::ObjectWriter;

/// Bytes that are gathered before they are handed to the system.
const BUFFER: usize = 1 << 16;

/// A file that is not in its place yet, and is removed when it is dropped.
pub(crate) struct FileWriter {
    file: BufWriter<NamedTempFile>,
    place: PathBuf,
    sync: bool,
}

impl FileWriter {
    /// Begins a file in the folder `partial`, or beside its place.
    pub(crate) fn begin(place: &Path, partial: Option<&Path>, sync: bool) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".tessera-").suffix(".partial");
        // It becomes an object, so it gets the usual permissions and not a temporary file's private ones.
        #[cfg(unix)]
        builder.permissions(<fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666));
        let folder = match partial {
            Some(folder) => folder,
            None => {
                let parent = place.parent().unwrap_or(Path::new("."));
                fs::create_dir_all(parent)?;
                parent
            }
        };
        let file = BufWriter::with_capacity(BUFFER, builder.tempfile_in(folder)?);
        Ok(Self { file, place: place.to_owned(), sync })
    }

    /// Puts the file in its place where there is none; false where there is one.
    pub(crate) fn finish_new(self) -> io::Result<bool> {
        self.put(|file, place| match file.persist_noclobber(place) {
            Ok(_) => Ok(true),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error.error),
        })
    }

    fn put(mut self, persist: impl FnOnce(NamedTempFile, &Path) -> io::Result<bool>) -> io::Result<bool> {
        self.flush()?;
        let Self { file, place, sync } = self;
        let parent = place.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        let put = persist(file.into_inner().map_err(io::IntoInnerError::into_error)?, &place)?;
        // Only unix can open a folder to sync it.
        if sync && cfg!(unix) {
            File::open(parent)?.sync_all()?;
        }
        Ok(put)
    }
}

impl Write for FileWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()?;
        if self.sync { self.file.get_ref().as_file().sync_all() } else { Ok(()) }
    }
}

impl ObjectWriter for FileWriter {
    fn finish(self: Box<Self>) -> io::Result<()> {
        self.put(|file, place| file.persist(place).map(|_| true).map_err(|error| error.error)).map(|_| ())
    }
}

/// A file that is written in its place, and is removed when it is dropped before it is whole.
pub(crate) struct InPlaceWriter {
    file: File,
    place: PathBuf,
    sync: bool,
    whole: bool,
}

impl InPlaceWriter {
    /// Begins a file in its place; only where there is none, if `new`.
    pub(crate) fn begin(place: &Path, new: bool, sync: bool) -> io::Result<Self> {
        let open = || if new { File::create_new(place) } else { File::create(place) };
        let file = match open() {
            // The first of its folder: rarely asked, since most objects have a neighbour.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fs::create_dir_all(place.parent().unwrap_or(Path::new(".")))?;
                open()
            }
            opened => opened,
        }?;
        Ok(Self { file, place: place.to_owned(), sync, whole: false })
    }
}

impl Write for InPlaceWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.sync { self.file.sync_all() } else { Ok(()) }
    }
}

impl ObjectWriter for InPlaceWriter {
    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.flush()?;
        self.whole = true;
        Ok(())
    }
}

impl Drop for InPlaceWriter {
    fn drop(&mut self) {
        if !self.whole {
            // Who began it knows that it is not whole.
            let _ = fs::remove_file(&self.place);
        }
    }
}
