//! What an object of a catalogue is, by its name.

use tessera_core::{TileId, Year};

use crate::map::MAP_PATH;
use crate::own_files::{VENDOR, YEAR_FILES, is_of_map};
use crate::{Block, CATALOG_PATH, block_path, collection_path, item_path};

/// What an object of a catalogue is, in the order in which they are published: those that others lead to come first, and
/// `catalog.json`, by which a catalogue is found, last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum OwnObject {
    /// A package of the map page, which is no part of a catalogue and stays as it is.
    Vendor,
    /// A file of the map page but the page itself.
    Map,
    Item(Year, TileId),
    Block(Year, Block),
    /// An index, a bitmap or a file of hashes.
    YearFile(Year),
    Collection(Year),
    Page,
    Root,
}

impl OwnObject {
    /// What an object is; `None` of one that no catalogue of ours holds.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let Some((folder, rest)) = name.split_once('/') else {
            return match name {
                CATALOG_PATH => Some(Self::Root),
                MAP_PATH => Some(Self::Page),
                _ => None,
            };
        };
        match folder {
            VENDOR => return Some(Self::Vendor),
            "map" => return is_of_map(rest).then_some(Self::Map),
            _ => {}
        }
        let year: Year = folder.parse().ok()?;
        let Some((block, file)) = rest.split_once('/') else {
            return match rest {
                _ if name == collection_path(year) => Some(Self::Collection(year)),
                _ if YEAR_FILES.contains(&rest) => Some(Self::YearFile(year)),
                _ => None,
            };
        };
        let block: Block = block.parse().ok()?;
        if name == block_path(year, block) {
            return Some(Self::Block(year, block));
        }
        let tile: TileId = file.strip_suffix(&format!("_{year}.json"))?.parse().ok()?;
        (name == item_path(tile, year)).then_some(Self::Item(year, tile))
    }

    /// Where it stands in the order.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Vendor => 0,
            Self::Map => 1,
            Self::Item(..) => 2,
            Self::Block(..) => 3,
            Self::YearFile(_) => 4,
            Self::Collection(_) => 5,
            Self::Page => 6,
            Self::Root => 7,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_known_by_their_names() {
        for (name, rank) in [
            ("vendor/leaflet@1.9.4/LICENSE", Some(0)),
            ("map/main.js", Some(1)),
            ("map/store/view.js", Some(1)),
            ("2024/e000n50/grid_0.15_52.05_2024.json", Some(2)),
            ("2024/e000n50/catalog.json", Some(3)),
            ("2024/items.parquet", Some(4)),
            ("2024/coverage.bits.gz", Some(4)),
            ("2024/hashes.parquet", Some(4)),
            ("2024/collection.json", Some(5)),
            ("index.html", Some(6)),
            ("catalog.json", Some(7)),
            ("notes.txt", None),
            ("map/notes.txt", None),
            ("2024", None),
            ("2024/items.parquet.bak", None),
            ("2024/catalog.json", None),
            ("stores/x.zarr/zarr.json", None),
            ("2024/e000n50/grid_0.15_52.05.zarr/zarr.json", None),
            ("2024/e000n50/grid_0.15_52.05_2023.json", None),
            ("2024/e000n50/grid_5.15_52.05_2024.json", None),
            ("2024/e000n50/x/catalog.json", None),
            ("", None),
        ] {
            assert_eq!(OwnObject::of(name).map(OwnObject::rank), rank, "{name}");
        }
    }
}
