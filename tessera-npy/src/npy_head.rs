//! What is known of an NPY file from its header.

use std::path::{Path, PathBuf};

use crate::{NpyFileError, NpyFileProblem, NpyHeader};

/// What is known of an NPY file from its header, wherever the file lies. Its data may still be of another length than the
/// header says.
#[derive(Debug)]
pub(crate) struct NpyHead {
    path: PathBuf,
    header: NpyHeader,
    len: u64,
}

impl NpyHead {
    /// Reads the start of a file of so many bytes.
    pub(crate) fn parse(path: &Path, start: &[u8], len: u64) -> Result<Self, NpyFileError> {
        let header = NpyHeader::parse(start, len).map_err(|cause| NpyFileError::new(path, cause))?;
        Ok(Self::new(path, header, len))
    }

    pub(crate) fn new(path: &Path, header: NpyHeader, len: u64) -> Self {
        Self { path: path.to_owned(), header, len }
    }

    /// Checks that the file is just as long as its header says: until then its data may be too short.
    pub(crate) fn check_len(&self) -> Result<(), NpyFileError> {
        self.header.check_len(self.len).map_err(|cause| self.error(cause))
    }

    pub(crate) fn error(&self, problem: impl Into<NpyFileProblem>) -> NpyFileError {
        NpyFileError::new(&self.path, problem)
    }

    /// The file, or the address of the object.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn header(&self) -> &NpyHeader {
        &self.header
    }

    /// Bytes of the whole file.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }
}
