//! A text that lists the tiles of an archive, one a line.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::listed_folders::{ListedFolder, ListedFolders};
use crate::listing_line::Line;
use crate::{ListingProblem, Strangers};

/// Bytes of a line with its end, at most: a path of the longest that systems take, and a checksum.
const MAX_LINE: u64 = 8 << 10;
/// Bytes read at a time.
const BUFFER: usize = 256 << 10;
/// The first bytes of what gzip writes (RFC 1952, section 2.3.1).
const GZIP: &[u8] = b"\x1f\x8b";

/// The tiles that a text lists, by the folders that they lie in, in the order in which these first appear.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) folders: Vec<ListedFolder>,
    pub(crate) strangers: Strangers,
    /// How many, blank ones too.
    pub(crate) lines: u64,
}

impl Listing {
    pub(crate) fn open(path: &Path) -> Result<Self, ListingProblem> {
        let file = File::open(path).map_err(ListingProblem::Io)?;
        Self::read(BufReader::with_capacity(BUFFER, file))
    }

    /// Reads a text line by line: six bytes are kept of a line that names a tile, and what it says of a file.
    pub(crate) fn read(mut text: impl BufRead) -> Result<Self, ListingProblem> {
        let (mut folders, mut strangers) = (ListedFolders::default(), Strangers::default());
        let (mut line, mut lines) = (Vec::new(), 0);
        while let Some(whole) = next_line(&mut text, &mut line).map_err(ListingProblem::Io)? {
            lines += 1;
            if lines == 1 && line.starts_with(GZIP) {
                return Err(ListingProblem::Compressed);
            }
            match Line::parse(&line) {
                Line::Tile { above, id, named, file }
                    if whole && folders.add(above, lines, id, named, file) => {}
                Line::Blank if whole || line.starts_with(b"#") => {}
                said => strangers.add_line(lines, &line, said == Line::OffGrid),
            }
        }
        Ok(Self { folders: folders.into_list(), strangers, lines })
    }
}

/// Reads the next line, and says whether it is whole: of one that is too long only the beginning is kept. `None` at the
/// end of the text.
fn next_line(text: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    line.clear();
    let read = text.take(MAX_LINE).read_until(b'\n', line)?;
    let whole = (read as u64) < MAX_LINE || line.ends_with(b"\n");
    if !whole {
        text.skip_until(b'\n')?;
    }
    Ok((read > 0).then_some(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Listing {
        Listing::read(text).unwrap()
    }

    #[test]
    fn folders_in_the_order_of_the_lines() {
        let text = b"2024/grid_0.15_52.05\n2023/grid_0.15_52.05\n\n2024/grid_0.15_52.05/grid_0.15_52.05_scales.npy x\n\
            2024/grid_0.15_52.05\r\n2024/grid_0.05_52.05";
        let listing = read(text);
        let folders: Vec<_> = listing.folders.iter().map(|f| (&*f.path, f.tiles.len(), f.line)).collect();
        assert_eq!(folders, [("2024", 4, 1), ("2023", 1, 2)]);
        assert_eq!((listing.lines, listing.strangers.total()), (6, 0));
    }

    #[test]
    fn paths_out_of_the_root_and_addresses_are_strangers() {
        let text = b"../2024/grid_0.15_52.05\na/../2024/grid_0.15_52.05\ns3://b/2024/grid_0.15_52.05\n\
            a..b/grid_0.15_52.05\ns3://b/2024/grid_0.25_52.05\n2024\xff/grid_0.15_52.05";
        let listing = read(text);
        assert_eq!((listing.folders.len(), listing.strangers.lines), (1, 5));
        let numbers: Vec<_> = listing.strangers.line_examples.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 3, 5, 6]);
    }

    #[test]
    fn a_line_that_is_too_long_is_a_stranger() {
        let (long, tile) = (MAX_LINE as usize, "grid_0.15_52.05");
        let filled = |len: usize| format!("{tile}{}\n", " ".repeat(len - tile.len() - 1));
        let comment = format!("#{}\n", "x".repeat(long));
        let blank = format!("{}{tile}\n", " ".repeat(long));
        let text = [&filled(long), &filled(long + 1), &filled(3 * long), &comment, &blank, tile].concat();
        let listing = read(text.as_bytes());
        assert_eq!((listing.lines, listing.strangers.lines), (6, 3));
        assert_eq!((listing.folders.len(), listing.folders[0].tiles.len()), (1, 2));
        let numbers: Vec<_> = listing.strangers.line_examples.iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [2, 3, 5]);
    }

    #[test]
    fn compressed_text_is_told_as_such() {
        let error = Listing::read(&b"\x1f\x8b\x08\0abc"[..]).unwrap_err();
        assert!(matches!(error, ListingProblem::Compressed), "{error}");
    }
}
