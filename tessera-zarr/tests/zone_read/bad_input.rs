//! What is wrong with a store gets an error that names it.

use serde_json::{Value, json};
use tessera_core::{Channels, Source, Window};
use tessera_zarr::{OpenError, ZoneStore};

use crate::golden::golden;
use crate::support::{Form, copy, edit, year};

/// What opening says of a golden store whose metadata was changed.
fn opened(name: &str, change: impl FnOnce(&mut Value)) -> Result<ZoneStore, String> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    copy(&golden(name), &path);
    edit(&path, "zarr.json", change);
    ZoneStore::open(&path).map_err(|error| error.to_string())
}

/// As [`opened`], a node below the root of `utm.zarr`.
fn with(node: &str, change: impl FnOnce(&mut Value)) -> Result<ZoneStore, String> {
    opened("utm.zarr", |root| change(&mut root["consolidated_metadata"]["metadata"][node]))
}

#[test]
fn what_is_not_a_zone_store_is_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(ZoneStore::open(dir.path()), Err(OpenError::NotAStore { .. })));
    assert!(matches!(ZoneStore::open(dir.path().join("none")), Err(OpenError::NotAStore { .. })));
    std::fs::write(dir.path().join(".zgroup"), r#"{"zarr_format": 2}"#).unwrap();
    assert!(matches!(ZoneStore::open(dir.path()), Err(OpenError::NotAZoneStore { .. })));
    std::fs::write(dir.path().join("zarr.json"), "[").unwrap();
    assert!(matches!(ZoneStore::open(dir.path()), Err(OpenError::Metadata { .. })));
    let error = opened("utm.zarr", |root| root["consolidated_metadata"]["metadata"] = json!({})).unwrap_err();
    assert!(error.contains("is not a zone store"), "{error}");
}

#[test]
fn missing_arrays_are_named() {
    for array in ["embeddings", "scales", "time"] {
        let path = format!("utm31/{array}");
        let error = opened("utm.zarr", |root| {
            root["consolidated_metadata"]["metadata"].as_object_mut().unwrap().remove(&path);
        });
        let error = error.unwrap_err();
        assert!(error.contains(&format!("no array {path}")), "{error}");
    }
}

#[test]
fn arrays_of_another_kind_are_named() {
    let cases: [(&str, &str, Value, &str); 9] = [
        ("utm31/embeddings", "data_type", json!("uint8"), "data_type \"uint8\": expected \"int8\""),
        ("utm31/scales", "data_type", json!("float64"), "expected \"float32\""),
        ("utm31/embeddings", "dimension_names", Value::Null, "no dimension_names"),
        (
            "utm31/embeddings",
            "dimension_names",
            json!(["time", "band", "lat", "lon"]),
            "expected dimension_names of time",
        ),
        ("utm31/scales", "shape", json!([2, 60, 51]), "utm31/scales of"),
        ("utm31/scales", "shape", json!([60, 50]), "utm31/scales"),
        ("utm31/embeddings", "shape", json!([2, 1_u64 << 62, 60, 50]), "more elements"),
        ("utm31/embeddings", "shape", json!([2, 16, 1_u64 << 40, 50]), "utm31/scales"),
        ("utm31/time", "shape", json!([1_u64 << 62]), "utm31/time"),
    ];
    for (node, key, value, says) in cases {
        let error = with(node, |array| array[key] = value.clone()).unwrap_err();
        assert!(error.contains(says), "{node} {key} {value}: {error}");
    }
    let error = with("utm01/embeddings", |array| array["shape"] = json!([2, 12, 16, 16])).unwrap_err();
    assert!(error.contains("12 channels") || error.contains("16 channels"), "{error}");
}

#[test]
fn absurd_shapes_do_not_allocate() {
    for edges in [(1_u64 << 31, 1_u64 << 31), (1 << 40, 1), (1 << 22, 1 << 23)] {
        let error = opened("utm.zarr", |root| {
            let all = &mut root["consolidated_metadata"]["metadata"];
            all["utm31/embeddings"]["shape"] = json!([2, 16, edges.0, edges.1]);
            all["utm31/scales"]["shape"] = json!([2, edges.0, edges.1]);
        });
        let error = error.unwrap_err();
        assert!(error.contains("utm31/embeddings"), "{error}");
    }
    // So many channels, or years, that one pixel would not fit.
    let error = with("utm31/embeddings", |array| array["shape"] = json!([2, 1 << 20, 60, 50])).unwrap_err();
    assert!(error.contains("1048576 channels"), "{error}");
    let error = opened("utm.zarr", |root| {
        let all = &mut root["consolidated_metadata"]["metadata"];
        all["utm31/embeddings"]["shape"] = json!([1 << 30, 16, 60, 50]);
        all["utm31/scales"]["shape"] = json!([1 << 30, 60, 50]);
    });
    assert!(error.unwrap_err().contains("1073741824 times"));
    // Chunks that no memory holds, in a layout that is read by zarrs.
    let error = with("utm31/scales", |array| {
        array["codecs"] = json!([{"name": "bytes", "configuration": {"endian": "big"}}]);
        array["chunk_grid"]["configuration"]["chunk_shape"] = json!([1 << 15, 1 << 15, 1 << 15]);
    });
    assert!(error.unwrap_err().contains("expected at most"));
}

