use proptest::prelude::*;

use super::encoded::{DEPTH, Encoded, assert_pixel, year};
use super::{any_area, any_lat, any_lon};
use crate::area::longitude::{normal, zone_of};
use crate::{
    Answer, Area, Channels, Crs, MemoryBudget, PixelGrid, Quantized, Query, RasterGrid, Region,
    UtmProjection, UtmZone, patch,
};

const NOTHING: ([i8; DEPTH], f32) = ([0; DEPTH], f32::INFINITY);

/// The pixel that contains a point, in the zone of its longitude.
fn pixel_at(zones: &Encoded, lon: f64, lat: f64) -> ([i8; DEPTH], f32) {
    let number = zone_of(lon);
    let lattice = PixelGrid::of_zone(number).unwrap();
    let utm = UtmProjection::new(lattice.zone()).unwrap();
    match lattice.pixel_at_lon_lat(&utm, normal(lon), lat) {
        Some((row, col)) => zones.pixel(number, year(2024), row as i64, col as i64),
        None => NOTHING,
    }
}

fn any_crs(lon: f64, lat: f64) -> impl Strategy<Value = (Crs, f64)> {
    let zone = UtmZone::containing(lon, lat);
    let next = UtmZone::new(zone.number() % 60 + 1, zone.hemisphere()).unwrap();
    prop_oneof![
        (0.00003..0.0004_f64).prop_map(|step| (Crs::LonLat, step)),
        (4.0..40.0_f64).prop_map(|step| (Crs::WebMercator, step)),
        (4.0..40.0_f64).prop_map(move |step| (Crs::Utm(zone), step)),
        Just((Crs::Utm(zone), 10.0)),
        Just((Crs::Utm(next), 10.0)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_cell_has_the_pixel_at_its_centre((area, (crs, step)) in any_area().prop_flat_map(|area| {
        let (lon, lat) = area.middle();
        (Just(area), any_crs(lon, lat))
    }), clip: bool, missing in prop::option::of(0..2_u8), split in 1..9_usize) {
        prop_assume!(area.region().north() < 85.0 || crs != Crs::WebMercator);
        let Ok(grid) = RasterGrid::covering(&area, crs, step) else { return Ok(()) };
        prop_assume!(grid.rows() * grid.cols() < 20_000);
        let mut zones = Encoded::all();
        if let Some(off) = missing {
            zones = zones.without((zone_of(area.middle().0) + off) % 60 + 1);
        }
        let query = Query::new(area.clone(), year(2024)).clip(clip);
        let Ok(answer) = query.nearest(&zones, grid) else { return Ok(()) };
        let pixels = answer.read(MemoryBudget::default()).unwrap();
        prop_assert_eq!(pixels.view().dim(), (grid.rows(), grid.cols(), DEPTH));
        let projection = crs.projection().unwrap();
        for row in 0..grid.rows() {
            for col in 0..grid.cols() {
                let (x, y) = grid.center(row, col);
                let expected = match projection.unproject(x, y) {
                    Some((lon, lat)) if !clip || area.contains(lon, lat) => pixel_at(&zones, lon, lat),
                    _ => NOTHING,
                };
                assert_pixel(&pixels, (row, col), expected, "nearest");
            }
        }
        // Some rows are those of the whole.
        let mut rows = Quantized::empty();
        let first = grid.rows() / split;
        answer.read_rows_into(first..grid.rows(), &mut rows).unwrap();
        let own = pixels.view().window(crate::Window::new(first, 0, grid.rows() - first, grid.cols()));
        if let Ok(own) = own {
            prop_assert_eq!(rows.view().data(), own.data());
        }
    }

    #[test]
    fn on_the_lattice_of_the_zone_it_is_the_native_answer(area in any_area(), clip: bool) {
        let zones = Encoded::all();
        let query = Query::new(area, year(2024)).clip(clip);
        for part in query.native(&zones).unwrap() {
            let native = part.read(MemoryBudget::default()).unwrap();
            let nearest = query.nearest(&zones, part.grid().into()).unwrap().read(MemoryBudget::default()).unwrap();
            let utm = UtmProjection::new(part.grid().zone()).unwrap();
            for at in part.grid().full().split(1, 1) {
                let (lon, _) = part.grid().lon_lat(&utm, at.row, at.col).unwrap();
                if zone_of(lon) == part.number() && part.grid().full().pixels() > 1 {
                    let view = native.view();
                    let crate::ScalesView::Pixel(scales) = view.scales() else { panic!() };
                    let vector = std::array::from_fn(|k| view.data()[(at.row, at.col, k)]);
                    assert_pixel(&nearest, (at.row, at.col), (vector, scales[(at.row, at.col)]), "on the lattice");
                }
            }
        }
    }

    #[test]
    fn a_patch_has_its_point_in_the_middle(lon in any_lon(), lat in any_lat(), size in 1..20_usize) {
        let zones = Encoded::all();
        let (grid, pixels) = patch(&zones, year(2024), (lon, lat), size, &Channels::All, MemoryBudget::default()).unwrap();
        prop_assert!(grid.is_on_lattice() && grid.zone() == UtmZone::containing(normal(lon), lat));
        prop_assert_eq!(pixels.view().dim(), (size, size, DEPTH));
        let utm = UtmProjection::new(grid.zone()).unwrap();
        prop_assert_eq!(grid.pixel_at_lon_lat(&utm, lon, lat), Some((size / 2, size / 2)));
        for at in grid.full().split(1, 1) {
            let (lon, lat) = grid.lon_lat(&utm, at.row, at.col).unwrap();
            assert_pixel(&pixels, (at.row, at.col), pixel_at(&zones, lon, lat), "patch");
        }
    }
}

#[test]
fn a_raster_goes_on_across_the_antimeridian() {
    let fiji = Area::from("179.999,-17,-179.999,-16.999".parse::<Region>().unwrap());
    let zones = Encoded::all();
    for (crs, step) in [(Crs::LonLat, 0.0001), (Crs::WebMercator, 10.0)] {
        let grid = RasterGrid::covering(&fiji, crs, step).unwrap();
        let answer = Query::new(fiji.clone(), year(2024)).nearest(&zones, grid).unwrap();
        let pixels = answer.read(MemoryBudget::default()).unwrap();
        let projection = crs.projection().unwrap();
        let mut numbers = std::collections::BTreeSet::new();
        for (row, col) in (0..grid.rows()).flat_map(|row| (0..grid.cols()).map(move |col| (row, col))) {
            let (lon, lat) = projection.unproject(grid.center(row, col).0, grid.center(row, col).1).unwrap();
            numbers.insert(zone_of(lon));
            assert_pixel(&pixels, (row, col), pixel_at(&zones, lon, lat), "antimeridian");
        }
        assert_eq!(numbers.into_iter().collect::<Vec<_>>(), [1, 60]);
    }
}

#[test]
fn around_the_pole_each_pixel_is_that_of_its_zone() {
    let zones = Encoded::all();
    let (grid, pixels) =
        patch(&zones, year(2024), (3.0, 89.9999), 33, &Channels::All, MemoryBudget::default()).unwrap();
    let utm = UtmProjection::new(grid.zone()).unwrap();
    let mut numbers = std::collections::BTreeSet::new();
    for at in grid.full().split(1, 1) {
        let (lon, lat) = grid.lon_lat(&utm, at.row, at.col).unwrap();
        numbers.insert(zone_of(lon));
        assert_pixel(&pixels, (at.row, at.col), pixel_at(&zones, lon, lat), "pole");
    }
    assert_eq!(numbers.len(), 60);
    let south =
        patch(&zones, year(2024), (3.0, -89.9999), 33, &Channels::All, MemoryBudget::default()).unwrap();
    assert_eq!(south.0.zone().epsg(), 32731);
}

#[test]
fn cells_beyond_the_earth_are_no_data() {
    let zones = Encoded::all();
    let grid = RasterGrid::new(Crs::LonLat, (0.0, 91.0), (0.5, 0.5), 4, 2).unwrap();
    let pixels =
        Query::new(Region::WORLD, year(2024)).nearest(&zones, grid).unwrap().read(MemoryBudget::default());
    let pixels = pixels.unwrap();
    for at in [(0, 0), (1, 1)] {
        assert_pixel(&pixels, at, NOTHING, "beyond");
    }
    assert_pixel(&pixels, (2, 0), pixel_at(&zones, 0.25, 89.75), "below the pole");
}
