//! Pixels of a shard beside those of the tiles that it was made from.

use tessera_core::{
    Archive, ArchiveZones, Channels, PixelGrid, Quantized, Region, ScalesView, Source, SourceError, TileId,
    Window, Zones,
};

use crate::{ZoneLayout, ZoneStore, ZoneUnit};

/// Compares pixels of a shard, spread over its tiles, with the archive; how many, and what differs or went wrong.
pub(crate) fn compare(
    store: &ZoneStore,
    archive: &dyn Archive,
    unit: &ZoneUnit,
    layout: &ZoneLayout,
    samples: usize,
) -> (u64, Option<String>) {
    let pixels = spread(unit, layout, samples);
    if pixels.is_empty() {
        return (0, None);
    }
    let differs = PixelGrid::of_zone(unit.zone).map(|zone| differ(store, archive, unit, &zone, &pixels));
    match differs.unwrap_or(Ok(None)) {
        Ok(None) => (pixels.len() as u64, None),
        Ok(Some(((row, col), count))) => {
            let why = format!(
                "{count} of {} pixels differ from the tiles of {}, the first at row {row}, column {col} of the zone",
                pixels.len(),
                archive.name()
            );
            (pixels.len() as u64, Some(why))
        }
        Err(cause) => (0, Some(format!("its tiles cannot be compared: {cause}"))),
    }
}

type First = ((usize, usize), usize);

fn differ(
    store: &ZoneStore,
    archive: &dyn Archive,
    unit: &ZoneUnit,
    zone: &PixelGrid,
    pixels: &[(usize, usize)],
) -> Result<Option<First>, SourceError> {
    let zones = ArchiveZones::new(archive);
    let whole = Region::of_zone(zone.zone());
    let expected = zones.zone(unit.zone, unit.year, &whole)?;
    let got = store.source(unit.zone, unit.year);
    let (Some(expected), Some(got)) = (expected, got) else { return Ok(Some((pixels[0], pixels.len()))) };
    let read = |source: &dyn Source| {
        let mut out = Quantized::empty();
        source.read_pixels_into(pixels, &Channels::All, &mut out).map(|()| out)
    };
    let (expected, got) = (read(&*expected)?, read(&got)?);
    let (expected, got) = (expected.view(), got.view());
    let (ScalesView::Pixel(right), ScalesView::Pixel(have)) = (expected.scales(), got.scales()) else {
        return Err(SourceError::new(archive.name(), "scales for each channel"));
    };
    let same = |at: usize| {
        right[(at, 0)].to_bits() == have[(at, 0)].to_bits()
            && expected.data().index_axis(ndarray::Axis(0), at) == got.data().index_axis(ndarray::Axis(0), at)
    };
    let wrong: Vec<usize> = (0..pixels.len()).filter(|at| !same(*at)).collect();
    Ok(wrong.first().map(|at| (pixels[*at], wrong.len())))
}

/// Pixels of the zone that lie in the shard and in one of its tiles, as evenly spread as a sequence without a period can:
/// the multiples of the inverse powers of the plastic number, modulo 1.
fn spread(unit: &ZoneUnit, layout: &ZoneLayout, samples: usize) -> Vec<(usize, usize)> {
    const PLASTIC: f64 = 1.324_717_957_244_746;
    let Ok(zone) = PixelGrid::of_zone(unit.zone) else { return Vec::new() };
    let edge = layout.shard_edge() as usize;
    let shard = Window::new(unit.row as usize * edge, unit.col as usize * edge, edge, edge);
    let windows: Vec<Window> = unit.tiles.iter().filter_map(|id| within(*id, &zone, &shard)).collect();
    let fraction = |at: usize, power: i32| ((at as f64 + 1.0) * PLASTIC.powi(-power)).fract();
    let place = |at: usize, start: usize, length: usize, power: i32| {
        start + ((fraction(at, power) * length as f64) as usize).min(length - 1)
    };
    windows
        .iter()
        .cycle()
        .take(if windows.is_empty() { 0 } else { samples })
        .enumerate()
        .map(|(at, window)| (place(at, window.row, window.rows, 1), place(at, window.col, window.cols, 2)))
        .collect()
}

/// What a tile and a shard share.
fn within(id: TileId, zone: &PixelGrid, shard: &Window) -> Option<Window> {
    let grid = PixelGrid::of_tile(id).ok()?;
    let (row, col) = grid.offset_in(zone)?;
    let tile = Window::new(usize::try_from(row).ok()?, usize::try_from(col).ok()?, grid.rows(), grid.cols());
    tile.intersect(shard)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_lie_in_the_tiles_and_differ() {
        let id: TileId = "grid_0.15_52.05".parse().unwrap();
        let zone = PixelGrid::of_zone(31).unwrap();
        let (row, col) = PixelGrid::of_tile(id).unwrap().offset_in(&zone).unwrap();
        let (row, col) = (row as u64 / 4096, col as u64 / 4096);
        let unit =
            ZoneUnit { zone: 31, year: tessera_core::Year::new(2024).unwrap(), row, col, tiles: vec![id] };
        let pixels = spread(&unit, &ZoneLayout::default(), 100);
        let window =
            within(id, &zone, &Window::new(row as usize * 4096, col as usize * 4096, 4096, 4096)).unwrap();
        assert!(pixels.iter().all(|(r, c)| window.row_range().contains(r) && window.col_range().contains(c)));
        let different: std::collections::HashSet<_> = pixels.iter().collect();
        assert_eq!(different.len(), 100);
        assert!(spread(&ZoneUnit { tiles: vec![], ..unit }, &ZoneLayout::default(), 9).is_empty());
    }
}
