//! A line of a listing.

use tessera_core::{TileId, TileIdError};

use crate::ListedFile;
use crate::listed_file::Named;

/// What a line of a listing says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// A tile, and the path of the folder that its own folder lies in: `npy/v1/2024`, or nothing; what of the tile is
    /// named, and what is said of that file.
    Tile { above: &'a [u8], id: TileId, named: Named, file: ListedFile },
    /// A name of the form of a tile's whose coordinates are not a cell's centre.
    OffGrid,
    /// Something else.
    Other,
    /// Nothing, or a comment.
    Blank,
}

impl<'a> Line<'a> {
    /// Reads a line, without allocating where it names a tile: words between blanks, of which one is a path. The path is
    /// that of a tile's folder, or of one of its two files in the folder. Of a file, a word of digits is its size, and one
    /// of 64 hexadecimal digits its SHA-256; other words are of no matter. So the lines of `sha256sum`, `find -printf
    /// '%s %p'`, `aws s3 ls` and `rclone ls` can be read as they are.
    pub(crate) fn parse(line: &'a [u8]) -> Self {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            return Self::Blank;
        }
        let words = || line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        // Sizes, dates, times and sums may stand before it.
        let beside =
            |word: &[u8]| word.iter().all(|byte| b"0123456789-:.".contains(byte)) || sha256(word).is_some();
        let path = words().find(|word| !beside(word)).or_else(|| words().next()).unwrap_or_default();
        // As `find` and `ls -d */` print them.
        let path = strip(path, |path| path.strip_prefix(b"./"));
        let path = strip(path, |path| path.strip_suffix(b"/"));
        let (above, name) = split(path);
        let Some(stem) = name.strip_suffix(b".npy") else {
            return Self::of_folder(above, name, Named::Folder, ListedFile::default());
        };
        let (stem, named) = match stem.strip_suffix(b"_scales") {
            Some(stem) => (stem, Named::Scales),
            None => (stem, Named::Embeddings),
        };
        let (above, folder) = split(above);
        // A file in another tile's folder is not to be found where that name says.
        if folder != stem {
            return Self::Other;
        }
        let file = ListedFile { size: words().find_map(size), sha256: words().find_map(sha256) };
        Self::of_folder(above, folder, named, file)
    }

    fn of_folder(above: &'a [u8], name: &[u8], named: Named, file: ListedFile) -> Self {
        let name = std::str::from_utf8(name).unwrap_or_default();
        if !name.starts_with("grid_") {
            return Self::Other;
        }
        match name.parse() {
            Ok(id) => Self::Tile { above, id, named, file },
            Err(TileIdError::OffGrid { .. } | TileIdError::Outside { .. }) => Self::OffGrid,
            Err(_) => Self::Other,
        }
    }
}

/// A number of bytes.
fn size(word: &[u8]) -> Option<u64> {
    let digits = word.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(word).ok().filter(|_| digits)?.parse().ok()
}

/// 64 hexadecimal digits.
fn sha256(word: &[u8]) -> Option<[u8; 32]> {
    if word.len() != 64 {
        return None;
    }
    let mut hash = [0; 32];
    for (byte, pair) in hash.iter_mut().zip(word.chunks_exact(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16);
        *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
    }
    Some(hash)
}

/// Takes away a part as often as it is there.
fn strip(mut path: &[u8], part: impl Fn(&[u8]) -> Option<&[u8]>) -> &[u8] {
    while let Some(rest) = part(path) {
        path = rest;
    }
    path
}

