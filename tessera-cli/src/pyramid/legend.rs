//! What a pyramid says of its colours.

use serde_json::{Map, Value, json};
use tessera_core::{DatasetVersion, Year};
use tessera_pca::PictureBasis;

/// The member `tessera` of a pyramid's metadata: the year, the dataset, which components are red, green and blue, and what
/// share of the variance each of them carries. `basis` is the name of the file that holds the basis.
pub(super) fn legend(year: Year, basis: &PictureBasis, file: Option<&str>) -> Map<String, Value> {
    let dataset = match basis.dataset() {
        DatasetVersion::Unknown => Value::Null,
        named => json!(named.to_string()),
    };
    let components: Vec<usize> = basis.shown().iter().map(|at| at + 1).collect();
    let mut legend = Map::new();
    let mut put = |key: &str, value: Value| legend.insert(key.to_owned(), value);
    put("year", json!(year.number()));
    put("dataset", dataset);
    put("components", json!(components));
    put("explained_variance_ratio", json!(basis.colours().explained_variance_ratio().to_vec()));
    if let Some(file) = file {
        put("basis", json!(file));
    }
    legend
}

/// A text that is another when the colours are, or what they are of.
pub(super) fn key(year: Year, basis: &PictureBasis) -> serde_json::Result<String> {
    let zones: Vec<_> = basis.zone_stretches().iter().collect();
    let parts = (
        year.number(),
        basis.colours().digest(),
        basis.scale_limit().value(),
        serde_json::to_value(basis.stretch_of(None))?,
        serde_json::to_value(zones)?,
    );
    serde_json::to_string(&parts)
}

/// What to call a pyramid.
pub(super) fn title(year: Year, basis: &PictureBasis) -> String {
    format!("TESSERA {year}: principal components of {}", basis.dataset())
}
