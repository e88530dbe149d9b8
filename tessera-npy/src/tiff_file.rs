//! A TIFF file, opened after its sizes were checked.

use std::fs::File;
use std::io::{self, BufReader, Cursor, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use tiff::TiffError;
use tiff::decoder::{Decoder, Limits};

use crate::LandmaskProblem;
use crate::tiff_counts::check_counts;

/// A TIFF file, of which the first directory is read.
#[derive(Debug)]
pub(crate) struct TiffFile {
    pub(crate) decoder: Decoder<Content>,
    /// Bytes of the whole file.
    pub(crate) len: u64,
}

/// What is in it.
#[derive(Debug)]
pub(crate) enum Content {
    File(BufReader<File>),
    Bytes(Cursor<Vec<u8>>),
}

impl TiffFile {
    /// Bytes of a strip or a tile, unpacked, at most: many times what the mask of a whole cell takes.
    pub(crate) const MAX_BLOCK: usize = 16 << 20;

    pub(crate) fn open(path: &Path) -> Result<Self, LandmaskProblem> {
        let file = File::open(path).map_err(LandmaskProblem::Io)?;
        let metadata = file.metadata().map_err(LandmaskProblem::Io)?;
        if metadata.is_dir() {
            return Err(LandmaskProblem::Io(ErrorKind::IsADirectory.into()));
        }
        Self::of(Content::File(BufReader::new(file)), metadata.len())
    }

    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Result<Self, LandmaskProblem> {
        let len = bytes.len() as u64;
        Self::of(Content::Bytes(Cursor::new(bytes)), len)
    }

    fn of(mut content: Content, len: u64) -> Result<Self, LandmaskProblem> {
        check_counts(&mut content, len).map_err(|cause| LandmaskProblem::Tiff { why: cause.to_string() })?;
        content.rewind().map_err(LandmaskProblem::Io)?;
        let mut limits = Limits::default();
        limits.decoding_buffer_size = Self::MAX_BLOCK;
        limits.intermediate_buffer_size = Self::MAX_BLOCK;
        let decoder = Decoder::new(content).map_err(unreadable)?.with_limits(limits);
        Ok(Self { decoder, len })
    }
}

impl Read for Content {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(out),
            Self::Bytes(bytes) => bytes.read(out),
        }
    }
}

impl Seek for Content {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Bytes(bytes) => bytes.seek(to),
        }
    }
}

/// What the decoder cannot read.
pub(crate) fn unreadable(cause: TiffError) -> LandmaskProblem {
    LandmaskProblem::Tiff { why: cause.to_string() }
}
