use std::fs;

use serde_json::{Value, json};
use tessera_core::{PyramidChunk, PyramidGrid, PyramidStore};
use tessera_zarr::{OpenError, PyramidAttributes, RgbPyramid, RgbPyramidError};

use crate::published::{published_attributes, published_rgb, published_shape};
use crate::support::{attributes, document, grid, noise, read};

#[test]
fn metadata_are_in_the_published_form() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("global_rgb");
    drop(RgbPyramid::create(&path, grid(2), &attributes()).unwrap());
    let root = document(&path.join("zarr.json"));
    let mut expected = published_attributes(2);
    expected["title"] = json!("TESSERA 2024, three components");
    expected["year"] = json!(2024);
    expected["dataset"] = json!("v1");
    assert_eq!(root["attributes"], expected);
    assert_eq!((&root["zarr_format"], &root["node_type"]), (&json!(3), &json!("group")));

    let all = &root["consolidated_metadata"];
    assert_eq!((&all["kind"], &all["must_understand"]), (&json!("inline"), &json!(false)));
    let names: Vec<_> = all["metadata"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["0", "0/rgb", "0/band", "1", "1/rgb", "1/band"]);
    for (name, inside) in all["metadata"].as_object().unwrap() {
        let mut own = document(&path.join(name).join("zarr.json"));
        if own["node_type"] == "group" {
            assert_eq!(own["attributes"]["spatial:dimensions"], json!(["lat", "lon"]));
            let below = own["consolidated_metadata"]["metadata"].take();
            assert_eq!(below["rgb"], all["metadata"][&format!("{name}/rgb")]);
            own["consolidated_metadata"]["metadata"] = json!({});
        }
        assert_eq!(&own, inside, "{name}");
    }
    for (level, rows, cols) in [("0", 1_800_000, 3_600_000), ("1", 900_000, 1_800_000)] {
        let mut rgb = document(&path.join(level).join("rgb/zarr.json"));
        let own = rgb["attributes"].take();
        assert_eq!(own["_CRS"]["url"], "http://www.opengis.net/def/crs/EPSG/0/4326");
        let mut expected = published_rgb(rows, cols);
        expected["attributes"] = Value::Null;
        // An empty list of them is what leaving it out means.
        expected.as_object_mut().unwrap().remove("storage_transformers");
        assert_eq!(rgb, expected);
        let band = document(&path.join(level).join("band/zarr.json"));
        assert_eq!((&band["shape"], &band["data_type"]), (&json!([4]), &json!("int32")));
        assert_eq!(band["dimension_names"], json!(["band"]));
    }
    let band = fs::read(path.join("1/band/c/0")).unwrap();
    assert!(band.ends_with(&[0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]), "{band:?}");
}

#[test]
fn it_goes_on_where_it_was_and_is_described_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("global_rgb");
    // An empty folder is as good as none.
    fs::create_dir(&path).unwrap();
    let chunk = PyramidChunk::new(1, 5, 6);
    let pyramid = RgbPyramid::create(&path, grid(2), &attributes()).unwrap();
    pyramid.write_chunk(chunk, &noise(0)).unwrap();
    drop(pyramid);
    // As a process leaves it that is killed.
    fs::create_dir(path.join(".partial")).unwrap();
    fs::write(path.join(".partial/.tmp1"), "half").unwrap();
    let before = document(&path.join("zarr.json"));
    let mut pyramid = RgbPyramid::create(&path, grid(2), &attributes()).unwrap();
    assert!(!path.join(".partial/.tmp1").exists() && read(&pyramid, chunk).unwrap() == noise(0));
    assert_eq!(document(&path.join("zarr.json")), before);

    let mut other = attributes();
    other.extra.insert("explained_variance_ratio".to_owned(), json!([0.5, 0.25]));
    pyramid.set_attributes(&other).unwrap();
    drop(pyramid);
    assert!(!path.join(".partial").exists());
    let after = document(&path.join("zarr.json"));
    assert_eq!(after["consolidated_metadata"], before["consolidated_metadata"]);
    assert_eq!(after["attributes"]["explained_variance_ratio"], json!([0.5, 0.25]));
    assert_eq!(RgbPyramid::open(&path).unwrap().attributes(), &other);
    let mut taken = attributes();
    taken.extra.insert("multiscales".to_owned(), json!({}));
    let error = RgbPyramid::create(&path, grid(2), &taken).unwrap_err();
    assert!(matches!(error, RgbPyramidError::Reserved { .. }), "{error}");
}

