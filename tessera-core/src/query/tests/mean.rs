use proptest::prelude::*;

use super::any_area;
use super::encoded::{DEPTH, Encoded, year};
use crate::area::longitude::{normal, zone_of};
use crate::{
    Answer, Area, Crs, Means, MemoryBudget, PixelGrid, Query, RasterGrid, Region, ScaleLimit, UtmProjection,
    UtmZone,
};

/// Means by looking at every pixel around the middle of an area, zone by zone, row by row.
fn slow(
    zones: &Encoded,
    area: &Area,
    grid: &RasterGrid,
    (clip, limit): (bool, ScaleLimit),
    (high, wide): (i64, i64),
) -> Means {
    let mut sums = vec![[0.0_f64; DEPTH]; grid.rows() * grid.cols()];
    let mut counts = vec![0_u32; sums.len()];
    let projection = grid.crs().projection().unwrap();
    let (lon, lat) = area.middle();
    for &number in zones.zones.keys() {
        let lattice = PixelGrid::of_zone(number).unwrap();
        let utm = UtmProjection::new(lattice.zone()).unwrap();
        let meridian = lattice.zone().central_meridian();
        if normal(lon - meridian).abs() > 10.0 {
            continue;
        }
        let (easting, northing) = utm.project(lon, lat).unwrap();
        let (row, col) =
            (((lattice.north() - northing) / 10.0) as i64, ((easting - lattice.west()) / 10.0) as i64);
        for r in row - high..row + high {
            for c in col - wide..col + wide {
                let (vector, scale) = zones.pixel(number, year(2024), r, c);
                if !limit.admits(scale) {
                    continue;
                }
                let at = lattice.corner(r as f64 + 0.5, c as f64 + 0.5);
                let (lon, lat) = utm.unproject(at.0, at.1).unwrap();
                if zone_of(lon) != number || (clip && !area.contains(lon, lat)) {
                    continue;
                }
                let Some((x, y)) = projection.project(lon, lat) else { continue };
                let turn = match grid.crs() {
                    Crs::LonLat => 360.0,
                    Crs::WebMercator => 2.0 * 20_037_508.342_789_244,
                    _ => 0.0,
                };
                let cell = [0.0, turn, -turn].iter().find_map(|turn| grid.cell_at(x + turn, y));
                if let Some((row, col)) = cell {
                    let cell = row * grid.cols() + col;
                    counts[cell] += 1;
                    (0..DEPTH).for_each(|k| sums[cell][k] += f64::from(f32::from(vector[k]) * scale));
                }
            }
        }
    }
    let shape = (grid.rows(), grid.cols());
    let mean = |cell: usize, k: usize| match counts[cell] {
        0 => f32::NAN,
        n => (sums[cell][k] / f64::from(n)) as f32,
    };
    Means {
        values: ndarray::Array3::from_shape_fn((shape.0, shape.1, DEPTH), |(r, c, k)| {
            mean(r * shape.1 + c, k)
        }),
        counts: ndarray::Array2::from_shape_vec(shape, counts.clone()).unwrap(),
    }
}

fn assert_means(got: &Means, expected: &Means) {
    assert_eq!(got.counts, expected.counts);
    let bits = |means: &Means| means.values.mapv(|v| if v.is_nan() { u32::MAX } else { v.to_bits() });
    assert_eq!(bits(got), bits(expected));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn every_cell_is_the_mean_of_its_pixels(area in any_area(), kind in 0..4, step in 0.3..20.0_f64, clip: bool, split in 0.0..1.0_f64) {
        let region = area.region();
        prop_assume!(region.north() < 84.0);
        let zone = UtmZone::containing(area.middle().0, area.middle().1);
        let (crs, step) = match kind {
            0 => (Crs::LonLat, step * 0.0001),
            1 => (Crs::WebMercator, step * 10.0 / region.south().to_radians().cos()),
            2 => (Crs::Utm(zone), (step * 10.0).max(20.0)),
            _ => (Crs::Utm(UtmZone::new(zone.number() % 60 + 1, zone.hemisphere()).unwrap()), step * 10.0),
        };
        let grid = RasterGrid::covering(&area, crs, step).unwrap();
        // Cells of a pixel's size in a zone of its own have centres on their edges.
        prop_assume!(grid.rows() * grid.cols() < 3000);
        let zones = Encoded::all();
        let limit = ScaleLimit::new(0.2).unwrap();
        let query = Query::new(area.clone(), year(2024)).clip(clip).limit(limit);
        let answer = query.mean(&zones, grid).unwrap();
        let got = answer.read(MemoryBudget::default()).unwrap();
        assert_means(&got, &slow(&zones, &area, &grid, (clip, limit), (150, 150)));
        prop_assert_eq!(answer.bytes(), (grid.rows() * grid.cols() * (DEPTH * 4 + 4)) as u64);
        // However it is read, it is the same.
        let at = (grid.rows() as f64 * split) as usize;
        let mut strip = answer.buffer();
        for rows in [0..at, at..grid.rows()] {
            answer.read_rows_into(rows.clone(), &mut strip).unwrap();
            let own = Means {
                values: got.values.slice(ndarray::s![rows.clone(), .., ..]).to_owned(),
                counts: got.counts.slice(ndarray::s![rows, ..]).to_owned(),
            };
            assert_means(&strip, &own);
        }
    }
}

