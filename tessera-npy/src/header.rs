//! The header of an NPY file.
//!
//! Format: <https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html>. Every size that the header names is
//! checked against the size of the file before it is used.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ndarray_npy::npy::header::Header;

use crate::{HeaderError, NpyFileError};

pub(crate) const MAGIC: &[u8] = b"\x93NUMPY";

/// The header of an NPY file: the dtype, order and shape of the array, and where its data begin.
///
/// ```
/// use tessera_npy::NpyHeader;
///
/// let text = format!("{:<117}\n", "{'descr': '|i1', 'fortran_order': False, 'shape': (1119, 211, 128), }");
/// let start = [b"\x93NUMPY\x01\x00\x76\x00", text.as_bytes()].concat();
/// let header = NpyHeader::parse(&start, 128 + 1119 * 211 * 128)?;
/// assert_eq!((header.dtype(), header.shape(), header.data_offset()), ("|i1", &[1119, 211, 128][..], 128));
/// assert_eq!(header.data_len(), Some(1119 * 211 * 128));
/// # Ok::<(), tessera_npy::HeaderError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NpyHeader {
    dtype: String,
    fortran_order: bool,
    shape: Vec<usize>,
    data_offset: usize,
}

impl NpyHeader {
    /// The longest header text that is read: what numpy itself allows (`max_header_size` of `numpy.load`).
    pub const MAX_LITERAL: usize = 10_000;

    /// As many bytes of a file as [`parse`](Self::parse) looks at, at most.
    pub const MAX_LEN: usize = 12 + Self::MAX_LITERAL;

    /// The text's parser tries each nested value up to three times, so its time grows threefold with each level. An
    /// array of numbers has two levels, one of records with arrays in them four.
    const MAX_NESTING: usize = 4;

