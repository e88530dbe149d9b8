//! Where the pixels of TESSERA come from: the same for a tile and for any raster of them.

use serde_json::{Map, Value, json};

const CAMBRIDGE: &str = "University of Cambridge";
const WEBSITE: &str = "https://geotessera.org";

/// Who made the pixels, from what and under which terms, in the words of ACDD-1.3.
///
/// No e-mail addresses are among them: those that are known are of people and not of the project.
pub(crate) fn attributes() -> Map<String, Value> {
    let texts = [
        ("keywords", "TESSERA, embeddings, Sentinel-1, Sentinel-2, land surface, machine learning"),
        ("source", "Sentinel-1 and Sentinel-2 time series, TESSERA model"),
        ("platform", "Sentinel-1, Sentinel-2"),
        ("instrument", "C-SAR, MSI"),
        ("processing_level", "model-derived embedding"),
        ("acknowledgement", "Contains modified Copernicus Sentinel data"),
        ("license", "CC-BY-4.0"),
        ("standard_name_vocabulary", "CF Standard Name Table v93"),
        ("institution", CAMBRIDGE),
        ("project", "TESSERA"),
        ("references", "https://doi.org/10.48550/arXiv.2506.20380"),
        ("metadata_link", WEBSITE),
        ("contributor_name", "European Space Agency"),
        ("contributor_role", "source of the observations of Copernicus Sentinel-1 and Sentinel-2"),
    ];
    let mut out: Map<String, Value> =
        texts.into_iter().map(|(key, text)| (key.to_owned(), json!(text))).collect();
    out.extend(cambridge("creator"));
    out
}

/// The University of Cambridge in a role: `creator` or `publisher`.
pub(crate) fn cambridge(role: &str) -> impl Iterator<Item = (String, Value)> {
    let of = [("name", CAMBRIDGE), ("type", "institution"), ("institution", CAMBRIDGE), ("url", WEBSITE)];
    of.into_iter().map(move |(what, text)| (format!("{role}_{what}"), json!(text)))
}

/// When the store was made, RFC 3339. Its pixels and its metadata are written at once and never changed.
pub(crate) fn dates(created: &str) -> impl Iterator<Item = (String, Value)> {
    let of = ["date_created", "date_modified", "date_metadata_modified"];
    let history = format!("{created} written by tessera-zarr {}", env!("CARGO_PKG_VERSION"));
    of.into_iter()
        .map(move |key| (key.to_owned(), json!(created)))
        .chain([("history".to_owned(), json!(history))])
}
