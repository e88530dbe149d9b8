//! Areas from GeoJSON.

mod collect;
mod crs;
mod error;
mod ring;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use geo_types::MultiPolygon;

pub use error::{GeoJsonError, GeoJsonProblem};

use collect::polygons;

/// The most bytes of a file that are read: far more than any outline of an area has.
const LIMIT: u64 = 64 << 20;

/// Reads the polygons of a GeoJSON file (RFC 7946), in degrees: those of a Polygon, a MultiPolygon, a
/// GeometryCollection, a Feature or a FeatureCollection, all together. A feature without a geometry has none.
///
/// Longitudes may go from −360 to 360, so that a ring may run past the antimeridian. Heights are passed over.
///
/// # Errors
/// Where it cannot be read or has more than 64 MiB, is not GeoJSON, holds points or lines, a ring that is not closed or
/// has fewer than four positions, a position out of range, or another CRS than longitude and latitude on WGS 84, or
/// where there is no polygon at all.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("area.geojson");
/// std::fs::write(&path, r#"{"type": "Polygon", "coordinates": [[[0, 52], [1, 52], [1, 53], [0, 52]]]}"#)?;
/// let area = tessera_io::read_geojson(&path)?;
/// assert_eq!(area.0[0].exterior().0.len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read_geojson(path: impl AsRef<Path>) -> Result<MultiPolygon<f64>, GeoJsonError> {
    let path = path.as_ref();
    let read = || {
        let file = File::open(path)?;
        if file.metadata()?.len() > LIMIT {
            return Err(GeoJsonProblem::TooLarge { limit: LIMIT });
        }
        // A pipe does not know its length.
        let mut bytes = Vec::new();
        file.take(LIMIT + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LIMIT {
            return Err(GeoJsonProblem::TooLarge { limit: LIMIT });
        }
        let text =
            String::from_utf8(bytes).map_err(|cause| GeoJsonProblem::Text { cause: cause.to_string() })?;
        polygons(&text)
    };
    read().map_err(|problem| GeoJsonError { path: Some(path.to_owned()), problem })
}

/// Reads the polygons of a GeoJSON text, as [`read_geojson`] does those of a file.
///
/// # Errors
/// As [`read_geojson`].
///
/// ```
/// let error = tessera_io::parse_geojson(r#"{"type": "Point", "coordinates": [0, 52]}"#).unwrap_err();
/// assert_eq!(error.to_string(), "GeoJSON: a Point: expected polygons");
/// ```
pub fn parse_geojson(text: &str) -> Result<MultiPolygon<f64>, GeoJsonError> {
    polygons(text).map_err(|problem| GeoJsonError { path: None, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_and_not_read_beyond_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("area.geojson");
        assert!(matches!(read_geojson(&path).unwrap_err().problem, GeoJsonProblem::Io(_)));
        // Sparse: no bytes are written.
        File::create(&path).unwrap().set_len(LIMIT + 1).unwrap();
        let error = read_geojson(&path).unwrap_err();
        assert!(matches!(error.problem, GeoJsonProblem::TooLarge { .. }));
        assert!(error.to_string().contains("area.geojson"), "{error}");
        std::fs::write(&path, b"\xff\xfe").unwrap();
        assert!(matches!(read_geojson(&path).unwrap_err().problem, GeoJsonProblem::Text { .. }));
        assert!(matches!(read_geojson(folder.path()).unwrap_err().problem, GeoJsonProblem::Io(_)));
    }
}