#[test]
fn something_else_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("global_rgb");
    let web = PyramidGrid::web_mercator(3).unwrap();
    let error = RgbPyramid::create(&path, web, &attributes()).unwrap_err();
    assert!(matches!(error, RgbPyramidError::Crs { .. }) && !path.exists(), "{error}");
    drop(RgbPyramid::create(&path, grid(3), &attributes()).unwrap());
    let error = RgbPyramid::create(&path, grid(4), &attributes()).unwrap_err();
    assert!(error.to_string().contains("has 3 levels: expected 4"), "{error}");

    fs::write(dir.path().join("letter.txt"), "dear").unwrap();
    for other in [dir.path(), &dir.path().join("letter.txt")] {
        let error = RgbPyramid::create(other, grid(3), &attributes()).unwrap_err();
        assert!(matches!(error, RgbPyramidError::NotAPyramid { .. }), "{error}");
        assert!(matches!(RgbPyramid::open(other), Err(RgbPyramidError::Open(OpenError::NotAStore { .. }))));
    }
    assert_eq!(fs::read(dir.path().join("letter.txt")).unwrap(), b"dear");
    assert!(RgbPyramid::create(dir.path().join("no/global_rgb"), grid(3), &attributes()).is_err());
}

#[test]
fn metadata_that_do_not_fit_are_refused_with_what_differs() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("global_rgb");
    drop(RgbPyramid::create(&path, grid(2), &attributes()).unwrap());
    let good = document(&path.join("zarr.json"));
    let array = "/consolidated_metadata/metadata/1~1rgb";
    let at = |pointer: &str| format!("{array}{pointer}");
    for (pointer, value, told) in [
        ("/attributes/proj:code".to_owned(), json!("EPSG:3857"), "proj:code"),
        ("/attributes/multiscales".to_owned(), json!(1), "multiscales"),
        ("/attributes/multiscales/layout".to_owned(), json!([]), "0 levels"),
        ("/attributes/multiscales/layout".to_owned(), json!(vec![0; 5000]), "255 levels"),
        ("/attributes/multiscales/layout/1/asset".to_owned(), json!("7"), "`asset` of level 1 is \"7\""),
        ("/attributes/multiscales/layout/1/spatial:shape".to_owned(), json!([1, 2]), "spatial:shape"),
        (at(""), Value::Null, "1/rgb"),
        (at("/data_type"), json!("int8"), "int8"),
        (at("/shape/0"), json!(900_001), "900001"),
        (at("/chunk_grid/configuration/chunk_shape/0"), json!(u64::MAX), "1/rgb"),
        (at("/codecs/1/name"), json!("zstd"), "zstd"),
        (at("/fill_value"), json!(1), "1/rgb"),
        ("/node_type".to_owned(), json!("array"), "group"),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(&pointer).unwrap() = value;
        fs::write(path.join("zarr.json"), bad.to_string()).unwrap();
        let error = RgbPyramid::open(&path).unwrap_err().to_string();
        assert!(error.contains(told) && error.contains("global_rgb"), "{pointer}: {error}");
        assert!(RgbPyramid::create(&path, grid(2), &attributes()).is_err());
        assert_eq!(document(&path.join("zarr.json")), bad);
    }
}

#[test]
fn a_published_pyramid_is_opened_and_its_other_metadata_stay() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("global_rgb");
    for level in 0..10 {
        let folder = path.join(level.to_string()).join("rgb");
        fs::create_dir_all(&folder).unwrap();
        let (rows, cols) = published_shape(level);
        fs::write(folder.join("zarr.json"), published_rgb(rows, cols).to_string()).unwrap();
    }
    let attributes = published_attributes(10);
    let root = json!({"zarr_format": 3, "node_type": "group", "attributes": attributes});
    fs::write(path.join("zarr.json"), root.to_string()).unwrap();
    let mut pyramid = RgbPyramid::open(&path).unwrap();
    assert_eq!((pyramid.grid(), pyramid.attributes()), (&grid(10), &PyramidAttributes::new("")));
    assert_eq!(fs::read_dir(&path).unwrap().count(), 11, "reading leaves nothing behind");
    let last = PyramidChunk::new(9, 6, 13);
    pyramid.write_chunk(last, &noise(3)).unwrap();
    assert!(read(&pyramid, last).unwrap() == noise(3));
    pyramid.set_attributes(&PyramidAttributes::new("Ours")).unwrap();
    let after = document(&path.join("zarr.json"));
    assert_eq!((&after["attributes"]["title"], after.get("consolidated_metadata")), (&json!("Ours"), None));
    // Rounded down as before.
    assert_eq!(after["attributes"]["multiscales"], attributes["multiscales"]);
    assert_eq!(RgbPyramid::open(&path).unwrap().grid(), &grid(10));
}
