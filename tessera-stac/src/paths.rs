//! Where the files of a catalogue lie below its folder, and what they are called: formulas of tile and year.

use tessera_core::{DatasetVersion, TileId, Year};

use crate::Block;

/// The file that a catalogue starts with.
pub const CATALOG_PATH: &str = "catalog.json";

/// The collection of a year: `2024/collection.json`.
#[must_use]
pub fn collection_path(year: Year) -> String {
    format!("{year}/collection.json")
}

/// The index of a year: `2024/items.parquet`.
#[must_use]
pub fn index_path(year: Year) -> String {
    format!("{year}/items.parquet")
}

/// The coverage bitmap of a year: `2024/coverage.bits.gz`.
#[must_use]
pub fn coverage_path(year: Year) -> String {
    format!("{year}/coverage.bits.gz")
}

/// The hashes of the files of a year: `2024/hashes.parquet`.
#[must_use]
pub fn hashes_path(year: Year) -> String {
    format!("{year}/hashes.parquet")
}

/// The catalogue of a block: `2024/e000n50/catalog.json`.
#[must_use]
pub fn block_path(year: Year, block: Block) -> String {
    format!("{year}/{block}/catalog.json")
}

/// The item of a tile: `2024/e000n50/grid_0.15_52.05_2024.json`.
///
/// ```
/// use tessera_core::Year;
/// use tessera_stac::item_path;
///
/// let path = item_path("grid_-0.05_50.75".parse()?, Year::new(2023)?);
/// assert_eq!(path, "2023/w005n50/grid_-0.05_50.75_2023.json");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn item_path(tile: TileId, year: Year) -> String {
    format!("{year}/{}/{}.json", Block::of_tile(tile), item_id(tile, year))
}

/// The id of an item: `grid_0.15_52.05_2024`.
#[must_use]
pub fn item_id(tile: TileId, year: Year) -> String {
    format!("{tile}_{year}")
}

/// What follows the name of a tile in the id of an item.
pub(crate) fn item_id_ending(year: Year) -> String {
    format!("_{year}")
}

/// The id of a collection: `tessera-v1-2024`, and `tessera-unknown-2024` where the dataset version is unknown.
///
/// An id becomes part of addresses: anything in the name of a dataset but letters, digits and `.-_~` becomes `-`.
#[must_use]
pub fn collection_id(version: &DatasetVersion, year: Year) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || ".-_~".contains(c) { c } else { '-' };
    let version: String = version.to_string().chars().map(plain).collect();
    format!("tessera-{version}-{year}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_can_stand_in_an_address() {
        let year = Year::new(2024).unwrap();
        for (name, id) in [
            ("v1", "tessera-v1-2024"),
            ("v2-2B-L~beta1", "tessera-v2-2B-L~beta1-2024"),
            ("../my data?", "tessera-..-my-data--2024"),
            ("", "tessera-unknown-2024"),
        ] {
            assert_eq!(collection_id(&DatasetVersion::named(name), year), id);
        }
    }
}
