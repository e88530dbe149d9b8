//! The member `crs`, which RFC 7946 no longer has and programs still write.

use ::geojson::JsonObject;

use super::GeoJsonProblem;

/// Refuses a CRS that is not longitude and latitude on WGS 84.
pub(super) fn check_crs(members: Option<&JsonObject>) -> Result<(), GeoJsonProblem> {
    let Some(crs) = members.and_then(|members| members.get("crs")).filter(|crs| !crs.is_null()) else {
        return Ok(());
    };
    let name = crs.pointer("/properties/name").and_then(|name| name.as_str()).unwrap_or_default();
    let name = name.to_ascii_uppercase();
    // As in CRS84, urn:ogc:def:crs:OGC:1.3:CRS84, EPSG:4326 and http://www.opengis.net/def/crs/EPSG/0/4326.
    let mut parts = name.rsplit([':', '/']);
    let known = match parts.next() {
        Some("CRS84") => true,
        Some("4326") => parts.any(|part| part == "EPSG"),
        _ => false,
    };
    if known { Ok(()) } else { Err(GeoJsonProblem::Crs { got: crs.to_string().chars().take(200).collect() }) }
}

#[cfg(test)]
mod tests {
    use crate::{GeoJsonProblem, parse_geojson};

    fn parsed(crs: &str) -> Result<(), GeoJsonProblem> {
        let polygon = r#""type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,0]]]"#;
        let texts = [
            format!(r#"{{"crs":{crs},{polygon}}}"#),
            format!(r#"{{"type":"Feature","crs":{crs},"properties":{{}},"geometry":{{{polygon}}}}}"#),
            format!(
                r#"{{"type":"FeatureCollection","crs":{crs},"features":[{{"type":"Feature","geometry":{{{polygon}}}}}]}}"#
            ),
        ];
        let outcomes = texts.map(|text| parse_geojson(&text).map(drop).map_err(|error| error.problem));
        assert!(outcomes.iter().all(|one| one.is_ok() == outcomes[0].is_ok()), "{crs}");
        let [one, ..] = outcomes;
        one
    }

    #[test]
    fn wgs_84_passes_by_each_of_its_names() {
        for name in [
            "CRS84",
            "OGC:CRS84",
            "urn:ogc:def:crs:OGC:1.3:CRS84",
            "urn:ogc:def:crs:OGC::CRS84",
            "EPSG:4326",
            "urn:ogc:def:crs:EPSG::4326",
            "http://www.opengis.net/def/crs/EPSG/0/4326",
        ] {
            parsed(&format!(r#"{{"type":"name","properties":{{"name":"{name}"}}}}"#)).unwrap();
        }
        parsed("null").unwrap();
    }

    #[test]
    fn anything_else_is_refused() {
        for name in ["EPSG:3857", "urn:ogc:def:crs:EPSG::32631", "EPSG:14326", "ESRI:4326", ""] {
            let crs = format!(r#"{{"type":"name","properties":{{"name":"{name}"}}}}"#);
            assert!(matches!(parsed(&crs), Err(GeoJsonProblem::Crs { got }) if got.contains(name)), "{name}");
        }
        for crs in ["{}", "7", r#""EPSG:3857""#, r#"{"type":"link","properties":{"href":"x"}}"#] {
            assert!(matches!(parsed(crs), Err(GeoJsonProblem::Crs { .. })), "{crs}");
        }
    }
}
