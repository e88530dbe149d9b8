//! A UTM zone as well-known text.

use tessera_core::{Hemisphere, UtmZone};

/// The zone in WKT 2 (ISO 19162:2019), with the parameters of EPSG.
pub(crate) fn wkt(zone: UtmZone) -> String {
    let (number, letter) = (zone.number(), if zone.hemisphere() == Hemisphere::North { 'N' } else { 'S' });
    let (meridian, northing) = (zone.central_meridian(), zone.false_northing());
    let parameter = |name: &str, value: &str, unit: &str, code: u32| {
        format!("PARAMETER[\"{name}\",{value},{unit},ID[\"EPSG\",{code}]]")
    };
    let degree = "ANGLEUNIT[\"degree\",0.0174532925199433]";
    let metre = "LENGTHUNIT[\"metre\",1]";
    let parameters = [
        parameter("Latitude of natural origin", "0", degree, 8801),
        parameter("Longitude of natural origin", &meridian.to_string(), degree, 8802),
        parameter("Scale factor at natural origin", "0.9996", "SCALEUNIT[\"unity\",1]", 8805),
        parameter("False easting", "500000", metre, 8806),
        parameter("False northing", &northing.to_string(), metre, 8807),
    ]
    .join(",");
    format!(
        "PROJCRS[\"WGS 84 / UTM zone {number}{letter}\",\
         BASEGEOGCRS[\"WGS 84\",\
         DATUM[\"World Geodetic System 1984\",ELLIPSOID[\"WGS 84\",6378137,298.257223563,{metre}]],\
         PRIMEM[\"Greenwich\",0,{degree}],ID[\"EPSG\",4326]],\
         CONVERSION[\"UTM zone {number}{letter}\",METHOD[\"Transverse Mercator\",ID[\"EPSG\",9807]],{parameters}],\
         CS[Cartesian,2],AXIS[\"easting (E)\",east,ORDER[1],{metre}],AXIS[\"northing (N)\",north,ORDER[2],{metre}],\
         ID[\"EPSG\",{epsg}]]",
        epsg = zone.epsg(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_quotes_are_closed() {
        for code in [32601, 32631, 32660, 32701, 32760] {
            let text = wkt(UtmZone::from_epsg(code).unwrap());
            assert_eq!(text.matches('[').count(), text.matches(']').count());
            assert_eq!(text.matches('"').count() % 2, 0);
            assert!(text.ends_with(&format!("ID[\"EPSG\",{code}]]")));
        }
    }
}