#[test]
fn georeferences_that_make_no_sense_are_named() {
    let attribute = |key: &'static str, value: Value| {
        with("utm31", move |group| {
            let attributes = group["attributes"].as_object_mut().unwrap();
            if value.is_null() {
                attributes.remove(key)
            } else {
                attributes.insert(key.into(), value)
            };
        })
    };
    for (key, value) in [
        ("spatial:transform", json!([20.0, 0.0, 300_000.0, 0.0, -20.0, 400.0])),
        ("spatial:transform", json!([10.0, 0.0, 300_000.0, 0.0, 10.0, 400.0])),
        ("spatial:transform", json!([10.0, 0.0, 300_000.0])),
        ("spatial:transform", json!("here")),
        ("proj:code", json!("EPSG:4326")),
        ("proj:code", json!("EPSG:32632")),
        ("proj:code", json!("WGS 84 / UTM zone 31N")),
        ("spatial:registration", json!("node")),
    ] {
        let error = attribute(key, value.clone()).unwrap_err();
        assert!(error.contains("utm31") && error.contains("expected"), "{key} {value}: {error}");
    }
    // Without attributes the coordinates and the name of the group say the same.
    for key in ["proj:code", "spatial:transform"] {
        let store = attribute(key, Value::Null).unwrap();
        assert_eq!(store.grid(31), ZoneStore::open(golden("utm.zarr")).unwrap().grid(31));
    }
}

#[test]
fn coordinates_that_are_not_those_of_pixels_are_named() {
    let dir = tempfile::tempdir().unwrap();
    for (name, change, says) in [
        ("northing", Some(vec![10_000_055.0, 10_000_065.0]), "steps of -10 m"),
        ("easting", Some(vec![599_845.0, 599_865.0]), "steps of 10 m"),
        ("easting", None, "coordinates of pixels"),
    ] {
        let path = dir.path().join(name).join(says);
        copy(&golden("hemispheres.zarr"), &path);
        let array = path.join("30S").join(name);
        match change {
            None => std::fs::remove_dir_all(&array).unwrap(),
            Some(first) => {
                edit(&array, "zarr.json", |metadata| {
                    metadata["codecs"] = json!([{"name": "bytes", "configuration": {"endian": "little"}}]);
                });
                let numbers = first.into_iter().chain([0.0; 46]).flat_map(f64::to_le_bytes);
                std::fs::write(array.join("c/0"), numbers.collect::<Vec<u8>>()).unwrap();
            }
        }
        let error = ZoneStore::open(&path).unwrap_err().to_string();
        assert!(error.contains("30S") && error.contains(says), "{error}");
    }
}

#[test]
fn years_that_are_not_years_are_named() {
    for (years, says) in [(vec![2023, 2023], "the year 2023 twice"), (vec![2023, 1066], "the value 1066")] {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.zarr");
        Form { years, ..Form::new() }.write(&path);
        let error = ZoneStore::open(&path).unwrap_err().to_string();
        assert!(error.contains("utm31/time") && error.contains(says), "{error}");
    }
    let error = with("utm31/time", |time| time["data_type"] = json!("bool")).unwrap_err();
    assert!(error.contains("utm31/time"), "{error}");
}

#[test]
fn hemispheres_that_do_not_fit_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zarr");
    copy(&golden("hemispheres.zarr"), &path);
    edit(&path, "30N/zarr.json", |group| group["attributes"]["spatial:transform"][2] = json!(600_005.0));
    let error = ZoneStore::open(&path).unwrap_err().to_string();
    assert!(error.contains("group 30N") && error.contains("30S") && error.contains("coincide"), "{error}");
    // Two groups of the same half.
    copy(&golden("hemispheres.zarr").join("30S"), &path.join("utm30"));
    let error = ZoneStore::open(&path).unwrap_err().to_string();
    assert!(error.contains("same part"), "{error}");
}

#[test]
fn windows_and_channels_beyond_the_zone_are_refused() {
    let store = ZoneStore::open(golden("utm.zarr")).unwrap();
    let source = store.source(31, year(2024)).unwrap();
    for window in [
        Window::new(0, 0, 61, 1),
        Window::new(0, 50, 1, 1),
        Window::new(0, 0, 0, 0),
        Window::new(1, 1, usize::MAX, 1),
    ] {
        let error = source.read_window(window, &Channels::All).unwrap_err().to_string();
        assert!(error.contains("zone 31 of 2024"), "{error}");
    }
    assert!(source.read_window(Window::new(0, 0, 1, 1), &(0..17).into()).is_err());
    let mut out = tessera_core::Quantized::empty();
    assert!(source.read_pixels_into(&[(3, 3), (60, 0)], &Channels::All, &mut out).is_err());
    source.read_pixels_into(&[], &Channels::All, &mut out).unwrap();
    assert_eq!(out.view().dim(), (0, 1, 16));
}
