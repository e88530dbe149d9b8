//! What a listing says of the files of its tiles.

use tessera_core::TileId;

/// What a line of a listing says of a file beside its path. Nobody has looked whether it is so.
///
/// ```
/// use tessera_npy::NpyArchive;
///
/// let listing = "2024/grid_0.15_52.05/grid_0.15_52.05.npy 106282496\n2024/grid_0.15_52.05/grid_0.15_52.05_scales.npy";
/// let archive = NpyArchive::options().open_listing("/data", listing.as_bytes())?;
/// let [embeddings, scales] = archive.listed_files("grid_0.15_52.05".parse()?, Some("2024".parse()?));
/// assert_eq!((embeddings.size, embeddings.sha256, scales.size), (Some(106_282_496), None, None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct ListedFile {
    /// Its bytes: a number in the line.
    pub size: Option<u64>,
    /// Its SHA-256: 64 hexadecimal digits in the line.
    pub sha256: Option<[u8; 32]>,
}

/// What a line names of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Named {
    Folder,
    Embeddings,
    Scales,
}

/// What the lines of a folder say, by tile and file.
#[derive(Debug, Default)]
pub(crate) struct ListedFiles {
    sizes: Vec<(TileId, Named, u64)>,
    hashes: Vec<(TileId, Named, [u8; 32])>,
}

impl ListedFiles {
    pub(crate) fn add(&mut self, id: TileId, named: Named, file: ListedFile) {
        self.sizes.extend(file.size.map(|size| (id, named, size)));
        self.hashes.extend(file.sha256.map(|hash| (id, named, hash)));
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.sizes.extend(other.sizes);
        self.hashes.extend(other.hashes);
    }

    /// Makes files be found. Of what is said twice of a file, that of the first line holds.
    pub(crate) fn sort(&mut self) {
        self.sizes.sort_by_key(|&(id, named, _)| (id, named));
        self.sizes.dedup_by_key(|&mut (id, named, _)| (id, named));
        self.sizes.shrink_to_fit();
        self.hashes.sort_by_key(|&(id, named, _)| (id, named));
        self.hashes.dedup_by_key(|&mut (id, named, _)| (id, named));
        self.hashes.shrink_to_fit();
    }

    /// What is said of the embeddings and the scales of a tile.
    pub(crate) fn of(&self, id: TileId) -> [ListedFile; 2] {
        [Named::Embeddings, Named::Scales].map(|named| ListedFile {
            size: find(&self.sizes, id, named),
            sha256: find(&self.hashes, id, named),
        })
    }
}

fn find<T: Copy>(sorted: &[(TileId, Named, T)], id: TileId, named: Named) -> Option<T> {
    let at = sorted.binary_search_by_key(&(id, named), |&(id, named, _)| (id, named)).ok()?;
    Some(sorted[at].2)
}
