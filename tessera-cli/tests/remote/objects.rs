//! All that was written, by name.

use std::collections::BTreeMap;
use std::path::Path;

use tessera_core::{ByteRange, ByteRanges};

pub(crate) type Objects = BTreeMap<String, Vec<u8>>;

/// The files in a folder and those below it.
pub(crate) fn of_folder(root: &Path) -> Objects {
    let (mut found, mut folders) = (Objects::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(path).unwrap());
            }
        }
    }
    found
}

/// The objects of a store.
pub(crate) fn of_store(store: &dyn ByteRanges) -> Objects {
    let mut found = Objects::new();
    for (name, _) in store.walk("").unwrap() {
        let mut bytes = Vec::new();
        assert!(store.read_into(&name, ByteRange::All, &mut bytes).unwrap(), "{name} was listed and is gone");
        found.insert(name, bytes);
    }
    found
}

/// Those whose names are wanted.
pub(crate) fn of_names(objects: &Objects, wanted: impl Fn(&str) -> bool) -> Objects {
    objects
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, bytes)| (name.clone(), bytes.clone()))
        .collect()
}

/// Puts one text in place of another in the documents that name where they come from or stand.
pub(crate) fn renamed(mut objects: Objects, from: &str, to: &str) -> Objects {
    for (name, bytes) in &mut objects {
        if name.ends_with(".json") {
            *bytes = String::from_utf8_lossy(bytes).replace(from, to).into_bytes();
        }
    }
    objects
}

/// Where two differ, in a few words; nothing where they do not.
pub(crate) fn difference(found: &Objects, expected: &Objects) -> Option<String> {
    let mut texts = Vec::new();
    for name in expected.keys().filter(|name| !found.contains_key(*name)) {
        texts.push(format!("{name} is missing"));
    }
    for (name, bytes) in found {
        match expected.get(name) {
            None => texts.push(format!("{name} is too much")),
            Some(expected) if expected != bytes => {
                let at = expected.iter().zip(bytes).position(|(one, other)| one != other);
                let (has, wanted) = (bytes.len(), expected.len());
                texts.push(format!("{name} differs at {at:?}: {has} bytes, {wanted} expected"));
            }
            Some(_) => {}
        }
    }
    let more = texts.len().saturating_sub(5);
    texts.truncate(5);
    (!texts.is_empty()).then(|| format!("{}, and {more} more", texts.join("; ")))
}
