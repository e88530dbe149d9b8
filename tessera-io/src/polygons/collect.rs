//! Polygons gathered from whatever a GeoJSON text holds.

use ::geojson::{Feature, GeoJson, Geometry, GeometryValue, PolygonType};
use geo_types::{MultiPolygon, Polygon};

use super::GeoJsonProblem;
use super::crs::check_crs;
use super::ring::line_string;

/// All polygons of a text.
pub(super) fn polygons(text: &str) -> Result<MultiPolygon<f64>, GeoJsonProblem> {
    // Some programs on Windows put a byte order mark in front, which JSON does not have.
    let text = text.trim_start_matches('\u{feff}');
    let json: GeoJson =
        text.parse().map_err(|cause: ::geojson::Error| GeoJsonProblem::Text { cause: cause.to_string() })?;
    let mut found = Vec::new();
    match &json {
        GeoJson::Geometry(geometry) => add_geometry(geometry, "", &mut found)?,
        GeoJson::Feature(feature) => add_feature(feature, "", &mut found)?,
        GeoJson::FeatureCollection(collection) => {
            check_crs(collection.foreign_members.as_ref())?;
            for (index, feature) in collection.features.iter().enumerate() {
                add_feature(feature, &format!("features[{index}]."), &mut found)?;
            }
        }
    }
    if found.is_empty() { Err(GeoJsonProblem::NoPolygons) } else { Ok(MultiPolygon(found)) }
}

fn add_feature(feature: &Feature, place: &str, found: &mut Vec<Polygon<f64>>) -> Result<(), GeoJsonProblem> {
    check_crs(feature.foreign_members.as_ref())?;
    match &feature.geometry {
        Some(geometry) => add_geometry(geometry, &format!("{place}geometry."), found),
        None => Ok(()),
    }
}

fn add_geometry(
    geometry: &Geometry,
    place: &str,
    found: &mut Vec<Polygon<f64>>,
) -> Result<(), GeoJsonProblem> {
    check_crs(geometry.foreign_members.as_ref())?;
    match &geometry.value {
        GeometryValue::Polygon { coordinates } => {
            found.push(polygon(coordinates, &format!("{place}coordinates"))?);
        }
        GeometryValue::MultiPolygon { coordinates } => {
            for (index, rings) in coordinates.iter().enumerate() {
                found.push(polygon(rings, &format!("{place}coordinates[{index}]"))?);
            }
        }
        GeometryValue::GeometryCollection { geometries } => {
            for (index, geometry) in geometries.iter().enumerate() {
                add_geometry(geometry, &format!("{place}geometries[{index}]."), found)?;
            }
        }
        other => {
            let place = place.trim_end_matches('.').to_owned();
            return Err(GeoJsonProblem::Kind { place, got: other.type_name() });
        }
    }
    Ok(())
}

fn polygon(rings: &PolygonType, place: &str) -> Result<Polygon<f64>, GeoJsonProblem> {
    let rings =
        rings.iter().enumerate().map(|(index, ring)| line_string(ring, || format!("{place}[{index}]")));
    let mut rings = rings.collect::<Result<Vec<_>, _>>()?.into_iter();
    let Some(exterior) = rings.next() else {
        return Err(GeoJsonProblem::Rings { place: place.to_owned() });
    };
    Ok(Polygon::new(exterior, rings.collect()))
}

#[cfg(test)]
mod tests {
    use crate::parse_geojson;

    use super::*;

    const RING: &str = "[[0,0],[4,0],[4,4],[0,0]]";

    fn count(text: &str) -> usize {
        parse_geojson(text).unwrap().0.len()
    }

    fn problem(text: &str) -> GeoJsonProblem {
        parse_geojson(text).unwrap_err().problem
    }

