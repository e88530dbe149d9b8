//! A CRS as well-known text.

use tessera_core::{Crs, Hemisphere, UtmZone};

const DEGREE: &str = "ANGLEUNIT[\"degree\",0.0174532925199433]";
const METRE: &str = "LENGTHUNIT[\"metre\",1]";

/// A CRS in WKT 2 (ISO 19162:2019), with the parameters of EPSG.
pub(crate) fn wkt(crs: Crs) -> String {
    match crs {
        Crs::Utm(zone) => utm(zone),
        Crs::WebMercator => web_mercator(),
        _ => format!(
            "GEOGCRS[\"WGS 84\",{},CS[ellipsoidal,2],\
             AXIS[\"geodetic latitude (Lat)\",north,ORDER[1],{DEGREE}],\
             AXIS[\"geodetic longitude (Lon)\",east,ORDER[2],{DEGREE}],ID[\"EPSG\",4326]]",
            datum(),
        ),
    }
}

fn datum() -> String {
    format!(
        "DATUM[\"World Geodetic System 1984\",ELLIPSOID[\"WGS 84\",6378137,298.257223563,{METRE}]],\
         PRIMEM[\"Greenwich\",0,{DEGREE}]"
    )
}

fn web_mercator() -> String {
    let angle = |name: &str, code: u32| format!("PARAMETER[\"{name}\",0,{DEGREE},ID[\"EPSG\",{code}]]");
    let length = |name: &str, code: u32| format!("PARAMETER[\"{name}\",0,{METRE},ID[\"EPSG\",{code}]]");
    let parameters = [
        angle("Latitude of natural origin", 8801),
        angle("Longitude of natural origin", 8802),
        length("False easting", 8806),
        length("False northing", 8807),
    ]
    .join(",");
    format!(
        "PROJCRS[\"WGS 84 / Pseudo-Mercator\",BASEGEOGCRS[\"WGS 84\",{},ID[\"EPSG\",4326]],\
         CONVERSION[\"Popular Visualisation Pseudo-Mercator\",\
         METHOD[\"Popular Visualisation Pseudo Mercator\",ID[\"EPSG\",1024]],{parameters}],\
         CS[Cartesian,2],AXIS[\"easting (X)\",east,ORDER[1],{METRE}],AXIS[\"northing (Y)\",north,ORDER[2],{METRE}],\
         ID[\"EPSG\",3857]]",
        datum(),
    )
}

fn utm(zone: UtmZone) -> String {
    let (number, letter) = (zone.number(), if zone.hemisphere() == Hemisphere::North { 'N' } else { 'S' });
    let (meridian, northing) = (zone.central_meridian(), zone.false_northing());
    let parameter = |name: &str, value: &str, unit: &str, code: u32| {
        format!("PARAMETER[\"{name}\",{value},{unit},ID[\"EPSG\",{code}]]")
    };
    let (degree, metre) = (DEGREE, METRE);
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
         BASEGEOGCRS[\"WGS 84\",{datum},ID[\"EPSG\",4326]],\
         CONVERSION[\"UTM zone {number}{letter}\",METHOD[\"Transverse Mercator\",ID[\"EPSG\",9807]],{parameters}],\
         CS[Cartesian,2],AXIS[\"easting (E)\",east,ORDER[1],{metre}],AXIS[\"northing (N)\",north,ORDER[2],{metre}],\
         ID[\"EPSG\",{epsg}]]",
        datum = datum(),
        epsg = zone.epsg(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_quotes_are_closed() {
        for code in [32601, 32631, 32660, 32701, 32760, 4326, 3857] {
            let text = wkt(Crs::from_epsg(code).unwrap());
            assert_eq!(text.matches('[').count(), text.matches(']').count());
            assert_eq!(text.matches('"').count() % 2, 0);
            assert!(text.ends_with(&format!("ID[\"EPSG\",{code}]]")));
        }
    }
}