fn assert_as_slow(zones: &Encoded, area: &Area, grid: RasterGrid, reach: (i64, i64)) {
    let query = Query::new(area.clone(), year(2024));
    let got = query.mean(zones, grid).unwrap().read(MemoryBudget::default()).unwrap();
    assert!(got.counts.iter().all(|&count| count > 0));
    assert_means(&got, &slow(zones, area, &grid, (false, ScaleLimit::default()), reach));
}

#[test]
fn a_raster_goes_on_across_the_antimeridian() {
    let area = Area::from("179.9975,-17,-179.9975,-16.996".parse::<Region>().unwrap());
    for (crs, step) in [(Crs::LonLat, 0.0005), (Crs::WebMercator, 80.0)] {
        assert_as_slow(&Encoded::all(), &area, RasterGrid::covering(&area, crs, step).unwrap(), (150, 150));
    }
}

#[test]
fn a_parallel_crosses_a_row_of_pixels_twice() {
    // A row that is north of a parallel on the central meridian and south of it 1 km away; the meridian lies where
    // halving the row from either end does not come by.
    let lattice = PixelGrid::of_zone(31).unwrap();
    let utm = UtmProjection::new(lattice.zone()).unwrap();
    let (row, col) = lattice.pixel_at_lon_lat(&utm, 3.0, 70.0).unwrap();
    let at = |col: usize| lattice.lon_lat(&utm, row, col).unwrap();
    let parallel = at(col).1.midpoint(at(col + 100).1);
    assert!(at(col).1 > at(col + 100).1 && at(col).1 > at(col - 100).1);
    let (west, east) = (at(col - 375).0, at(col + 625).0);
    let grid = RasterGrid::new(Crs::LonLat, (west, parallel + 0.0002), (east - west, 0.0002), 2, 1).unwrap();
    let area = Area::from(Region::new(west, parallel - 0.0002, east, parallel + 0.0002).unwrap());
    assert_as_slow(&Encoded::all(), &area, grid, (40, 700));
}

#[test]
fn means_do_not_depend_on_threads() {
    let zones = Encoded::all();
    let area = Area::from("5.99,50,6.01,50.01".parse::<Region>().unwrap());
    let grid = RasterGrid::covering(&area, Crs::LonLat, 0.001).unwrap();
    let query = Query::new(area, year(2024));
    let read = || query.mean(&zones, grid).unwrap().read(MemoryBudget::default()).unwrap();
    let means = read();
    assert!(means.counts.iter().all(|&count| count > 30));
    #[cfg(feature = "rayon")]
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        assert_means(&pool.install(read), &means);
    }
    // A row at a time.
    let answer = query.mean(&zones, grid).unwrap();
    let budget = MemoryBudget::from_bytes(answer.bytes_of_row()).unwrap();
    for strip in answer.strips(budget).unwrap() {
        let (window, strip) = strip.unwrap();
        assert_eq!(window.rows, 1);
        assert_eq!(
            strip.values.row_bits(),
            means.values.slice(ndarray::s![window.row_range(), .., ..]).to_owned().row_bits()
        );
    }
}

trait RowBits {
    fn row_bits(&self) -> Vec<u32>;
}

impl RowBits for ndarray::Array3<f32> {
    fn row_bits(&self) -> Vec<u32> {
        self.iter().map(|v| v.to_bits()).collect()
    }
}

#[test]
fn cells_without_valid_pixels_are_nan() {
    let zones = Encoded::all().without(31);
    let area = Area::from("5.999,50,6.001,50.001".parse::<Region>().unwrap());
    let grid = RasterGrid::covering(&area, Crs::LonLat, 0.001).unwrap();
    let means =
        Query::new(area, year(2024)).mean(&zones, grid).unwrap().read(MemoryBudget::default()).unwrap();
    assert_eq!((means.counts[(0, 0)], means.values[(0, 0, 0)].is_nan()), (0, true));
    assert!(means.counts[(0, 1)] > 30 && means.values[(0, 1, 0)].is_finite());
}
