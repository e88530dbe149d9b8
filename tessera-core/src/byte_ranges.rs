//! Bytes that can be read in ranges.

use std::io::{self, Cursor, Read};

/// Which bytes of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ByteRange {
    /// All of them.
    All,
    /// So many from an offset on.
    From {
        /// The first byte.
        offset: u64,
        /// How many.
        length: u64,
    },
    /// So many at the end; all, where the object has fewer.
    Last(u64),
}

/// Named objects whose bytes can be read in ranges: a folder of files, an object store.
///
/// Names are relative, with `/` between their parts. Implementations never leave their root.
pub trait ByteRanges: Send + Sync {
    /// What to call the whole in a message: a path or an address.
    fn name(&self) -> String;

    /// Puts a range of an object in place of what `out` holds, whose memory is used again; false where the object does
    /// not exist.
    ///
    /// # Errors
    /// Where the object is there and cannot be read, or ends before the range does
    /// ([`io::ErrorKind::UnexpectedEof`]).
    fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool>;

    /// A reader of a range of an object, for those who may not need all of it; `None` where the object does not exist.
    ///
    /// # Errors
    /// As [`read_into`](Self::read_into); what is missing at the end may show only when it is read.
    fn reader(&self, object: &str, range: ByteRange) -> io::Result<Option<Box<dyn Read + '_>>> {
        let mut bytes = Vec::new();
        let there = self.read_into(object, range, &mut bytes)?;
        Ok(if there { Some(Box::new(Cursor::new(bytes))) } else { None })
    }

    /// The size of an object in bytes; `None` where it does not exist.
    ///
    /// # Errors
    /// Where the object is there and cannot be asked.
    fn size(&self, object: &str) -> io::Result<Option<u64>>;

    /// The names of all that lies directly in a folder, objects and folders alike, without the folder's own name, sorted;
    /// the empty name is the root. None where there is no such folder.
    ///
    /// # Errors
    /// [`io::ErrorKind::Unsupported`] where names cannot be listed, as over plain HTTP, which is what this says by itself;
    /// or where the folder is there and cannot be listed.
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let why = format!("{} cannot be listed: {folder:?} was asked for", self.name());
        Err(io::Error::new(io::ErrorKind::Unsupported, why))
    }
}
