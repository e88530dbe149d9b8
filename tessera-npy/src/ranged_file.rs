//! An NPY file in a store of objects.

use std::io::{self, ErrorKind};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use tessera_core::{ByteRange, Fetches, ObjectRange};

use crate::npy_head::NpyHead;
use crate::objects::Objects;
use crate::{NpyFileError, NpyFileProblem, NpyHeader};

/// Bytes that are read of a file to begin with: numpy pads the header of such an array to 128.
const START: u64 = 256;

/// An NPY file in a store of objects, whose header is read.
#[derive(Debug)]
pub(crate) struct RangedFile {
    object: String,
    head: NpyHead,
}

/// The start of a file; nothing where there is no such object.
type Start = io::Result<Option<Vec<u8>>>;

/// What reading two headers gave: nothing where there is no such object.
pub(crate) struct Opened {
    pub(crate) files: [Option<RangedFile>; 2],
    pub(crate) fetches: Fetches,
}

impl RangedFile {
    /// Reads the headers of two files at once.
    pub(crate) fn open_both(objects: &Objects, paths: [&Path; 2]) -> Result<Opened, NpyFileError> {
        let name = |path| objects.name_of(path).map_err(|cause| NpyFileError::new(path, cause));
        let names = [name(paths[0])?, name(paths[1])?];
        let range = ByteRange::From { offset: 0, length: START };
        let ranges = [0, 1].map(|at| ObjectRange { object: &names[at], range });
        let taken: Mutex<[Option<Start>; 2]> = Mutex::default();
        objects.bytes.read_many(&ranges, &|at, got| {
            let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(place) = taken.get_mut(at) {
                *place = Some(got.map(|bytes| bytes.map(<[u8]>::to_vec)));
            }
            ControlFlow::Continue(())
        });
        let taken = taken.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut opened = Opened { files: [None, None], fetches: Fetches::default() };
        for (((place, start), path), object) in opened.files.iter_mut().zip(taken).zip(paths).zip(names) {
            let start = start.unwrap_or_else(|| Err(io::Error::other("was not answered")));
            let file = Self::open(objects, path, object, start, &mut opened.fetches);
            *place = file.map_err(|problem| NpyFileError::new(path, problem))?;
        }
        Ok(opened)
    }

    fn open(
        objects: &Objects,
        path: &Path,
        object: String,
        start: Start,
        fetches: &mut Fetches,
    ) -> Result<Option<Self>, NpyFileProblem> {
        let size = || objects.bytes.size(&object)?.ok_or_else(|| io::Error::from(ErrorKind::NotFound));
        let read = |length, fetches: &mut Fetches| {
            let mut out = Vec::new();
            *fetches += Fetches { requests: 1, bytes: length };
            let there = objects.bytes.read_into(&object, ByteRange::From { offset: 0, length }, &mut out)?;
            if there { Ok(out) } else { Err(io::Error::from(ErrorKind::NotFound)) }
        };
        let (mut start, len) = match start {
            Ok(None) => return Ok(None),
            Ok(Some(start)) => {
                *fetches += Fetches { requests: 1, bytes: START };
                (start, size()?)
            }
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => match size()? {
                0 => return Err(NpyFileProblem::Empty),
                len if len < START => (read(len, fetches)?, len),
                _ => return Err(error.into()),
            },
            Err(error) => return Err(error.into()),
        };
        if let Some(wanted) = NpyHeader::len_of(&start)
            && wanted > start.len() as u64
            && wanted <= len
        {
            start = read(wanted, fetches)?;
        }
        let header = NpyHeader::parse(&start, len)?;
        Ok(Some(Self { object, head: NpyHead::new(path, header, len) }))
    }

    /// The name of the object.
    pub(crate) fn object(&self) -> &str {
        &self.object
    }

    pub(crate) fn head(&self) -> &NpyHead {
        &self.head
    }

    /// All data, whose length is checked.
    pub(crate) fn data(&self) -> (ByteRange, u64) {
        let offset = self.head.header().data_offset() as u64;
        let length = self.head.len().saturating_sub(offset);
        (ByteRange::From { offset, length }, length)
    }
}
