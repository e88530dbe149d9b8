//! How catalogues are written.

use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use serde_json::Value;
use tessera_stac::{
    CatalogError, CatalogEvent, CatalogOptions, CatalogWriter, ContentsError, TileRecord, map_files,
    write_catalog,
};

use crate::listed::Listed;
use crate::support;

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

fn tiles(names: &[&str]) -> Vec<TileRecord> {
    let stored = |name: &&str| {
        support::tile(name, 2024, "v1").store(support::store(&format!("s3://tessera/{name}.zarr"), 2))
    };
    names.iter().map(stored).collect()
}

#[test]
fn the_same_records_make_the_same_bytes_in_any_order() {
    let disk = tempfile::tempdir().unwrap();
    let records = support::every_kind(disk.path().to_str().unwrap());
    let mut backwards = records.clone();
    backwards.reverse();
    let write = |records: Vec<TileRecord>| {
        let out = disk.path().join("catalogue");
        let options = CatalogOptions::default().storage(support::bucket()).overwrite(true);
        let summary = write_catalog(&out, records, options).unwrap();
        (support::files(&out), summary)
    };
    let (first, summary) = write(records);
    assert_eq!(write(backwards), (first.clone(), summary));
    assert_eq!((summary.years, summary.blocks, summary.items), (3, 9, 9));
    assert_eq!(summary.bytes, first.values().map(|file| file.len() as u64).sum::<u64>());
    // Beside each collection lie its index and its bitmap.
    let files = 1 + 3 * summary.years + summary.blocks + summary.items + map_files().len();
    assert_eq!((first.len(), summary.changed), (files, files as u64));
    assert_eq!(names(disk.path()), ["catalogue"]);
}

/// Follows links from a file to the files they point at, in the folder or, where links are absolute, below the base.
fn walk(files: &BTreeMap<String, Value>, base: Option<&str>, from: &str, seen: &mut Vec<String>) {
    seen.push(from.to_owned());
    let resolve = |href: &str| match base {
        Some(base) => href.strip_prefix(base).unwrap().to_owned(),
        None => {
            let mut parts: Vec<_> = from.split('/').collect();
            parts.pop();
            for part in href.split('/') {
                match part {
                    "." => {}
                    ".." => drop(parts.pop().unwrap()),
                    name => parts.push(name),
                }
            }
            parts.join("/")
        }
    };
    let object = &files[from];
    for link in object["links"].as_array().unwrap() {
        let (rel, href) = (link["rel"].as_str().unwrap(), link["href"].as_str().unwrap());
        match rel {
            "store" | "license" => continue,
            "alternate" => {
                assert!(resolve(href) == "index.html" && from == "catalog.json");
                continue;
            }
            "self" => assert!(base.is_some() && resolve(href) == from, "{from}: {href}"),
            "root" => assert_eq!(resolve(href), "catalog.json"),
            "collection" => assert_eq!(files[&resolve(href)]["id"], object["collection"]),
            "parent" => {
                let parent = &files[&resolve(href)]["links"];
                let children =
                    parent.as_array().unwrap().iter().filter(|l| l["rel"] == "child" || l["rel"] == "item");
                assert!(children.count() > 0);
            }
            "child" | "item" => {
                let child = resolve(href);
                assert_eq!(rel == "item", files[&child]["type"] == "Feature", "{child}");
                walk(files, base, &child, seen);
            }
            other => panic!("{from}: a link of rel {other}"),
        }
    }
    if object["type"] == "Catalog" || object["type"] == "Collection" {
        assert!(object["links"].as_array().unwrap().len() < 2600);
    }
}

#[test]
fn links_lead_to_every_file_and_back() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    for base in [None, Some("https://example.org/catalogue/")] {
        let mut options = CatalogOptions::default().overwrite(true);
        if let Some(base) = base {
            options = options.base_url(base);
        }
        write_catalog(&out, support::every_kind(disk.path().to_str().unwrap()), options).unwrap();
        let files: BTreeMap<_, _> = support::json_files(&out).into_iter().collect();
        let mut seen = Vec::new();
        walk(&files, base, "catalog.json", &mut seen);
        seen.sort();
        assert_eq!(seen, files.keys().cloned().collect::<Vec<_>>());
    }
}

