//! A line of a listing.

use tessera_core::{TileId, TileIdError};

/// What a line of a listing says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    /// A tile, and the path of the folder that its own folder lies in: `npy/v1/2024`, or nothing.
    Tile { above: &'a [u8], id: TileId },
    /// A name of the form of a tile's whose coordinates are not a cell's centre.
    OffGrid,
    /// Something else.
    Other,
    /// Nothing, or a comment.
    Blank,
}

impl<'a> Line<'a> {
    /// Reads a line, without allocating where it names a tile: a path, and after a blank whatever else there is. The
    /// path is that of a tile's folder, or of one of its two files in the folder.
    pub(crate) fn parse(line: &'a [u8]) -> Self {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            return Self::Blank;
        }
        let path = line.split(u8::is_ascii_whitespace).next().unwrap_or_default();
        // As `find` and `ls -d */` print them.
        let path = strip(path, |path| path.strip_prefix(b"./"));
        let path = strip(path, |path| path.strip_suffix(b"/"));
        let (above, name) = split(path);
        let Some(stem) = name.strip_suffix(b".npy") else { return Self::of_folder(above, name) };
        let stem = stem.strip_suffix(b"_scales").unwrap_or(stem);
        let (above, folder) = split(above);
        // A file in another tile's folder is not to be found where that name says.
        if folder == stem { Self::of_folder(above, folder) } else { Self::Other }
    }

    fn of_folder(above: &'a [u8], name: &[u8]) -> Self {
        let name = std::str::from_utf8(name).unwrap_or_default();
        if !name.starts_with("grid_") {
            return Self::Other;
        }
        match name.parse() {
            Ok(id) => Self::Tile { above, id },
            Err(TileIdError::OffGrid { .. } | TileIdError::Outside { .. }) => Self::OffGrid,
            Err(_) => Self::Other,
        }
    }
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
            assert_eq!(Line::parse(line.as_bytes()), Line::Tile { above: above.as_bytes(), id }, "{line}");
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
