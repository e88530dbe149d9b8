//! The schemas of STAC's core and of its extensions, where they are at hand.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jsonschema::{Retrieve, Uri, Validator};
use serde_json::{Value, json};

use crate::support;

/// The schema of CRS objects, of which our JSON has none: where it is not there, any object will do.
const PROJJSON: &str = "https://proj.org/schemas/v0.7/projjson.schema.json";
/// Of the core, what the schemas of the extensions refer to.
const REFERRED: [&str; 2] = [
    "https://geojson.org/schema/Geometry.json",
    "https://schemas.stacspec.org/v1.1.0/item-spec/json-schema/common.json",
];
/// What the core says of a link with braces.
const BRACES: &str = "/{z}/{x}/{y}.png\" is not a \"iri-reference\"";
const CORE: &str = "https://schemas.stacspec.org/v1.1.0";

/// Schemas by their addresses.
#[derive(Clone)]
struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    fn read(&mut self, folder: &Path) {
        for (path, schema) in support::json_files(folder) {
            let id = schema["$id"].as_str().unwrap().trim_end_matches('#');
            // That of common.json has a slip, and nobody refers to it.
            let id = if path.ends_with("common.json") { REFERRED[1] } else { id };
            self.0.insert(id.to_owned(), schema);
        }
    }
}

impl Retrieve for Schemas {
    fn retrieve(&self, uri: &Uri<String>) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let address = uri.as_str().trim_end_matches('#');
        let stand_in = address == PROJJSON || REFERRED.contains(&address);
        let schema = self.0.get(address).cloned().or_else(|| stand_in.then(|| json!({"type": "object"})));
        schema.ok_or_else(|| format!("{address} is not there").into())
    }
}

/// Validates objects against all schemas that are at hand: those of STAC's core, and those that the objects declare.
pub(super) struct Validators {
    schemas: Schemas,
    core: bool,
    extensions: bool,
    built: BTreeMap<String, Validator>,
}

impl Validators {
    /// Those that are there; a line says of which there are none.
    pub(super) fn open() -> Self {
        let mut schemas = Schemas(BTreeMap::new());
        let core = packages().map(|folder| folder.join("pystac/validation/jsonschemas"));
        let core = core.filter(|folder| folder.is_dir());
        match &core {
            Some(folder) => schemas.read(folder),
            None => println!("skipped: no pystac with the schemas of STAC's core in target/venv"),
        }
        let crs = packages().map(|folder| folder.join("pyproj/proj_dir/share/proj/projjson.schema.json"));
        if let Some(text) = crs.and_then(|path| std::fs::read(path).ok()) {
            schemas.0.insert(PROJJSON.to_owned(), serde_json::from_slice(&text).unwrap());
        }
        let extensions = support::shared("stac-schemas");
        if let Some(folder) = &extensions {
            schemas.read(folder);
        }
        Self { schemas, core: core.is_some(), extensions: extensions.is_some(), built: BTreeMap::new() }
    }

    /// Whether there are those of the core, and of the extensions.
    pub(super) fn at_hand(&self) -> (bool, bool) {
        (self.core, self.extensions)
    }

    /// The schemas that have been used, by the part of the address that names them.
    pub(super) fn used(&self) -> Vec<&str> {
        self.built.keys().map(|address| name(address)).collect()
    }

    /// What is wrong with an object, each error after the name of the schema that found it.
    ///
    /// The web-map-links extension demands `{x}`, `{y}` and `{z}` in a link where the core demands an IRI, which has no
    /// braces: that is passed over.
    pub(super) fn errors(&mut self, object: &Value) -> Vec<String> {
        let mut errors = Vec::new();
        for address in self.addresses(object) {
            let validator = self.validator(&address);
            // Far quicker than looking for the errors.
            if !validator.is_valid(object) {
                let found = validator.iter_errors(object);
                let found = found.filter(|error| !error.to_string().ends_with(BRACES));
                errors.extend(
                    found.map(|error| format!("{}: {error} at {}", name(&address), error.instance_path)),
                );
            }
        }
        errors
    }

    /// Whether one schema accepts an object, whatever the object declares.
    pub(super) fn accepts(&mut self, schema: &str, object: &Value) -> bool {
        let whole = |address: &&String| name(address) == schema && !address.contains("/platforms/");
        let address =
            self.schemas.0.keys().find(whole).unwrap_or_else(|| panic!("no schema {schema}")).clone();
        self.validator(&address).is_valid(object)
    }

    /// The schemas that an object is to be valid under, and that are at hand.
    fn addresses(&self, object: &Value) -> Vec<String> {
        let mut addresses = Vec::new();
        if self.core {
            let kind = match object["type"].as_str() {
                Some("Feature") => "item",
                Some("Collection") => "collection",
                _ => "catalog",
            };
            addresses.push(format!("{CORE}/{kind}-spec/json-schema/{kind}.json"));
        }
        if self.extensions {
            let declared = object["stac_extensions"].as_array().into_iter().flatten();
            addresses.extend(declared.filter_map(Value::as_str).map(str::to_owned));
        }
        addresses
    }

    fn validator(&mut self, address: &str) -> &Validator {
        let schemas = &self.schemas;
        self.built.entry(address.to_owned()).or_insert_with(|| {
            let schema = schemas.0.get(address).unwrap_or_else(|| panic!("no schema {address}"));
            let options = jsonschema::options().with_retriever(schemas.clone()).should_validate_formats(true);
            options.build(schema).unwrap()
        })
    }
}

/// `item` of the core, or an extension.
fn name(address: &str) -> &str {
    match address.strip_prefix(CORE) {
        Some(path) => path.rsplit('/').next().and_then(|file| file.strip_suffix(".json")).unwrap_or(path),
        None => address.split('/').nth(3).unwrap_or(address),
    }
}

/// The packages of the virtual environment that `tests/run` makes.
fn packages() -> Option<PathBuf> {
    let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/venv/lib");
    let python = std::fs::read_dir(lib).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    python.map(|folder| folder.join("site-packages")).find(|folder| folder.is_dir())
}
