//! What kind of file it is.

use super::item_name::item_name;

pub(super) const JSON: &str = "application/json";
pub(super) const GEOJSON: &str = "application/geo+json";
const BYTES: &str = "application/octet-stream";

/// The media type of a file, by its name. What nobody has a name for, chunks of Zarr stores above all, is bytes.
pub(super) fn media_type(name: &str) -> &'static str {
    // Metadata of Zarr V2 has no ending.
    if [".zgroup", ".zarray", ".zattrs", ".zmetadata"].contains(&name) {
        return JSON;
    }
    let Some((stem, ending)) = name.rsplit_once('.') else { return BYTES };
    match ending {
        "json" if item_name(stem).is_some() => GEOJSON,
        "json" | "map" => JSON,
        "geojson" => GEOJSON,
        "ndjson" | "geojsonl" => "application/x-ndjson",
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "tif" | "tiff" => "image/tiff",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "gz" => "application/gzip",
        "npy" => "application/x-npy",
        "parquet" => "application/vnd.apache.parquet",
        "pmtiles" => "application/vnd.pmtiles",
        _ => BYTES,
    }
}

/// Whether compressing a file of this media type is worth it.
pub(super) fn is_text(media_type: &str) -> bool {
    let plain = media_type.split(';').next().unwrap_or_default().trim_end();
    plain.starts_with("text/") || plain.ends_with("json") || plain.ends_with("+xml")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_files() {
        for (name, expected) in [
            ("catalog.json", JSON),
            ("zarr.json", JSON),
            (".zmetadata", JSON),
            ("grid_0.15_52.05_2024.json", GEOJSON),
            ("grid_0.15_52.05.basis.json", JSON),
            ("grid_0.15_52.01_2024.json", JSON),
            ("items.parquet", "application/vnd.apache.parquet"),
            ("2024.pmtiles", "application/vnd.pmtiles"),
            ("tilejson.json", JSON),
            ("5461.png", "image/png"),
            ("coverage.bits.gz", "application/gzip"),
            ("0.0.0", BYTES),
            ("c", BYTES),
            ("", BYTES),
        ] {
            assert_eq!(media_type(name), expected, "{name}");
        }
    }

    #[test]
    fn texts_are_compressed_and_nothing_else() {
        for (name, text) in [
            ("a.json", true),
            ("a.geojson", true),
            ("a.ndjson", true),
            ("a.js", true),
            ("a.svg", true),
            ("a.gz", false),
            ("a.png", false),
            ("a.parquet", false),
            ("0.0.0", false),
        ] {
            assert_eq!(is_text(media_type(name)), text, "{name}");
        }
    }
}
