//! A folder of files as a store of objects.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

use crate::folder_writer::{FileWriter, InPlaceWriter};
use crate::{ByteRange, ByteRanges, ByteStore, ObjectWriter, Stamp};

/// A folder whose files are objects: read in ranges, and written each as a whole. No object name leads out of it.
///
/// An object is written to a hidden file beside its place, or in the folder that [`partial_in`](Self::partial_in) names,
/// and renamed once it is on disk; or in its place at once, where the folder is [`unseen`](Self::unseen).
///
/// ```
/// use tessera_core::{ByteRange, ByteRanges, ByteStore, Folder};
///
/// let dir = tempfile::tempdir()?;
/// let folder = Folder::new(dir.path()).sync(false);
/// folder.put("a/b", b"0123456789")?;
/// let mut out = Vec::new();
/// assert!(folder.read_into("a/b", ByteRange::From { offset: 3, length: 4 }, &mut out)?);
/// assert_eq!(out, b"3456");
/// assert!(folder.put("../b", b"").is_err());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Folder {
    root: PathBuf,
    making: Making,
    sync: bool,
}

/// Where an object is while it is written.
#[derive(Debug, Clone)]
enum Making {
    /// In a hidden file beside its place.
    Beside,
    /// In this folder.
    In(PathBuf),
    /// In its place.
    InPlace,
}

impl Folder {
    /// The folder at this path; it is looked at when something is read.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), making: Making::Beside, sync: true }
    }

    /// The folder, which must exist on the same file system, for objects that are not whole yet.
    #[must_use]
    pub fn partial_in(mut self, folder: impl Into<PathBuf>) -> Self {
        self.making = Making::In(folder.into());
        self
    }

    /// The folder is one that nobody else sees yet, such as a temporary one that takes its place as a whole later: objects
    /// are written in their place at once, which is faster, and only their bytes are brought to disk, not their names.
    ///
    /// ```
    /// use tessera_core::{ByteRanges, ByteStore, Folder};
    ///
    /// let dir = tempfile::tempdir()?;
    /// let folder = Folder::new(dir.path()).unseen();
    /// folder.put("a/b", b"0123456789")?;
    /// assert_eq!(folder.size("a/b")?, Some(10));
    /// assert!(!folder.put_new("a/b", b"9")?, "there is one already");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn unseen(mut self) -> Self {
        self.making = Making::InPlace;
        self
    }

    /// Whether an object is on disk (`fsync`), and its name too, before it counts as written; yes by default.
    #[must_use]
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The path of an object.
    fn path(&self, object: &str) -> io::Result<PathBuf> {
        let path = Path::new(object);
        if path.components().all(|part| matches!(part, Component::Normal(_))) {
            Ok(self.root.join(path))
        } else {
            Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("object name {object:?} leads out of the folder"),
            ))
        }
    }

    /// The path of an object that is to be written, or removed.
    fn place(&self, object: &str) -> io::Result<PathBuf> {
        if object.is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "an object without a name"));
        }
        self.path(object)
    }

    /// The file of an object with its size; `None` where there is none, or a folder.
    fn open(&self, object: &str) -> io::Result<Option<(File, u64)>> {
        let file = match File::open(self.path(object)?) {
            Ok(file) => file,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let meta = file.metadata()?;
        Ok(meta.is_file().then_some((file, meta.len())))
    }

    /// The file of an object at the start of a range, and the length of the range, which the file has.
    fn open_at(&self, object: &str, range: ByteRange) -> io::Result<Option<(File, u64)>> {
        let Some((mut file, size)) = self.open(object)? else { return Ok(None) };
        let (offset, length) = match range {
            ByteRange::All => (0, size),
            ByteRange::From { offset, length } => (offset, length),
            ByteRange::Last(length) => (size - length.min(size), length.min(size)),
        };
        if offset.checked_add(length).is_none_or(|end| end > size) {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                format!("{object} has {size} bytes: expected {length} at offset {offset}"),
            ));
        }
        if offset > 0 {
            file.seek(SeekFrom::Start(offset))?;
        }
        Ok(Some((file, length)))
    }
}

impl ByteRanges for Folder {
    fn name(&self) -> String {
        self.root.display().to_string()
    }

    fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool> {
        out.clear();
        let Some((file, length)) = self.open_at(object, range)? else { return Ok(false) };
        // Not longer than the file, as was checked.
        out.reserve(length as usize);
        file.take(length).read_to_end(out)?;
        if out.len() as u64 == length {
            Ok(true)
        } else {
            Err(io::Error::new(io::ErrorKind::UnexpectedEof, format!("{object} shrank while it was read")))
        }
    }

    fn reader(&self, object: &str, range: ByteRange) -> io::Result<Option<Box<dyn Read + '_>>> {
        let reader = self.open_at(object, range)?.map(|(file, length)| file.take(length));
        Ok(reader.map(|reader| Box::new(reader) as Box<dyn Read>))
    }

    fn size(&self, object: &str) -> io::Result<Option<u64>> {
        Ok(self.open(object)?.map(|(_, size)| size))
    }

    fn stamp(&self, object: &str) -> io::Result<Option<Stamp>> {
        let Some((file, bytes)) = self.open(object)? else { return Ok(None) };
        Ok(Some(Stamp { bytes, version: Stamp::of_time(file.metadata()?.modified()?) }))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let entries = match std::fs::read_dir(self.path(folder)?) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        };
        // A name that is not text is nothing that anyone here has written.
        let names =
            entries.filter_map(|entry| entry.map(|entry| entry.file_name().into_string().ok()).transpose());
        let mut names: Vec<String> = names.collect::<io::Result<_>>()?;
        names.sort_unstable();
        Ok(names)
    }

    fn walk(&self, folder: &str) -> io::Result<Vec<(String, Stamp)>> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            for name in self.list(&folder)? {
                let name = if folder.is_empty() { name } else { format!("{folder}/{name}") };
                let metadata = match std::fs::metadata(self.path(&name)?) {
                    Ok(metadata) => metadata,
                    // Gone since it was listed.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                    Err(error) => return Err(error),
                };
                if metadata.is_dir() {
                    folders.push(name);
                } else {
                    let version = Stamp::of_time(metadata.modified()?);
                    found.push((name, Stamp { bytes: metadata.len(), version }));
                }
            }
        }
        found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        Ok(found)
    }
}