    /// Reads the header of a file, and checks that header and data are as long as the file.
    ///
    /// # Errors
    /// Where there is no such file, or it is not NPY, truncated, or longer than its data.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, NpyFileError> {
        let (file, len) = NpyFileError::open(path.as_ref())?;
        let read = |mut file: &File| {
            let mut start = Vec::with_capacity(Self::MAX_LEN.min(usize::try_from(len).unwrap_or(usize::MAX)));
            file.by_ref().take(Self::MAX_LEN as u64).read_to_end(&mut start).map(|_| start)
        };
        let start = read(&file).map_err(|cause| NpyFileError::new(path.as_ref(), cause))?;
        let check = || Self::parse(&start, len).and_then(|header| header.check_len(len).map(|()| header));
        check().map_err(|cause| NpyFileError::new(path.as_ref(), cause))
    }

    /// Parses the start of a file of `file_len` bytes: `start` is its first [`MAX_LEN`](Self::MAX_LEN) bytes, or all of
    /// it where it is shorter. What follows the header is not looked at.
    ///
    /// # Errors
    /// Where it is not NPY, or its header is longer than the file, too long, or unreadable.
    pub fn parse(start: &[u8], file_len: u64) -> Result<Self, HeaderError> {
        let (prefix, length) = Self::lengths(start, file_len)?;
        let available = file_len.saturating_sub(prefix as u64);
        if length > available {
            return Err(HeaderError::Length { got: length, available });
        }
        if length > Self::MAX_LITERAL as u64 {
            return Err(HeaderError::TooLong { got: length });
        }
        let data_offset = prefix + length as usize;
        let short = HeaderError::Start { got: file_len, expected: data_offset as u64 };
        let header = start.get(..data_offset).ok_or(short)?;
        check_nesting(&header[prefix..])?;
        let header = Header::from_reader(&mut &*header)
            .map_err(|error| HeaderError::Literal { why: in_one_line(&error.to_string()) })?;
        let dtype =
            header.type_descriptor.as_string().cloned().unwrap_or_else(|| header.type_descriptor.to_string());
        Ok(Self { dtype, fortran_order: header.layout.is_fortran(), shape: header.shape, data_offset })
    }

    /// As many bytes as the header takes, which the first few say; `None` where they are not those of an NPY file, or say
    /// more than [`MAX_LEN`](Self::MAX_LEN).
    pub(crate) fn len_of(start: &[u8]) -> Option<u64> {
        let (prefix, length) = Self::lengths(start, start.len() as u64).ok()?;
        (length <= Self::MAX_LITERAL as u64).then_some(prefix as u64 + length)
    }

    /// The bytes before the text, and those of the text.
    fn lengths(start: &[u8], file_len: u64) -> Result<(usize, u64), HeaderError> {
        let got = &start[..start.len().min(MAGIC.len())];
        if got != MAGIC {
            return Err(HeaderError::Magic { got: got.to_vec() });
        }
        let short = |expected| HeaderError::Start { got: file_len, expected };
        let prefix = match start.get(6..8) {
            Some([1, 0]) => 10,
            Some([2 | 3, 0]) => 12,
            Some(&[major, minor]) => return Err(HeaderError::Version { major, minor }),
            _ => return Err(short(10)),
        };
        let length = start.get(8..prefix).ok_or(short(prefix as u64))?;
        Ok((prefix, length.iter().rev().fold(0_u64, |length, &byte| length << 8 | u64::from(byte))))
    }

    /// The dtype as numpy spells it: `|i1`, `<f4`.
    #[must_use]
    pub fn dtype(&self) -> &str {
        &self.dtype
    }

    /// Whether the first index runs fastest.
    #[must_use]
    pub fn fortran_order(&self) -> bool {
        self.fortran_order
    }

    /// The shape of the array.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Bytes before the data.
    #[must_use]
    pub fn data_offset(&self) -> usize {
        self.data_offset
    }

    /// Bytes of the data; `None` where that overflows, or for a dtype other than plain numbers.
    #[must_use]
    pub fn data_len(&self) -> Option<u64> {
        let elements =
            self.shape.iter().try_fold(1_u64, |n, &extent| n.checked_mul(u64::try_from(extent).ok()?))?;
        elements.checked_mul(item_size(&self.dtype)?)
    }

    /// Checks that header and data are just as long as the file.
    ///
    /// # Errors
    /// [`HeaderError::Overflow`], [`HeaderError::Truncated`] or [`HeaderError::Trailing`]; [`HeaderError::Dtype`] where
    /// the size of an element is not known.
    pub fn check_len(&self, file_len: u64) -> Result<(), HeaderError> {
        if item_size(&self.dtype).is_none() {
            return Err(HeaderError::Dtype { got: self.dtype.clone() });
        }
        let (got, dtype, shape) = (file_len, self.dtype.clone(), self.shape.clone());
        match self.data_len().and_then(|len| len.checked_add(self.data_offset as u64)) {
            None => Err(HeaderError::Overflow { shape, dtype }),
            Some(expected) if got < expected => Err(HeaderError::Truncated { got, expected, dtype, shape }),
            Some(expected) if got > expected => Err(HeaderError::Trailing { got, expected, dtype, shape }),
            Some(_) => Ok(()),
        }
    }
}

/// Bytes of an element of a dtype of plain numbers, as `<f4` has 4.
fn item_size(dtype: &str) -> Option<u64> {
    let plain = dtype.trim_start_matches(['<', '>', '|', '=']);
    let size = plain.strip_prefix(['b', 'i', 'u', 'f', 'c'])?.parse().ok()?;
    [1, 2, 4, 8, 16, 32].contains(&size).then_some(size)
}

fn check_nesting(text: &[u8]) -> Result<(), HeaderError> {
    let mut depth = 0_usize;
    for byte in text {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > NpyHeader::MAX_NESTING {
            let why = format!("nested more than {} levels deep", NpyHeader::MAX_NESTING);
            return Err(HeaderError::Literal { why });
        }
    }
    Ok(())
}

/// The first and the last line of a message: between them the text's parser repeats the text.
fn in_one_line(message: &str) -> String {
    let (first, last) =
        (message.lines().next().unwrap_or_default(), message.lines().last().unwrap_or_default());
    let rest = if message.lines().count() > 1 { last.trim() } else { "" };
    format!("{} {rest}", first.trim()).trim_end().chars().take(200).collect()
}
