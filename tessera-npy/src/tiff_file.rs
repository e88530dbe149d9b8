//! A TIFF file, opened after its sizes were checked.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Seek};
use std::path::Path;

use tiff::TiffError;
use tiff::decoder::{Decoder, Limits};

use crate::LandmaskProblem;
use crate::tiff_counts::check_counts;

/// A TIFF file, of which the first directory is read.
#[derive(Debug)]
pub(crate) struct TiffFile {
    pub(crate) decoder: Decoder<BufReader<File>>,
    /// Bytes of the whole file.
    pub(crate) len: u64,
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
        let (mut file, len) = (BufReader::new(file), metadata.len());
        check_counts(&mut file, len).map_err(|cause| LandmaskProblem::Tiff { why: cause.to_string() })?;
        file.rewind().map_err(LandmaskProblem::Io)?;
        let mut limits = Limits::default();
        limits.decoding_buffer_size = Self::MAX_BLOCK;
        limits.intermediate_buffer_size = Self::MAX_BLOCK;
        let decoder = Decoder::new(file).map_err(unreadable)?.with_limits(limits);
        Ok(Self { decoder, len })
    }
}

/// What the decoder cannot read.
pub(crate) fn unreadable(cause: TiffError) -> LandmaskProblem {
    LandmaskProblem::Tiff { why: cause.to_string() }
}