/// What stands before the last slash, and after it.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        // The root of the file system is the only folder whose path ends with a slash.
        Some(0) => (&path[..1], &path[1..]),
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (&[], path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_of_a_tile() {
        let id = "grid_-0.05_50.75".parse().unwrap();
        for (line, above) in [
            ("grid_-0.05_50.75", ""),
            ("  grid_-0.05_50.75/\r\n", ""),
            ("./grid_-0.05_50.75/grid_-0.05_50.75.npy", ""),
            ("2024/grid_-0.05_50.75", "2024"),
            ("2024/grid_-0.05_50.75/grid_-0.05_50.75.npy", "2024"),
            ("2024/grid_-0.05_50.75/grid_-0.05_50.75_scales.npy b5ba0fb6496d5198b618d16c68be9375", "2024"),
            ("./npy/v1/2024/grid_-0.05_50.75/\t12 files", "npy/v1/2024"),
            ("/data/2024/grid_-0.05_50.75", "/data/2024"),
            ("/grid_-0.05_50.75", "/"),
        ] {
            let found = Line::parse(line.as_bytes());
            assert!(
                matches!(found, Line::Tile { above: a, id: i, .. } if (a, i) == (above.as_bytes(), id)),
                "{line}: {found:?}"
            );
        }
    }

    #[test]
    fn what_is_said_of_a_file() {
        let (path, hash) =
            ("2024/grid_-0.05_50.75/grid_-0.05_50.75", "0123456789abcdefABCDEF".repeat(3) + "00");
        let hash = &hash[..64];
        let bytes: Vec<u8> =
            (0..32).map(|i| u8::from_str_radix(&hash[2 * i..2 * i + 2], 16).unwrap()).collect();
        let bytes: [u8; 32] = bytes.try_into().unwrap();
        for (line, expected, size, sha256) in [
            (format!("{path}.npy {hash}"), Named::Embeddings, None, Some(bytes)),
            (format!("{hash}  ./{path}_scales.npy"), Named::Scales, None, Some(bytes)),
            (format!("{path}.npy 106282496 {hash}"), Named::Embeddings, Some(106_282_496), Some(bytes)),
            (format!("2026-01-02 03:04:05  3321452 {path}_scales.npy"), Named::Scales, Some(3_321_452), None),
            (format!("106282496 {path}.npy"), Named::Embeddings, Some(106_282_496), None),
            (format!("{path}.npy {}", &hash[1..]), Named::Embeddings, None, None),
            (format!("{path}.npy 99999999999999999999"), Named::Embeddings, None, None),
            ("2024/grid_-0.05_50.75/ 12 files".to_owned(), Named::Folder, None, None),
        ] {
            let Line::Tile { named, file, .. } = Line::parse(line.as_bytes()) else { panic!("{line}") };
            assert_eq!((named, file), (expected, ListedFile { size, sha256 }), "{line}");
        }
    }

    #[test]
    fn what_is_no_tile() {
        for line in ["", " \t\r\n", "# 2024/grid_-0.05_50.75", "  #"] {
            assert_eq!(Line::parse(line.as_bytes()), Line::Blank, "{line:?}");
        }
        for line in ["grid_-0.10_50.75", "2024/grid_-0.10_50.75/grid_-0.10_50.75.npy x", "grid_0.05_99.05"] {
            assert_eq!(Line::parse(line.as_bytes()), Line::OffGrid, "{line}");
        }
        for line in [
            "2024",
            "/",
            "2024/README.md",
            "grid_-0.05_50.75.npy",
            "2024/grid_-0.05_50.75.npy",
            "2024/grid_-0.05_50.75/grid_-0.05_50.85.npy",
            "2024/grid_-0.05_50.75/grid_-0.05_50.75.tiff",
            "2024/grid_-0.05_50.75_old",
            "my tiles/grid_-0.05_50.75",
        ] {
            assert_eq!(Line::parse(line.as_bytes()), Line::Other, "{line}");
        }
    }

    proptest! {
        #[test]
        fn strange_lines_never_panic(line in prop::collection::vec(any::<u8>(), 0..40), part in "[ /._#0-9a-z-]{0,20}") {
            let _ = (Line::parse(&line), Line::parse(part.as_bytes()), Line::parse(&[part.as_bytes(), b"grid_", &line].concat()));
        }
    }
}
