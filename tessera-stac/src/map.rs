//! The map page, which shows a catalogue.

/// The page itself, below the folder of a catalogue.
pub(crate) const MAP_PATH: &str = "index.html";

/// The page, and files of the folder `map` beside it.
macro_rules! page {
    ($($path:literal),* $(,)?) => {
        &[
            (MAP_PATH, include_bytes!("../map/index.html")),
            $((concat!("map/", $path), include_bytes!(concat!("../map/", $path)))),*
        ]
    };
}

const FILES: &[(&str, &[u8])] = page![
    "boot.js",
    "box.js",
    "boxpanel.js",
    "boxtool.js",
    "catalog.js",
    "cells.js",
    "commands.js",
    "coverage.js",
    "dom.js",
    "format.js",
    "grid.js",
    "gzip.js",
    "hash.js",
    "hover.js",
    "item.js",
    "land.js",
    "layer.js",
    "leaflet.js",
    "main.js",
    "marks.js",
    "packages.json",
    "page.css",
    "paint.js",
    "palette.js",
    "panel.css",
    "panel.js",
    "pick.js",
    "pyramid/archive.js",
    "pyramid/control.js",
    "pyramid/legend.js",
    "pyramid/links.js",
    "pyramid/meta.js",
    "pyramid/open.js",
    "pyramid/watch.js",
    "query.js",
    "search.js",
    "state.js",
    "store/basis.js",
    "store/httpstore.js",
    "store/picture.js",
    "store/pixel.js",
    "store/place.js",
    "store/similarity.js",
    "store/tilestore.js",
    "store/view.js",
    "storepanel.js",
    "tally.js",
    "template.js",
    "tile.js",
    "tools.js",
    "utm.js",
    "yearbar.js",
    "years.js",
];

/// The files of the map page: their paths below the folder of a catalogue, and their bytes.
///
/// The page is static, and all its addresses are relative: it shows the catalogue in whose folder it lies, from any web
/// server. Leaflet, zarrita, the reader of PMTiles and the outline of the land come from a folder `vendor` beside it where there is one
/// (`npm run vendor` in `web/` makes it), otherwise from a public CDN; `map/packages.json` has their hashes.
///
/// ```
/// let files = tessera_stac::map_files();
/// assert!(files.iter().any(|(path, bytes)| *path == "index.html" && bytes.starts_with(b"<!doctype html>")));
/// assert!(files.iter().any(|(path, _)| *path == "map/main.js"));
/// ```
#[must_use]
pub fn map_files() -> &'static [(&'static str, &'static [u8])] {
    FILES
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;

    /// The files below a folder, by their paths below `root`.
    fn listing(root: &Path, folder: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                listing(root, &path, into);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                into.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }

    #[test]
    fn all_files_of_the_folder_are_there_once() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("map");
        let mut expected = BTreeMap::new();
        listing(&folder, &folder, &mut expected);
        let place = |name: String| if name == MAP_PATH { name } else { format!("map/{name}") };
        let expected: BTreeMap<_, _> =
            expected.into_iter().map(|(name, bytes)| (place(name), bytes)).collect();
        let found: BTreeMap<_, _> =
            map_files().iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect();
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        assert!(found == expected && map_files().len() == expected.len());
    }
}