#[test]
fn stores_beside_the_catalogue_are_found_from_their_items() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    let store = disk.path().join("stores/grid_0.15_52.05.zarr");
    fs::create_dir_all(&store).unwrap();
    let record =
        support::tile("grid_0.15_52.05", 2024, "v1").store(support::store(store.to_str().unwrap(), 2));
    write_catalog(&out, [record], CatalogOptions::default()).unwrap();
    let block = out.join("2024/e000n50");
    let item: Value =
        serde_json::from_slice(&fs::read(block.join("grid_0.15_52.05_2024.json")).unwrap()).unwrap();
    let href = item["assets"]["embeddings"]["href"].as_str().unwrap();
    assert_eq!(fs::canonicalize(block.join(href)).unwrap(), fs::canonicalize(&store).unwrap());
}

#[test]
fn templates_make_the_links_of_items_and_assets() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    write_catalog(&out, support::every_kind(disk.path().to_str().unwrap()), CatalogOptions::default())
        .unwrap();
    let files: BTreeMap<_, _> = support::json_files(&out).into_iter().collect();
    let mut checked = 0;
    for (path, item) in files.iter().filter(|(_, object)| object["type"] == "Feature") {
        let parts: Vec<_> = path.split('/').collect();
        let place = item["properties"]["grid:code"].as_str().unwrap().strip_prefix("TESSERA-").unwrap();
        let (lon, lat) = place.split_once('_').unwrap();
        let fill = |template: &Value| {
            let text = template["uriTemplate"].as_str().unwrap();
            text.replace("{lon}", lon).replace("{lat}", lat).replace("{block}", parts[1])
        };
        let collection = &files[&format!("{}/collection.json", parts[0])];
        assert_eq!(
            format!("{}/{}", parts[0], fill(&collection["linkTemplates"][0]).trim_start_matches("./")),
            *path
        );
        for (key, template) in collection["assetTemplates"].as_object().into_iter().flatten() {
            if let Some(asset) = item["assets"].get(key) {
                // Relative to the collection, which lies one folder above the item.
                let href = asset["href"].as_str().unwrap();
                assert_eq!(
                    href.strip_prefix("../").filter(|_| href.starts_with("../")).unwrap_or(href),
                    fill(template)
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 9);
}

#[test]
fn no_folder_but_a_catalogue_is_replaced() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    let write = |overwrite: bool| {
        write_catalog(&out, tiles(&["grid_0.15_52.05"]), CatalogOptions::default().overwrite(overwrite))
    };
    fs::create_dir(&out).unwrap();
    write(false).unwrap();
    let before = support::files(&out);
    assert!(matches!(write(false), Err(CatalogError::Exists { .. })));
    // What the map page needs is no part of a catalogue, and goes on with it.
    fs::create_dir_all(out.join("vendor/leaflet")).unwrap();
    write(true).unwrap();
    fs::remove_dir_all(out.join("vendor")).unwrap();
    assert_eq!(support::files(&out), before);

    fs::create_dir_all(out.join("stores/precious.zarr")).unwrap();
    let error = write(true).unwrap_err();
    assert!(matches!(&error, CatalogError::Stranger { found, .. } if found.ends_with("stores")), "{error}");
    assert!(out.join("stores/precious.zarr").is_dir());
    assert_eq!(names(disk.path()), ["catalogue"]);

    let file = disk.path().join("file");
    fs::write(&file, "precious").unwrap();
    let error = write_catalog(&file, tiles(&["grid_0.15_52.05"]), CatalogOptions::default().overwrite(true));
    assert!(matches!(error, Err(CatalogError::NotAFolder { found: "a file", .. })));
    assert_eq!(fs::read(&file).unwrap(), b"precious");
}

#[test]
fn a_folder_that_is_taken_meanwhile_is_kept() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    let mut writer = CatalogWriter::create(&out, CatalogOptions::default()).unwrap();
    let year = Listed::new(tiles(&["grid_0.15_52.05"]));
    writer.add_year(&year, |_| ControlFlow::Continue(())).unwrap();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("precious"), "").unwrap();
    assert!(matches!(writer.finish(), Err(CatalogError::Exists { .. })));
    assert_eq!((names(disk.path()), names(&out)), (vec!["catalogue".into()], vec!["precious".into()]));
}

