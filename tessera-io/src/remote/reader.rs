//! A range that is read piece by piece.

use std::io::{self, Read};
use std::sync::Arc;

use tessera_core::ByteRange;

use super::objects::Objects;

/// Reads a range in pieces of one request each, as far as is asked for: between two of them nothing has to be held open,
/// and no more is held than one piece.
pub(super) struct Pieces {
    objects: Arc<Objects>,
    object: String,
    piece: Vec<u8>,
    /// How much of the piece was given.
    given: usize,
    /// What comes after it.
    next: u64,
    end: u64,
}

impl Pieces {
    /// With the first piece; none where there is no object. One request, for an object that is no longer than a piece.
    pub(super) fn begin(objects: &Arc<Objects>, object: &str, range: ByteRange) -> io::Result<Option<Self>> {
        let most = objects.line.shared.options.fetching.most;
        let (start, end) = match range {
            ByteRange::From { offset, length } if length > most => (offset, offset.saturating_add(length)),
            // A piece of it is as well read at once: its size is not known before.
            ByteRange::All | ByteRange::From { .. } | ByteRange::Last(_) => {
                return Ok(read(objects, object, range, Vec::new())?.map(|piece| Self {
                    objects: Arc::clone(objects),
                    object: object.to_owned(),
                    piece,
                    given: 0,
                    next: 0,
                    end: 0,
                }));
            }
        };
        let first = ByteRange::From { offset: start, length: most };
        Ok(read(objects, object, first, Vec::new())?.map(|piece| Self {
            objects: Arc::clone(objects),
            object: object.to_owned(),
            piece,
            given: 0,
            next: start + most,
            end,
        }))
    }
}

/// Reads a range, while this thread waits.
pub(super) fn read(
    objects: &Arc<Objects>,
    object: &str,
    range: ByteRange,
    out: Vec<u8>,
) -> io::Result<Option<Vec<u8>>> {
    let (reading, object) = (Arc::clone(objects), object.to_owned());
    objects.line.shared.gate.wait(async move { reading.read(&object, range, out).await })
}

impl Read for Pieces {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.piece.len() && self.next < self.end && !out.is_empty() {
            let most = self.objects.line.shared.options.fetching.most;
            let length = most.min(self.end - self.next);
            let range = ByteRange::From { offset: self.next, length };
            let memory = std::mem::take(&mut self.piece);
            self.given = 0;
            let piece = read(&self.objects, &self.object, range, memory)?;
            // There a moment ago.
            self.piece = piece.ok_or_else(|| self.objects.changed(&self.object))?;
            self.next += length;
        }
        let length = out.len().min(self.piece.len() - self.given);
        out[..length].copy_from_slice(&self.piece[self.given..][..length]);
        self.given += length;
        Ok(length)
    }
}
