//! The folders that a listing names.

use std::collections::HashMap;

use tessera_core::TileId;

use crate::ListedFile;
use crate::listed_file::{ListedFiles, Named};

/// A folder, and the tiles that are listed in it.
#[derive(Debug)]
pub(crate) struct ListedFolder {
    /// Its path as the lines say it; empty where they say none.
    pub(crate) path: String,
    /// What the lines name, in their order.
    pub(crate) tiles: Vec<(TileId, Named)>,
    pub(crate) files: ListedFiles,
    /// The first line that lists one.
    pub(crate) line: u64,
}

/// The folders that a listing names, in the order in which they first appear.
#[derive(Debug, Default)]
pub(crate) struct ListedFolders {
    list: Vec<ListedFolder>,
    /// Where in the list a path is; nowhere, where it cannot be used.
    places: HashMap<Vec<u8>, Option<usize>>,
    last: usize,
}

impl ListedFolders {
    /// Adds a tile, or a file of one, that a line lists in a folder; `false` where its path cannot be used.
    pub(crate) fn add(&mut self, path: &[u8], line: u64, id: TileId, named: Named, file: ListedFile) -> bool {
        let Some(folder) = self.folder(path, line) else { return false };
        folder.tiles.push((id, named));
        folder.files.add(id, named, file);
        true
    }

    pub(crate) fn into_list(self) -> Vec<ListedFolder> {
        self.list
    }

    fn folder(&mut self, path: &[u8], line: u64) -> Option<&mut ListedFolder> {
        // So do the tiles of a folder: nothing is looked up then, and a path is copied when it is new.
        if self.list.get(self.last).is_none_or(|folder| folder.path.as_bytes() != path) {
            let place = match self.places.get(path) {
                Some(place) => *place,
                None => {
                    let place = usable(path).map(|path| {
                        self.list.push(ListedFolder {
                            path: path.to_owned(),
                            tiles: vec![],
                            files: ListedFiles::default(),
                            line,
                        });
                        self.list.len() - 1
                    });
                    self.places.insert(path.to_owned(), place);
                    place
                }
            };
            self.last = place?;
        }
        self.list.get_mut(self.last)
    }
}

/// The path of a folder below the root, or one of the whole file system: no address, and no way out of the root.
fn usable(path: &[u8]) -> Option<&str> {
    let path = std::str::from_utf8(path).ok()?;
    let plain = !path.contains("://") && path.split('/').all(|part| part != "..");
    plain.then_some(path)
}