#[test]
fn whatever_goes_wrong_leaves_nothing() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("deep/catalogue");
    let nothing = |records: Vec<TileRecord>| {
        let error = write_catalog(&out, records, CatalogOptions::default()).unwrap_err();
        assert!(names(disk.path().join("deep").as_path()).is_empty());
        error
    };
    assert!(matches!(nothing(Vec::new()), CatalogError::Empty { .. }));
    assert!(matches!(
        nothing(vec![support::tile("grid_0.15_52.05", 2024, "v1")]),
        CatalogError::Record { .. }
    ));
    let mut mixed = tiles(&["grid_0.15_52.05"]);
    mixed.push(support::tile("grid_0.25_52.05", 2024, "v2").store(support::store("s3://tessera/x.zarr", 2)));
    let error = nothing(mixed);
    assert!(matches!(error, CatalogError::Contents(ContentsError::MixedVersions { .. })));
    assert!(error.to_string().contains("version v2") && error.to_string().contains("of v1"), "{error}");
    let twice = tiles(&["grid_0.15_52.05", "grid_0.25_52.05", "grid_0.15_52.05"]);
    assert!(matches!(nothing(twice), CatalogError::Contents(ContentsError::Duplicate { .. })));
}

#[test]
fn a_writer_goes_on_without_a_bad_record() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    let good = tiles(&["grid_0.15_52.05", "grid_0.25_52.05"]);
    let mut records = good.clone();
    records.push(support::tile("grid_0.35_52.05", 2024, "v1"));
    records
        .push(support::tile("grid_0.45_52.05", 2023, "v1").store(support::store("s3://tessera/x.zarr", 2)));
    let mut writer = CatalogWriter::create(&out, CatalogOptions::default()).unwrap();
    let mut failed = Vec::new();
    let year = Listed::new(records);
    writer
        .add_year(&year, |event| {
            if let CatalogEvent::Failed { tile, cause, .. } = event {
                failed.push(format!("{tile}: {cause}"));
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(
        failed[0].contains("grid_0.35_52.05_2024 has no tile store") && failed[1].contains("is not of 2024")
    );
    assert!(matches!(
        writer.add_year(&year, |_| ControlFlow::Continue(())),
        Err(CatalogError::YearTwice { .. })
    ));
    assert!(!out.exists());
    let summary = writer.finish().unwrap();
    assert_eq!((summary.years, summary.items, summary.failed), (1, 2, 2));
    let plain = disk.path().join("plain");
    write_catalog(&plain, good, CatalogOptions::default()).unwrap();
    assert_eq!(support::files(&out), support::files(&plain));
}

#[test]
fn one_who_watches_can_stop_it() {
    let disk = tempfile::tempdir().unwrap();
    let out = disk.path().join("catalogue");
    let mut writer = CatalogWriter::create(&out, CatalogOptions::default()).unwrap();
    let stopped = writer.add_year(&Listed::new(tiles(&["grid_0.15_52.05"])), |_| ControlFlow::Break(()));
    assert!(matches!(stopped, Err(CatalogError::Stopped { .. })));
    drop(writer);
    assert!(names(disk.path()).is_empty());
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_not_followed() {
    let disk = tempfile::tempdir().unwrap();
    let (real, link) = (disk.path().join("real"), disk.path().join("link"));
    fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let error = write_catalog(&link, tiles(&["grid_0.15_52.05"]), CatalogOptions::default().overwrite(true));
    assert!(matches!(error, Err(CatalogError::NotAFolder { found: "a symbolic link", .. })));
    assert!(names(&real).is_empty());
}