    #[test]
    fn polygons_of_every_kind_come_together() {
        let polygon =
            format!(r#"{{"type":"Polygon","coordinates":[{RING},[[1,1,9],[2,1,9],[2,2,9],[1,1,8]]]}}"#);
        assert_eq!(
            parse_geojson(&polygon).unwrap().0[0].interiors()[0].0[1],
            geo_types::coord! { x: 2.0, y: 1.0 }
        );
        let multi = format!(r#"{{"type":"MultiPolygon","coordinates":[[{RING}],[{RING}]]}}"#);
        assert_eq!(count(&multi), 2);
        let both = format!(r#"{{"type":"GeometryCollection","geometries":[{polygon},{multi}]}}"#);
        assert_eq!(count(&both), 3);
        let feature = |geometry: &str| {
            format!(r#"{{"type":"Feature","properties":{{"name":"é"}},"geometry":{geometry}}}"#)
        };
        assert_eq!(count(&feature(&both)), 3);
        let all = format!(
            "\u{feff}{{\"type\":\"FeatureCollection\",\"name\":\"x\",\"features\":[{},{},{}]}}",
            feature(&polygon),
            feature("null"),
            feature(&multi)
        );
        assert_eq!(count(&all), 3);
        assert_eq!(count(&format!(r#"{{"type":"Feature","geometry":{polygon}}}"#)), 1);
    }

    #[test]
    fn what_is_no_area_is_named() {
        let point = r#"{"type":"Point","coordinates":[1,2]}"#;
        let inner = format!(r#"{{"type":"GeometryCollection","geometries":[{point}]}}"#);
        let collection = format!(
            r#"{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":null,"geometry":{inner}}}]}}"#
        );
        assert_eq!(
            parse_geojson(&collection).unwrap_err().to_string(),
            "GeoJSON: features[0].geometry.geometries[0]: a Point: expected polygons"
        );
        for (kind, coordinates) in [
            ("LineString", "[[0,0],[1,1]]"),
            ("MultiPoint", "[[0,0]]"),
            ("MultiLineString", "[[[0,0],[1,1]]]"),
        ] {
            let text = format!(r#"{{"type":"{kind}","coordinates":{coordinates}}}"#);
            assert!(matches!(problem(&text), GeoJsonProblem::Kind { got, .. } if got == kind));
        }
        for text in [
            r#"{"type":"FeatureCollection","features":[]}"#,
            r#"{"type":"MultiPolygon","coordinates":[]}"#,
            r#"{"type":"Feature","properties":{},"geometry":null}"#,
        ] {
            assert!(matches!(problem(text), GeoJsonProblem::NoPolygons), "{text}");
        }
        assert!(matches!(problem(r#"{"type":"Polygon","coordinates":[]}"#), GeoJsonProblem::Rings { .. }));
    }

    #[test]
    fn what_is_no_geojson_is_told() {
        let deep = r#"{"type":"GeometryCollection","geometries":["#.repeat(100_000);
        for text in ["", "{", "[]", "{}", r#"{"type":"Circle"}"#, r#"{"type":"Polygon"}"#, &deep] {
            assert!(matches!(problem(text), GeoJsonProblem::Text { .. }), "{text:.40}");
        }
        for position in ["[1e999,0]", "[null,0]", "[\"1\",0]", "[NaN,0]", "7"] {
            let text = format!(r#"{{"type":"Polygon","coordinates":[[{position},[4,0],[4,4],{position}]]}}"#);
            assert!(matches!(problem(&text), GeoJsonProblem::Text { .. }), "{text}");
        }
    }

    #[test]
    fn positions_of_less_than_two_numbers_are_refused() {
        for (position, numbers) in [("[1]", 1), ("[]", 0)] {
            let text = format!(r#"{{"type":"Polygon","coordinates":[[[0,0],{position},[4,4],[0,0]]]}}"#);
            let error = parse_geojson(&text).unwrap_err().to_string();
            let expected = format!(
                "coordinates[0][1]: a position of {numbers} numbers: expected longitude and latitude"
            );
            assert_eq!(error, format!("GeoJSON: {expected}"));
        }
    }
}
