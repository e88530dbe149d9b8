//! The dataset of a zone store.

use serde_json::{Map, Value};
use tessera_core::DatasetVersion;

/// The dataset that the attributes of a store name: in full as stores of ours do, or by the number of its model where one
/// dataset only has that number. Of 1.1 and 2.0 there are several, which are different spaces, so these are unknown.
pub(crate) fn version(attributes: &Map<String, Value>) -> DatasetVersion {
    if let Some(name) = attributes.get("product_version").and_then(Value::as_str) {
        return DatasetVersion::named(name);
    }
    let model = attributes.get("geoemb:model").and_then(Value::as_str).unwrap_or_default();
    match model.rsplit_once("/model/") {
        Some((_, "1.0")) => DatasetVersion::named("v1"),
        _ => DatasetVersion::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_certain_is_named() {
        let of = |attributes: Value| version(attributes.as_object().unwrap());
        assert_eq!(
            of(json!({"geoemb:model": "https://geotessera.org/model/1.0"})),
            DatasetVersion::named("v1")
        );
        let ours = json!({"geoemb:model": "https://geotessera.org/model/1.1", "product_version": "v1.1-cam"});
        assert_eq!(of(ours), DatasetVersion::named("v1.1-cam"));
        for unknown in [
            json!({}),
            json!({"geoemb:model": "https://geotessera.org/model/1.1"}),
            json!({"geoemb:model": 1}),
        ] {
            assert_eq!(of(unknown), DatasetVersion::Unknown);
        }
    }
}
