//! An NPY file, mapped into memory.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::HeaderError;
use crate::npy_head::NpyHead;

/// A file that is not the NPY file that it should be: which one, and why.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
#[non_exhaustive]
pub struct NpyFileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub problem: NpyFileProblem,
}

/// What is wrong with an NPY file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpyFileProblem {
    /// No such file.
    #[error("no such file")]
    Missing,
    /// A directory where a file should be.
    #[error("is a directory, expected an NPY file")]
    Directory,
    /// A pipe, a device or a socket.
    #[error("is not a regular file, expected an NPY file")]
    Special,
    /// Not one byte.
    #[error("is empty (0 bytes), expected an NPY file")]
    Empty,
    /// The system could not read it.
    #[error("cannot be read: {0}")]
    Io(io::Error),
    /// Not NPY, or of another size than its header says.
    #[error("{0}")]
    Header(HeaderError),
    /// Another dtype.
    #[error("dtype {got}, expected {expected}")]
    Dtype {
        /// The dtype as numpy spells it.
        got: String,
        /// What it may be.
        expected: &'static str,
    },
    /// Another number of dimensions.
    #[error("shape {got:?} has {} dimensions, expected {expected}", got.len())]
    Rank {
        /// The shape.
        got: Vec<usize>,
        /// What it may be.
        expected: &'static str,
    },
    /// Fortran order, in which the channels of a pixel do not lie together.
    #[error(
        "is in Fortran order, expected C order; convert it with numpy: a = numpy.load(path); numpy.save(path, numpy.ascontiguousarray(a))"
    )]
    FortranOrder,
}

impl From<io::Error> for NpyFileProblem {
    fn from(cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            _ => Self::Io(cause),
        }
    }
}

impl From<HeaderError> for NpyFileProblem {
    fn from(cause: HeaderError) -> Self {
        Self::Header(cause)
    }
}

impl NpyFileError {
    pub(crate) fn new(path: &Path, problem: impl Into<NpyFileProblem>) -> Self {
        Self { path: path.to_owned(), problem: problem.into() }
    }

    /// Opens a regular file that is not empty, with its length.
    pub(crate) fn open(path: &Path) -> Result<(File, u64), Self> {
        let error = |problem| Self::new(path, problem);
        // Looked at before it is opened, since opening a pipe would wait for its writer.
        let metadata = path.metadata().map_err(|cause| Self::new(path, cause))?;
        if metadata.is_dir() {
            return Err(error(NpyFileProblem::Directory));
        }
        if !metadata.is_file() {
            return Err(error(NpyFileProblem::Special));
        }
        if metadata.len() == 0 {
            return Err(error(NpyFileProblem::Empty));
        }
        let file = File::open(path).map_err(|cause| Self::new(path, cause))?;
        Ok((file, metadata.len()))
    }
}

/// An NPY file, mapped, whose header is read. Its data may still be of another length than the header says.
#[derive(Debug)]
pub(crate) struct NpyFile {
    head: NpyHead,
    map: Mmap,
}

impl NpyFile {
    pub(crate) fn open(path: &Path) -> Result<Self, NpyFileError> {
        let (file, _) = NpyFileError::open(path)?;
        // SAFETY: the map is read-only and lives as long as its bytes are borrowed. Any bytes are valid values of the
        // types they are read as, so another process that writes to the file changes values and no more; one that
        // truncates it makes the next access to the lost pages end the process (SIGBUS), which `NpyTile` documents.
        let map = unsafe { Mmap::map(&file) }.map_err(|cause| NpyFileError::new(path, cause))?;
        let head = NpyHead::parse(path, &map, map.len() as u64)?;
        Ok(Self { head, map })
    }

    /// What is known of it from its header.
    pub(crate) fn head(&self) -> &NpyHead {
        &self.head
    }

    /// The bytes after the header.
    pub(crate) fn data(&self) -> &[u8] {
        &self.map[self.head.header().data_offset()..]
    }

    /// Lets the process forget the pages of some of the data; what is read again comes from the file again.
    #[cfg(unix)]
    pub(crate) fn release(&self, data: Range<usize>) {
        let start = self.head.header().data_offset() + data.start;
        // SAFETY: the map is a shared, read-only map of a file, of which no page can be dirty: dropping one means that
        // the next access maps the same page of the file again, with the same bytes. That holds for pages that are
        // borrowed or being read by another thread too.
        let advised =
            unsafe { self.map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, start, data.len()) };
        // It is advice: a system that does not take it keeps the pages, and nothing else changes.
        drop(advised);
    }

    #[cfg(not(unix))]
    pub(crate) fn release(&self, _: Range<usize>) {}
}
