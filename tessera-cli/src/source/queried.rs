//! A source of which regions, patches and points are asked.

use anyhow::{Context, Result, bail};
use tessera_core::{Archive, ArchiveZones, Tile, Year, Zones};
use tessera_zarr::ZoneStore;

use super::{OneTile, Opened};
use crate::report::list;

/// A source of which regions, patches and points are asked: tiles in an archive, or a zone store.
pub(crate) enum Queried {
    Archive(Box<dyn Archive>),
    Store(Box<ZoneStore>),
}

impl Opened {
    /// The source as one that can be queried; `year` is that of a tile of which nothing else says it.
    pub(crate) fn into_queried(self, year: Option<Year>) -> Result<Queried> {
        let year_of = |tile: &dyn Tile| {
            let known = tile.year().or(year);
            known.with_context(|| format!("the path of {} does not say the year: say --year", tile.name()))
        };
        Ok(match self {
            Self::NpyTile(tile) => {
                let year = year_of(&*tile)?;
                Queried::Archive(Box::new(OneTile::new(tile, year)))
            }
            Self::TileStore(store) => {
                let year = year_of(&*store)?;
                Queried::Archive(Box::new(OneTile::new(store.into(), year)))
            }
            Self::NpyArchive(archive) => Queried::Archive(archive),
            Self::StoreArchive(archive) => Queried::Archive(Box::new(archive)),
            Self::ZoneStore(store) => Queried::Store(store),
        })
    }
}

impl Queried {
    /// Its pixels by whole UTM zones.
    pub(crate) fn zones(&self) -> QueriedZones<'_> {
        match self {
            Self::Archive(archive) => QueriedZones::Archive(ArchiveZones::new(&**archive)),
            Self::Store(store) => QueriedZones::Store(store),
        }
    }
}

/// The pixels of a source by whole UTM zones.
pub(crate) enum QueriedZones<'a> {
    Archive(ArchiveZones<'a>),
    Store(&'a ZoneStore),
}

impl QueriedZones<'_> {
    pub(crate) fn get(&self) -> &dyn Zones {
        match self {
            Self::Archive(zones) => zones,
            Self::Store(store) => *store,
        }
    }
}

/// The year that was asked for, or the only one that there is. Whether it is there, the query tells.
pub(crate) fn year_of(zones: &dyn Zones, asked: Option<Year>) -> Result<Year> {
    match (asked, zones.years().as_slice()) {
        (Some(year), _) => Ok(year),
        (None, [only]) => Ok(*only),
        (None, []) => bail!("the path of {} does not say the year: say --year", zones.name()),
        (None, years) => bail!("{} has several years, {}: say --year", zones.name(), list(years)),
    }
}
