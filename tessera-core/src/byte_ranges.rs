//! Bytes that can be read in ranges.

use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;

use crate::{Fetching, Stamp};

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

/// A range of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ObjectRange<'a> {
    /// The name of the object.
    pub object: &'a str,
    /// Which of its bytes.
    pub range: ByteRange,
}

/// Takes what was read of many ranges: which of them, and its bytes, nothing where the object does not exist, or what went
/// wrong; and says whether to go on.
pub type TakeRange<'a> = dyn Fn(usize, io::Result<Option<&[u8]>>) -> ControlFlow<()> + Sync + 'a;

/// An object was replaced by another one since it was first read: what was read before does not belong to what is there
/// now. It travels inside of an [`io::Error`].
///
/// ```
/// use tessera_core::ObjectChanged;
///
/// let error = std::io::Error::from(ObjectChanged { object: "utm31/scales/c/0/0/0".into() });
/// assert!(ObjectChanged::is(&error));
/// assert!(error.to_string().contains("replaced"));
/// assert!(!ObjectChanged::is(&std::io::Error::other("no")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{object} was replaced while it was read: read it again")]
pub struct ObjectChanged {
    /// The name of the object.
    pub object: String,
}

impl ObjectChanged {
    /// Whether an error is this one.
    #[must_use]
    pub fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Self>)
    }
}

impl From<ObjectChanged> for io::Error {
    fn from(changed: ObjectChanged) -> Self {
        Self::other(changed)
    }
}

/// Named objects whose bytes can be read in ranges: a folder of files, an object store.
///
/// Names are relative, with `/` between their parts. Implementations never leave their root.
///
/// All that is read of one object, through one value of this, is of one version of it: where the object is replaced
/// meanwhile, an implementation that can tell says [`ObjectChanged`].
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

    /// Reads many ranges, of any objects, as many at once as [`fetching`](Self::fetching) says, and gives each to `take`
    /// as it comes: in any order, from any thread, several at once. Ends when `take` says so, or all were taken.
    ///
    /// By itself one after another, on the thread that asks.
    fn read_many(&self, ranges: &[ObjectRange<'_>], take: &TakeRange<'_>) {
        let mut out = Vec::new();
        for (at, wanted) in ranges.iter().enumerate() {
            let got = self.read_into(wanted.object, wanted.range, &mut out);
            if take(at, got.map(|there| there.then_some(out.as_slice()))).is_break() {
                return;
            }
        }
    }

    /// How reads are best put together.
    fn fetching(&self) -> Fetching {
        Fetching::default()
    }

    /// Forgets what is known of an object, so that the next read takes the version that is there then.
    fn forget(&self, object: &str) {
        let _ = object;
    }

    /// The size of an object in bytes; `None` where it does not exist. Of an object that was read before it is that of the
    /// version that was read, and an implementation that was told it then does not ask again.
    ///
    /// # Errors
    /// Where the object is there and cannot be asked.
    fn size(&self, object: &str) -> io::Result<Option<u64>>;

    /// The size of an object and what tells whether it has changed; `None` where it does not exist.
    ///
    /// # Errors
    /// Where the object is there and cannot be asked, or nothing is known but its size ([`io::ErrorKind::Unsupported`]),
    /// which is what this says by itself.
    fn stamp(&self, object: &str) -> io::Result<Option<Stamp>> {
        let why = format!("{} does not tell the version of {object}", self.name());
        Err(io::Error::new(io::ErrorKind::Unsupported, why))
    }

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

    /// All objects in a folder and the folders below it, with the folder's own name, sorted; the empty name is the root.
    /// None where there is no such folder.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    fn walk(&self, folder: &str) -> io::Result<Vec<(String, Stamp)>> {
        let why = format!("{} cannot be listed: {folder:?} was asked for", self.name());
        Err(io::Error::new(io::ErrorKind::Unsupported, why))
    }
}
