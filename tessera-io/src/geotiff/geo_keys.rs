//! The georeference in GeoTIFF's keys (OGC GeoTIFF 1.1).

use super::GeoTiffSpec;
use super::entry::{Entry, Values};
use super::spec::is_projected;

/// `ModelPixelScaleTag`, `ModelTiepointTag` and `GeoKeyDirectoryTag` of a raster whose pixels are areas.
pub(super) fn geo_keys(spec: &GeoTiffSpec) -> [Entry; 3] {
    let [a, _, c, _, e, f] = spec.transform;
    let code = spec.epsg as u16;
    // GTModelType, GTRasterType (1 is area), CRS, unit (degree or metre): each as key, 0, count, value.
    let keys = if is_projected(spec.epsg) {
        [[1024, 0, 1, 1], [1025, 0, 1, 1], [3072, 0, 1, code], [3076, 0, 1, 9001]]
    } else {
        [[1024, 0, 1, 2], [1025, 0, 1, 1], [2048, 0, 1, code], [2054, 0, 1, 9102]]
    };
    // Version 1 of the directory, revision 1.1 of the keys, their number.
    let header = [[1, 1, 1, keys.len() as u16]];
    [
        Entry { tag: 33550, values: Values::Double(vec![a, -e, 0.0]) },
        Entry { tag: 33922, values: Values::Double(vec![0.0, 0.0, 0.0, c, f, 0.0]) },
        Entry { tag: 34735, values: Values::Short([&header[..], &keys[..]].concat().concat()) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_stand_in_order_and_name_the_crs() {
        for (epsg, key) in [(32631, 3072), (3857, 3072), (4326, 2048)] {
            let spec = GeoTiffSpec {
                epsg,
                transform: [0.5, 0.0, 10.0, 0.0, -0.25, 20.0],
                rows: 1,
                cols: 1,
                bands: Vec::new(),
                metadata: Vec::new(),
            };
            let [scale, tie, keys] = geo_keys(&spec);
            assert_eq!(scale.values, Values::Double(vec![0.5, 0.25, 0.0]));
            assert_eq!(tie.values, Values::Double(vec![0.0, 0.0, 0.0, 10.0, 20.0, 0.0]));
            let Values::Short(keys) = keys.values else { panic!("{keys:?}") };
            let keys: Vec<&[u16]> = keys.chunks(4).collect();
            assert_eq!(keys[0], [1, 1, 1, keys.len() as u16 - 1]);
            assert!(keys[1..].is_sorted_by_key(|key| key[0]));
            assert!(keys.contains(&&[key, 0, 1, epsg as u16][..]));
        }
    }
}
