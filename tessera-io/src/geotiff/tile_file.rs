//! The encoded tiles of one level, set aside until the directories that come before them are known.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};

use super::level::Level;

/// Encoded tiles in a file without a name. They come by rows of tiles, and of these by bands; they leave by bands, and
/// of these by rows, which is the order in which TIFF counts the tiles of separate planes.
#[derive(Debug)]
pub(super) struct TileFile {
    level: Level,
    bands: usize,
    file: File,
    /// Bytes of each tile, as they came.
    lengths: Vec<u32>,
}

impl TileFile {
    pub(super) fn new(level: Level, bands: usize, file: File) -> Self {
        Self { level, bands, file, lengths: Vec::new() }
    }

    pub(super) fn level(&self) -> &Level {
        &self.level
    }

    /// Appends the next tiles.
    pub(super) fn append(&mut self, tiles: &[Vec<u8>]) -> io::Result<()> {
        for tile in tiles {
            self.file.write_all(tile)?;
            self.lengths.push(u32::try_from(tile.len()).map_err(|_| io::ErrorKind::FileTooLarge)?);
        }
        Ok(())
    }

    /// Bytes of all tiles.
    pub(super) fn bytes(&self) -> u64 {
        self.lengths.iter().map(|&length| u64::from(length)).sum()
    }

    /// The tiles of one band that lie side by side, as a range of those that came.
    fn run(&self, band: usize, down: usize) -> std::ops::Range<usize> {
        let across = self.level.across();
        let start = (down * self.bands + band) * across;
        start..start + across
    }

    /// Runs of tiles in the order in which they leave.
    fn runs(&self) -> impl Iterator<Item = std::ops::Range<usize>> {
        (0..self.bands).flat_map(move |band| (0..self.level.down()).map(move |down| self.run(band, down)))
    }

    /// Bytes of each tile, in the order in which they leave.
    pub(super) fn lengths(&self) -> Vec<u32> {
        self.runs().flat_map(|run| &self.lengths[run]).copied().collect()
    }

    /// Copies all tiles, in the order in which they leave.
    pub(super) fn copy_to(&self, mut out: &File) -> io::Result<()> {
        // Where each run starts: tiles as they came, in whole runs.
        let mut start = 0;
        let starts: Vec<(u64, u64)> = self
            .lengths
            .chunks(self.level.across())
            .map(|run| {
                let length = run.iter().map(|&length| u64::from(length)).sum();
                let this = (start, length);
                start += length;
                this
            })
            .collect();
        let mut file = &self.file;
        for run in self.runs() {
            let (start, length) = starts[run.start / self.level.across()];
            file.seek(SeekFrom::Start(start))?;
            if io::copy(&mut file.take(length), &mut out)? != length {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_leave_by_bands() {
        let level = Level { rows: 40, cols: 20, edge: 16 };
        let mut tiles = TileFile::new(level, 2, tempfile::tempfile().unwrap());
        // Named by row of tiles, band and column of tiles; of different lengths.
        for down in 0..3 {
            for band in ["a", "b"] {
                for across in 0..2 {
                    let name = format!("{down}{band}{across}{}|", "x".repeat(down * 2 + across));
                    tiles.append(&[name.into_bytes()]).unwrap();
                }
            }
        }
        let out = tempfile::NamedTempFile::new().unwrap();
        (&mut out.as_file()).write_all(b"head:").unwrap();
        tiles.copy_to(out.as_file()).unwrap();
        let text = std::fs::read_to_string(out.path()).unwrap();
        assert_eq!(
            text,
            "head:0a0|0a1x|1a0xx|1a1xxx|2a0xxxx|2a1xxxxx|0b0|0b1x|1b0xx|1b1xxx|2b0xxxx|2b1xxxxx|"
        );
        assert_eq!(tiles.lengths(), [4, 5, 6, 7, 8, 9, 4, 5, 6, 7, 8, 9]);
        assert_eq!(tiles.bytes() + 5, text.len() as u64);
    }
}
