mod encoded;
mod errors;
mod mean;
mod native;
mod nearest;
mod points;

use geo_types::{LineString, MultiPolygon, Polygon};
use proptest::prelude::*;

use crate::area::longitude::normal;
use crate::{Area, Region};

/// Longitudes where something may go wrong: borders of zones, the antimeridian; and anywhere.
fn any_lon() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-30..=30_i32, -0.002..0.0005_f64).prop_map(|(k, off)| normal(f64::from(k) * 6.0 + off)),
        -180.0..180.0_f64,
    ]
}

fn any_lat() -> impl Strategy<Value = f64> {
    prop_oneof![-0.002..0.001_f64, -85.0..85.0_f64, 89.99..89.999_f64]
}

/// A box or a polygon of up to 200 m or so.
fn any_area() -> impl Strategy<Value = Area> {
    let size = (0.0..0.002_f64, 0.0..0.002_f64);
    (any_lon(), any_lat(), size, any::<bool>()).prop_map(|(lon, lat, (width, height), boxed)| {
        let width = width / lat.to_radians().cos();
        let (width, north) = (width.min(3.0), (lat + height).min(90.0));
        if boxed {
            let east = if lon + width > 180.0 { normal(lon + width) } else { lon + width };
            return Region::new(lon, lat, east, north).unwrap().into();
        }
        let corners = vec![(lon, lat), (lon + width, north), (lon + width / 2.0, lat)];
        Area::polygons(&MultiPolygon::from(Polygon::new(LineString::from(corners), vec![]))).unwrap()
    })
}
