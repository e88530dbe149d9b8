//! The tiles that a shard is made from.

use tessera_core::{Archive, SourceError, Stamp, TileId, Year};

/// The tiles that a shard is made from, in the order of their names, with what tells whether they have changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inputs(Vec<(TileId, Stamp)>);

impl Inputs {
    /// Looks at the files of tiles. One that the archive has lost since it was listed is left out.
    pub(crate) fn look(archive: &dyn Archive, tiles: &[TileId], year: Year) -> Result<Self, SourceError> {
        tiles
            .iter()
            .filter_map(|id| Some(archive.stamp(*id, year).transpose()?.map(|stamp| (*id, stamp))))
            .collect()
    }

    pub(crate) fn stamps(&self) -> impl Iterator<Item = (TileId, &Stamp)> {
        self.0.iter().map(|(id, stamp)| (*id, stamp))
    }

    pub(crate) fn tiles(&self) -> impl Iterator<Item = TileId> {
        self.0.iter().map(|(id, _)| *id)
    }
}

impl FromIterator<(TileId, Stamp)> for Inputs {
    fn from_iter<I: IntoIterator<Item = (TileId, Stamp)>>(all: I) -> Self {
        let mut all: Vec<_> = all.into_iter().collect();
        all.sort_by_key(|(id, _)| *id);
        Self(all)
    }
}
