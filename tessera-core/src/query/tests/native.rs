use proptest::prelude::*;

use super::any_area;
use super::encoded::{DEPTH, Encoded, assert_pixel, year};
use crate::area::longitude::zone_of;
use crate::{
    Answer, Area, Channels, Hemisphere, MemoryBudget, PixelGrid, Quantized, Query, Region, ScalesView,
    UtmProjection, Window, ZonePart,
};

const NOTHING: ([i8; DEPTH], f32) = ([0; DEPTH], f32::INFINITY);

/// Row and column of the lattice of a part's first pixel.
fn corner(part: &ZonePart<'_>) -> (i64, i64) {
    part.grid().offset_in(&PixelGrid::of_zone(part.number()).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_pixel_is_that_of_its_place(area in any_area(), clip: bool, cut in prop::option::of((0..20_usize, 0..20_usize, 1..20_usize, 1..20_usize))) {
        let query = Query::new(area.clone(), year(2024)).clip(clip);
        let mut zones = Encoded::all();
        if let Some((row, col, rows, cols)) = cut {
            // A source that begins a little inside, or outside, of the answer.
            for part in query.native(&Encoded::all()).unwrap() {
                let (r, c) = corner(&part);
                let window = Window::new((r as usize + row).saturating_sub(9), (c as usize + col).saturating_sub(9), rows, cols);
                zones = zones.cut(part.number(), window);
            }
        }
        let parts = query.native(&zones).unwrap();
        let whole = parts.iter().map(|part| part.grid().rows() * part.grid().cols()).sum::<usize>();
        let numbers: Vec<_> = parts.iter().map(ZonePart::number).collect();
        prop_assert!(!parts.is_empty() && area.zones().iter().filter(|n| numbers.contains(n)).eq(&numbers));
        for part in &parts {
            let grid = part.grid();
            let south = area.region().north() <= 0.0 && area.region().south() < 0.0;
            prop_assert_eq!(grid.zone().hemisphere(), if south { Hemisphere::South } else { Hemisphere::North });
            let utm = UtmProjection::new(grid.zone()).unwrap();
            let pixels = part.read(MemoryBudget::default()).unwrap();
            prop_assert_eq!(pixels.view().dim(), (grid.rows(), grid.cols(), DEPTH));
            prop_assert_eq!(part.bytes(), (grid.rows() * grid.cols() * (DEPTH + 4)) as u64);
            let (row, col) = corner(part);
            for at in grid.full().split(1, 1) {
                let (lon, lat) = grid.lon_lat(&utm, at.row, at.col).unwrap();
                let inside = area.contains(lon, lat) && zone_of(lon) == part.number();
                // A single pixel may stand in for an area without any.
                let expected = if clip && !inside && whole > 1 {
                    NOTHING
                } else {
                    zones.pixel(part.number(), year(2024), row + at.row as i64, col + at.col as i64)
                };
                if whole > 1 || inside || !clip {
                    assert_pixel(&pixels, (at.row, at.col), expected, "native");
                }
            }
        }
    }

    #[test]
    fn strips_are_the_whole(area in any_area(), rows in 1..9_u64, block in 1..6_usize) {
        let zones = Encoded { block_rows: block, ..Encoded::all() };
        for part in Query::new(area, year(2023)).channels(vec![2, 0].into()).native(&zones).unwrap() {
            let whole = part.read(MemoryBudget::default()).unwrap();
            let budget = MemoryBudget::from_bytes(part.bytes_of_row() * rows + part.bytes_of_row() / 2).unwrap();
            let mut next = 0;
            for strip in part.strips(budget).unwrap() {
                let (window, pixels) = strip.unwrap();
                prop_assert_eq!((window.row, window.col, window.cols), (next, 0, part.grid().cols()));
                prop_assert!(window.rows as u64 <= rows);
                let own = whole.view().window(window).unwrap();
                prop_assert_eq!(pixels.view().data(), own.data());
                let (ScalesView::Pixel(a), ScalesView::Pixel(b)) = (pixels.view().scales(), own.scales()) else { panic!() };
                prop_assert!(a.iter().zip(&b).all(|(a, b)| a.to_bits() == b.to_bits()));
                next = window.end_row();
                // Strips end where blocks of the source do.
                if rows >= block as u64 && next < part.grid().rows() {
                    prop_assert_eq!((corner(&part).0 as usize + next) % block, 0);
                }
            }
            prop_assert_eq!(next, part.grid().rows());
        }
    }
}

#[test]
fn channels_come_in_their_order() {
    let zones = Encoded::all();
    let region: Region = "5.9995,50,6.0005,50.001".parse().unwrap();
    let all = Query::new(region, year(2024)).native(&zones).unwrap();
    let some = Query::new(region, year(2024)).channels(Channels::from(vec![3, 1])).native(&zones).unwrap();
    assert_eq!((all.len(), some.len()), (2, 2));
    for (all, some) in all.iter().zip(&some) {
        let all = all.read(MemoryBudget::default()).unwrap();
        let some = some.read(MemoryBudget::default()).unwrap();
        assert_eq!(
            some.view().data(),
            all.view().channels(&Channels::from(vec![3, 1])).unwrap().view().data()
        );
    }
}

#[test]
fn a_buffer_serves_many_strips() {
    let zones = Encoded::all();
    let part =
        &Query::new("10,-33.01,10.01,-33".parse::<Region>().unwrap(), year(2024)).native(&zones).unwrap()[0];
    assert_eq!(part.grid().zone().epsg(), 32732);
    let budget = MemoryBudget::from_bytes(part.bytes_of_row() * 10).unwrap();
    let mut buffer = Quantized::empty();
    let mut at = None;
    for rows in part.strip_rows(budget).unwrap() {
        part.read_rows_into(rows, &mut buffer).unwrap();
        assert_eq!(*at.get_or_insert(buffer.view().data().as_ptr()), buffer.view().data().as_ptr());
    }
    part.read_rows_into(5..5, &mut buffer).unwrap();
    assert_eq!(buffer.view().dim(), (0, part.grid().cols(), DEPTH));
}

#[test]
fn a_zone_without_anything_has_no_part() {
    let region: Region = "179.999,-17,-179.999,-16.999".parse().unwrap();
    let parts = |zones: &Encoded| -> Vec<u8> {
        Query::new(Area::from(region), year(2024))
            .native(zones)
            .unwrap()
            .iter()
            .map(ZonePart::number)
            .collect()
    };
    assert_eq!(parts(&Encoded::all()), [60, 1]);
    assert_eq!(parts(&Encoded::all().without(60)), [1]);
}
