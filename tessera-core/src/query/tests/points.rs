use proptest::prelude::*;

use super::encoded::{DEPTH, Encoded, assert_pixel, year};
use super::{any_lat, any_lon};
use crate::area::longitude::{normal, zone_of};
use crate::{
    Channels, PixelGrid, PixelStatus, PointStatus, QueryError, ScaleLimit, UtmProjection, Window, points,
    through_years,
};

proptest! {
    #[test]
    fn every_point_has_the_pixel_that_contains_it(at in prop::collection::vec((any_lon(), any_lat()), 0..40), missing in 1..=60_u8) {
        let zones = Encoded::all().without(missing);
        let found = points(&zones, year(2023), &at, &Channels::All, ScaleLimit::default()).unwrap();
        prop_assert_eq!((found.status().len(), found.values().dim()), (at.len(), (at.len(), DEPTH)));
        let values = found.values();
        for (index, &(lon, lat)) in at.iter().enumerate() {
            let number = zone_of(lon);
            let lattice = PixelGrid::of_zone(number).unwrap();
            let (row, col) = lattice.pixel_at_lon_lat(&UtmProjection::new(lattice.zone()).unwrap(), normal(lon), lat).unwrap();
            let (vector, scale) = zones.pixel(number, year(2023), row as i64, col as i64);
            assert_pixel(found.quantized(), (index, 0), (vector, scale), "point");
            let status = match PixelStatus::of(scale, ScaleLimit::default()) {
                _ if number == missing => PointStatus::Outside,
                PixelStatus::Valid => PointStatus::Valid,
                PixelStatus::Water => PointStatus::Water,
                // The boxes of these zones end at 89.5° north.
                PixelStatus::NoData if lat > 89.5 => PointStatus::Outside,
                PixelStatus::NoData => PointStatus::NoData,
            };
            prop_assert_eq!(found.status()[index], status);
            for k in 0..DEPTH {
                let value = values[(index, k)];
                let right = f32::from(vector[k]) * scale;
                prop_assert!(value == right || (status != PointStatus::Valid && value.is_nan()));
            }
            // Alone it is the same.
            let alone = points(&zones, year(2023), &at[index..=index], &Channels::All, ScaleLimit::default()).unwrap();
            prop_assert_eq!(alone.status()[0], status);
        }
    }
}

#[test]
fn a_point_off_the_grid_of_its_zone_is_outside() {
    let lattice = PixelGrid::of_zone(31).unwrap();
    let utm = UtmProjection::new(lattice.zone()).unwrap();
    let (row, col) = lattice.pixel_at_lon_lat(&utm, 2.0, 50.0).unwrap();
    let zones = Encoded::all().cut(31, Window::new(row, col, 1, 1));
    let at = [(2.0, 50.0), (2.001, 50.0)];
    let found = points(&zones, year(2024), &at, &Channels::from(1..3), ScaleLimit::default()).unwrap();
    assert_ne!(found.status()[0], PointStatus::Outside);
    assert_eq!((found.status()[1], found.quantized().view().dim()), (PointStatus::Outside, (2, 1, 2)));
}

#[test]
fn edges_of_the_world_are_points() {
    let zones = Encoded::all();
    let at = [(180.0, 0.0), (-180.0, 0.0), (0.0, 90.0), (0.0, -90.0), (180.0, 90.0)];
    let found = points(&zones, year(2024), &at, &Channels::All, ScaleLimit::default()).unwrap();
    let view = found.quantized().view();
    assert_eq!(view.data().index_axis(ndarray::Axis(0), 0), view.data().index_axis(ndarray::Axis(0), 1));
    for (index, bad) in [(180.1, 0.0), (0.0, 90.1), (f64::NAN, 0.0), (0.0, f64::NAN)].into_iter().enumerate()
    {
        let mut list = vec![(0.0, 0.0); index];
        list.push(bad);
        let error = points(&zones, year(2024), &list, &Channels::All, ScaleLimit::default()).unwrap_err();
        assert!(matches!(error, QueryError::Point { index: at, .. } if at == index), "{error}");
    }
    let none = points(&zones, year(2024), &[], &Channels::All, ScaleLimit::default()).unwrap();
    assert!(none.status().is_empty());
}

#[test]
fn a_column_through_the_years() {
    let zones = Encoded::all();
    let at = [(10.0, 10.0), (-70.0, -30.0)];
    let all = through_years(&zones, &[], &at, &Channels::All, ScaleLimit::default()).unwrap();
    assert_eq!(all.iter().map(|(year, _)| year.number()).collect::<Vec<_>>(), [2023, 2024]);
    for (year, found) in &all {
        let alone = points(&zones, *year, &at, &Channels::All, ScaleLimit::default()).unwrap();
        assert_eq!(
            (alone.status(), alone.quantized().view().data()),
            (found.status(), found.quantized().view().data())
        );
    }
    let one = through_years(&zones, &[year(2024)], &at, &Channels::All, ScaleLimit::default()).unwrap();
    assert_eq!(one.len(), 1);
    let error = through_years(&zones, &[year(2024), year(2020)], &at, &Channels::All, ScaleLimit::default())
        .unwrap_err();
    assert_eq!(error.to_string(), "encoded has nothing of 2020: it has 2023–2024");
}

#[test]
fn many_points_at_once() {
    let zones = Encoded::all();
    let at: Vec<_> =
        (0..200_000).map(|k| (2.0 + f64::from(k % 500) / 1e4, 50.0 + f64::from(k / 500) / 1e4)).collect();
    let found = points(&zones, year(2024), &at, &Channels::from(0..1), ScaleLimit::default()).unwrap();
    let valid = found.status().iter().filter(|&&status| status == PointStatus::Valid).count();
    assert!((150_000..170_000).contains(&valid), "{valid}");
}
