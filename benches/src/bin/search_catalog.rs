//! Searches a catalogue by boxes: seconds as JSON, for the comparison.
//!
//! `search_catalog DIR YEAR BOXES`: opens the index, then asks for random boxes of 2° × 2°, each for the number of its tiles
//! and for what is known of the first 100. The first time a part of the index is asked for it is read.

use std::error::Error;
use std::time::Instant;

use tessera_core::{Region, Year};
use tessera_stac::{Site, YearIndex};

/// Records that are read of each box.
const PAGE: usize = 100;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [folder, year, boxes] = args.as_slice() else { return Err("expected DIR YEAR BOXES".into()) };
    let (site, year): (Site, Year) = (Site::folder(folder)?, year.parse()?);
    let begun = Instant::now();
    let index = YearIndex::open(folder, year)?;
    let open = begun.elapsed().as_secs_f64();
    let (mut seconds, mut matched, mut read) = (Vec::new(), 0, 0);
    // A linear congruential generator: the same boxes every time.
    let mut state = 1_u64;
    let mut next = |most: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % most
    };
    for _ in 0..boxes.parse::<usize>()? {
        let (west, south) = (next(3580) as f64 / 10.0 - 180.0, next(1400) as f64 / 10.0 - 60.0);
        let region = Region::new(west, south, (west + 2.0).min(180.0), (south + 2.0).min(90.0))?;
        let begun = Instant::now();
        matched += index.coverage().count_in(&region);
        for tile in index.tiles_after(None, &region).take(PAGE) {
            read += usize::from(index.record(tile, &site)?.is_some());
        }
        seconds.push(begun.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    let at = |share: f64| seconds[((seconds.len() - 1) as f64 * share) as usize];
    println!(
        r#"{{"tiles": {}, "open": {open}, "median": {}, "p95": {}, "most": {}, "matched": {matched}, "read": {read}}}"#,
        index.len(),
        at(0.5),
        at(0.95),
        at(1.0)
    );
    Ok(())
}
