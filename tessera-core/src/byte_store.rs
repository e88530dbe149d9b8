//! Objects that can be written.

use std::io::{self, Write};

use crate::ByteRanges;

/// Named objects that can be written too, each as a whole: a reader sees an object as it was, or as it is, never half of
/// it.
///
/// ```
/// # #[cfg(feature = "folder")] {
/// use std::io::Write;
/// use tessera_core::{ByteRange, ByteRanges, ByteStore, Folder};
///
/// let dir = tempfile::tempdir()?;
/// let store: Box<dyn ByteStore> = Box::new(Folder::new(dir.path()));
/// let mut object = store.create("a/b")?;
/// object.write_all(b"half of it, ")?;
/// assert_eq!(store.size("a/b")?, None);
/// object.write_all(b"and all")?;
/// object.finish()?;
/// assert_eq!(store.size("a/b")?, Some(19));
/// assert!(!store.put_new("a/b", b"another")?, "there is one already");
/// assert!(store.remove("a/b")? && !store.remove("a/b")?);
/// # }
/// # Ok::<(), std::io::Error>(())
/// ```
pub trait ByteStore: ByteRanges {
    /// Begins an object, to be appended to piece by piece. It takes its place when it is finished, over what is there;
    /// dropped before, it leaves nothing.
    ///
    /// # Errors
    /// Where the store refuses.
    fn create(&self, object: &str) -> io::Result<Box<dyn ObjectWriter>>;

    /// Puts an object in its place, over what is there.
    ///
    /// # Errors
    /// Where the store refuses.
    fn put(&self, object: &str, bytes: &[u8]) -> io::Result<()> {
        let mut writer = self.create(object)?;
        writer.write_all(bytes)?;
        writer.finish()
    }

    /// Puts an object in its place where there is none; false where there is one, which stays as it is.
    ///
    /// # Errors
    /// Where the store refuses.
    fn put_new(&self, object: &str, bytes: &[u8]) -> io::Result<bool>;

    /// Deletes an object; false where there is none.
    ///
    /// # Errors
    /// Where the store refuses.
    fn remove(&self, object: &str) -> io::Result<bool>;

    /// The most bytes of an object that its writer holds in memory before they have arrived, however long the object is:
    /// the parts of an upload, say. By itself none that would count.
    fn held(&self) -> u64 {
        0
    }
}

/// An object while it is written: appended to, and then finished. Flushed, all that was written has arrived, as far as it
/// can before it is finished, so that finishing takes little time.
pub trait ObjectWriter: Write + Send {
    /// Puts the object in its place.
    ///
    /// # Errors
    /// Where the store refuses; then what was there before is there still.
    fn finish(self: Box<Self>) -> io::Result<()>;

    /// As [`finish`](Self::finish), and says which version the object has now, as
    /// [`Stamp::version`](crate::Stamp::version) does, where the store tells that with its answer: what another puts there
    /// a moment later has another one. `None`, which is what this says by itself, where it does not.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    fn finish_versioned(self: Box<Self>) -> io::Result<Option<String>> {
        self.finish().map(|()| None)
    }
}
