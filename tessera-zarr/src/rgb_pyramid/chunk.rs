//! The chunks of a pyramid of pictures.

use std::fs;
use std::io::{ErrorKind, Read};
use std::ops::Range;

use tessera_core::{ByteRange, PyramidChunk, PyramidGrid, PyramidStore, SourceError};

use super::{BYTES, MOST_FILE_BYTES, RgbChunkError, RgbPyramid};
use crate::scratch::with_scratch;

impl RgbPyramid {
    /// The name of a chunk in the group.
    fn name_of(&self, chunk: PyramidChunk) -> Result<String, RgbChunkError> {
        let PyramidChunk { level, row, col } = chunk;
        if self.grid.contains(chunk) {
            Ok(format!("{level}/rgb/c/{row}/{col}/0"))
        } else {
            Err(RgbChunkError::NotKept { chunk, levels: self.levels() })
        }
    }

    fn read(&self, chunk: PyramidChunk, out: &mut Vec<u8>) -> Result<bool, RgbChunkError> {
        out.clear();
        let name = self.name_of(chunk)?;
        let failed = RgbChunkError::io(&name);
        // It may have been written since it was last read.
        self.store.forget(&name);
        let Some(reader) = self.store.reader(&name, ByteRange::All).map_err(&failed)? else {
            // A folder in the place of a file is damage.
            return match &self.folder {
                Some(folder) if folder.join(&name).is_dir() => Err(failed(ErrorKind::IsADirectory.into())),
                _ => Ok(false),
            };
        };
        let decoded = with_scratch(|scratch| {
            scratch.encoded.clear();
            reader.take(MOST_FILE_BYTES as u64).read_to_end(&mut scratch.encoded).map_err(failed)?;
            out.resize(BYTES, 0);
            let decoded = self.codec.decode_bytes(&scratch.encoded, out, &mut scratch.contexts);
            decoded.map_err(|why| RgbChunkError::Damaged { name, why })
        });
        if decoded.is_err() {
            out.clear();
        }
        decoded.map(|()| true)
    }

    fn write(&self, chunk: PyramidChunk, pixels: &[u8]) -> Result<(), RgbChunkError> {
        let name = self.name_of(chunk)?;
        if pixels.len() != BYTES {
            return Err(RgbChunkError::Size { chunk, got: pixels.len() });
        }
        if pixels.as_chunks::<4>().0.iter().all(|[.., alpha]| *alpha == 0) {
            return self.remove(chunk);
        }
        with_scratch(|scratch| {
            self.codec
                .encode(pixels, &mut scratch.encoded, &mut scratch.contexts)
                .map_err(|why| RgbChunkError::Encode { chunk, why })?;
            self.put(&name, &scratch.encoded).map_err(RgbChunkError::io(&name))
        })
    }

    fn remove(&self, chunk: PyramidChunk) -> Result<(), RgbChunkError> {
        let name = self.name_of(chunk)?;
        let removed = self.store.remove(&name).map_err(RgbChunkError::io(&name))?;
        if let (true, Some(folder)) = (removed, &self.folder) {
            // Each chunk has a folder of its own, which is of no use without it.
            let _ = folder.join(&name).parent().map(fs::remove_dir);
        }
        Ok(())
    }

    fn told<T>(&self, result: Result<T, RgbChunkError>) -> Result<T, SourceError> {
        result.map_err(|cause| SourceError::new(self.name(), cause))
    }
}

impl PyramidStore for RgbPyramid {
    fn name(&self) -> String {
        self.store.name()
    }

    fn grid(&self) -> &PyramidGrid {
        &self.grid
    }

    fn levels(&self) -> Range<u8> {
        0..self.grid.levels()
    }

    fn read_chunk(&self, chunk: PyramidChunk, out: &mut Vec<u8>) -> Result<bool, SourceError> {
        self.told(self.read(chunk, out))
    }

    fn write_chunk(&self, chunk: PyramidChunk, pixels: &[u8]) -> Result<(), SourceError> {
        self.told(self.write(chunk, pixels))
    }

    fn remove_chunk(&self, chunk: PyramidChunk) -> Result<(), SourceError> {
        self.told(self.remove(chunk))
    }
}