impl ByteStore for Folder {
    fn create(&self, object: &str) -> io::Result<Box<dyn ObjectWriter>> {
        let place = self.place(object)?;
        Ok(match &self.making {
            Making::InPlace => Box::new(InPlaceWriter::begin(&place, false, self.sync)?),
            Making::In(folder) => Box::new(FileWriter::begin(&place, Some(folder), self.sync)?),
            Making::Beside => Box::new(FileWriter::begin(&place, None, self.sync)?),
        })
    }

    fn put_new(&self, object: &str, bytes: &[u8]) -> io::Result<bool> {
        use std::io::Write;
        let place = self.place(object)?;
        let partial = match &self.making {
            Making::InPlace => {
                let mut writer = match InPlaceWriter::begin(&place, true, self.sync) {
                    Ok(writer) => writer,
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
                    Err(error) => return Err(error),
                };
                writer.write_all(bytes)?;
                return Box::new(writer).finish().map(|()| true);
            }
            Making::In(folder) => Some(folder.as_path()),
            Making::Beside => None,
        };
        let mut writer = FileWriter::begin(&place, partial, self.sync)?;
        writer.write_all(bytes)?;
        writer.finish_new()
    }

    fn remove(&self, object: &str) -> io::Result<bool> {
        match std::fs::remove_file(self.place(object)?) {
            Ok(()) => Ok(true),
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_what_they_say() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("a")).unwrap();
        std::fs::write(dir.path().join("a/b"), b"0123456789").unwrap();
        let folder = Folder::new(dir.path());
        let mut out = vec![9; 100];
        let mut read = |range| folder.read_into("a/b", range, &mut out).map(|there| (there, out.clone()));
        assert_eq!(read(ByteRange::All).unwrap(), (true, b"0123456789".to_vec()));
        assert_eq!(read(ByteRange::From { offset: 3, length: 4 }).unwrap(), (true, b"3456".to_vec()));
        assert_eq!(read(ByteRange::Last(2)).unwrap(), (true, b"89".to_vec()));
        assert_eq!(read(ByteRange::Last(99)).unwrap().1.len(), 10);
        assert!(read(ByteRange::From { offset: 8, length: 3 }).is_err());
        assert!(read(ByteRange::From { offset: u64::MAX, length: 3 }).is_err());
    }

    #[test]
    fn absent_is_not_an_error_and_outside_is() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), b"x").unwrap();
        let folder = Folder::new(dir.path());
        let mut out = Vec::new();
        for absent in ["nothing", "file/below", "no/such/folder"] {
            assert!(!folder.read_into(absent, ByteRange::All, &mut out).unwrap(), "{absent}");
        }
        for outside in ["../file", "/etc/hostname", "a/../../file"] {
            assert!(folder.read_into(outside, ByteRange::All, &mut out).is_err(), "{outside}");
            assert!(folder.list(outside).is_err(), "{outside}");
        }
    }

    #[test]
    fn a_folder_lists_its_names() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("c/1/7")).unwrap();
        std::fs::write(dir.path().join("c/1/12"), b"x").unwrap();
        let folder = Folder::new(dir.path());
        assert_eq!(folder.list("").unwrap(), ["c"]);
        assert_eq!(folder.list("c/1").unwrap(), ["12", "7"]);
        assert!(folder.list("c/2").unwrap().is_empty() && folder.list("c/1/12").unwrap().is_empty());
    }

    #[test]
    fn objects_appear_whole_or_not_at_all() {
        use std::io::Write;
        let dir = tempfile::tempdir().unwrap();
        let partial = dir.path().join("partial");
        std::fs::create_dir(&partial).unwrap();
        let names =
            |folder: &Folder| folder.walk("").unwrap().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        for folder in [
            Folder::new(dir.path().join("a")),
            Folder::new(dir.path().join("b")).partial_in(&partial).sync(false),
            Folder::new(dir.path().join("c")).unseen(),
        ] {
            let mut writer = folder.create("c/0").unwrap();
            writer.write_all(b"half").unwrap();
            assert_eq!(
                folder.size("c/0").unwrap().is_some(),
                matches!(folder.making, Making::InPlace),
                "{folder:?}"
            );
            drop(writer);
            assert!(names(&folder).is_empty());
            folder.put("c/0", b"one").unwrap();
            folder.put("c/0", b"two").unwrap();
            assert!(!folder.put_new("c/0", b"three").unwrap() && folder.put_new("c/1", b"three").unwrap());
            assert_eq!(names(&folder), ["c/0", "c/1"]);
            let stamp = folder.stamp("c/0").unwrap().unwrap();
            assert_eq!((stamp.bytes, folder.walk("c").unwrap()[0].1.clone()), (3, stamp));
            assert!(
                folder.remove("c/0").unwrap()
                    && !folder.remove("c/0").unwrap()
                    && !folder.remove("c/0/1").unwrap()
            );
            assert_eq!(names(&folder), ["c/1"]);
            assert!(folder.put("", b"x").is_err() && folder.put("../x", b"x").is_err());
        }
        assert_eq!(std::fs::read_dir(&partial).unwrap().count(), 0);
    }
}
