//! A JSON file of a catalogue.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::Value;
use stac::{Catalog, Collection, Item};

use super::run::Run;
use crate::ProblemKind;

/// Bytes of a JSON file, at most: a hundred times the largest of ours.
const MOST: u64 = 64 << 20;

/// What a JSON file of a catalogue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Catalog,
    Collection,
    Item,
}

impl Kind {
    /// Its `type`, and what it must have besides.
    fn form(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::Catalog => ("Catalog", &["id", "description", "links"]),
            Self::Collection => ("Collection", &["id", "description", "license", "extent", "links"]),
            Self::Item => ("Feature", &["id", "geometry", "bbox", "properties", "links", "assets"]),
        }
    }
}

/// The bytes of a file below the catalogue's folder; says what is wrong where there are none.
pub(super) fn read(run: &Run<'_>, path: &str) -> Option<Vec<u8>> {
    match bytes(&run.folder.join(path)) {
        Ok(bytes) => Some(bytes),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
            run.problem(ProblemKind::Missing, path, "there is no such file");
            None
        }
        Err(cause) => {
            run.problem(ProblemKind::Document, path, format!("cannot be read: {cause}"));
            None
        }
    }
}

/// The bytes of a file that is not too large to be one of ours.
pub(super) fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    // A pipe would wait for somebody to write into it.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is not a file"));
    }
    let file = File::open(path)?;
    let length = file.metadata()?.len();
    if length > MOST {
        return Err(io::Error::other(format!("it has {length} bytes: expected at most {MOST}")));
    }
    let mut bytes = Vec::with_capacity(length as usize);
    file.take(MOST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file as STAC 1.1.0 of its kind; says what is wrong where it is none.
pub(super) fn parse(run: &Run<'_>, path: &str, bytes: &[u8], kind: Kind) -> Option<Value> {
    match stac(bytes, kind) {
        Ok(document) => {
            run.passed(1);
            Some(document)
        }
        Err(what) => {
            run.problem(ProblemKind::Document, path, what);
            None
        }
    }
}

fn stac(bytes: &[u8], kind: Kind) -> Result<Value, String> {
    let document: Value = serde_json::from_slice(bytes).map_err(|cause| format!("is not JSON: {cause}"))?;
    let (name, needed) = kind.form();
    for (key, expected) in [("type", name), ("stac_version", "1.1.0")] {
        if document[key] != expected {
            return Err(format!("has {key} {}: expected {expected:?}", document[key]));
        }
    }
    if let Some(lacking) = needed.iter().find(|key| document.get(**key).is_none_or(is_empty)) {
        return Err(format!("has no {lacking}, which a {name} of STAC 1.1.0 must have"));
    }
    let object = document.clone();
    let parsed = match kind {
        Kind::Catalog => serde_json::from_value::<Catalog>(object).map(drop),
        Kind::Collection => serde_json::from_value::<Collection>(object).map(drop),
        Kind::Item => serde_json::from_value::<Item>(object).map(drop),
    };
    parsed.map_err(|cause| format!("is not a {name} of STAC 1.1.0: {cause}"))?;
    Ok(document)
}

/// Whether it is text without a letter.
fn is_empty(value: &Value) -> bool {
    value.as_str().is_some_and(str::is_empty)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_missing_or_another_is_named() {
        let good =
            json!({"type": "Catalog", "stac_version": "1.1.0", "id": "a", "description": "b", "links": []});
        let said = |document: &Value| stac(document.to_string().as_bytes(), Kind::Catalog);
        assert_eq!(said(&good).unwrap(), good);
        for (key, value, word) in [
            ("type", json!("Collection"), "has type \"Collection\": expected \"Catalog\""),
            ("stac_version", json!("1.0.0"), "\"1.1.0\""),
            ("stac_version", json!(null), "has stac_version null"),
            ("id", json!(""), "has no id"),
            ("id", json!(7), "is not a Catalog"),
            ("links", json!({}), "is not a Catalog"),
            ("links", json!([{"href": 1, "rel": "child"}]), "is not a Catalog"),
        ] {
            let mut bad = good.clone();
            bad[key] = value;
            let what = said(&bad).unwrap_err();
            assert!(what.contains(word), "{what}");
        }
        assert!(stac(b"{", Kind::Item).unwrap_err().starts_with("is not JSON"));
        assert!(stac(b"[]", Kind::Item).unwrap_err().contains("type null"));
        let what = stac(good.to_string().replace("Catalog", "Collection").as_bytes(), Kind::Collection);
        assert!(what.unwrap_err().contains("has no license"));
    }

    #[test]
    fn only_files_of_a_sensible_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        assert!(bytes(folder.path()).unwrap_err().to_string().contains("not a file"));
        let large = folder.path().join("large");
        File::create(&large).unwrap().set_len(MOST + 1).unwrap();
        assert!(bytes(&large).unwrap_err().to_string().contains("at most"));
    }
}
