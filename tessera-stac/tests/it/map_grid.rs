//! The grids that the map computes in the browser, against those of tessera-core.
//!
//! `web/tests/golden/grids.json` holds the grids of some thousand tiles; the tests in `web` compare `map/grid.js` with it.
//! After a change that is meant, make it anew with `TESSERA_STAC_GOLDEN=write cargo test -p tessera-stac --test it map_grid`.

use std::path::Path;

use serde_json::{Value, json};
use tessera_core::{PixelGrid, TileId};

/// Tiles of all zones and latitudes, with those at the poles, at the antimeridian, and on both sides of central meridians
/// and borders of zones.
fn tiles() -> Vec<TileId> {
    let spread = (0..2000_u32).map(|n| (n * 1601 % 3600, n * 911 % 1800));
    let corners = [0, 29, 30, 59, 60, 1799, 1800, 1801, 3540, 3599];
    let edges = corners.iter().flat_map(|&column| [0, 1, 50, 899, 900, 1750, 1799].map(|row| (column, row)));
    spread.chain(edges).map(|(column, row)| TileId::from_cell(column, row).unwrap()).collect()
}

fn grid(tile: TileId) -> Value {
    let grid = PixelGrid::of_tile(tile).unwrap();
    json!({
        "name": tile.to_string(),
        "crs": grid.zone().to_string(),
        "west": grid.west(),
        "north": grid.north(),
        "rows": grid.rows(),
        "cols": grid.cols(),
    })
}

#[test]
fn grids_of_the_map_are_those_of_the_core() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/tests/golden/grids.json");
    let lines: Vec<String> = tiles().into_iter().map(|tile| grid(tile).to_string()).collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    if std::env::var_os("TESSERA_STAC_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(path).unwrap_or_default());
}
