//! A source of which regions, patches and points are asked.

use std::sync::Arc;

use anyhow::{Context, Error, Result, bail};
use tessera_core::{Archive, ArchiveZones, QueryError, Tile, Year, Zones};
use tessera_io::Location;
use tessera_zarr::ZoneStore;

use super::{OneTile, Opened, SourceArgs};
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
            Self::RangedTile(tile) => {
                let year = year_of(&*tile)?;
                Queried::Archive(Box::new(OneTile::new(Arc::from(tile as Box<dyn Tile>), year)))
            }
            Self::TileStore(store) => {
                let year = year_of(&*store)?;
                Queried::Archive(Box::new(OneTile::new(Arc::from(store as Box<dyn Tile>), year)))
            }
            Self::NpyArchive(archive) => Queried::Archive(archive),
            Self::RangedArchive(archive) => Queried::Archive(archive),
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

/// An error that tells all years that there are, where those that were not asked for were not looked at.
pub(crate) fn with_all_years(error: Error, location: &Location, args: &SourceArgs) -> Error {
    match error.downcast::<QueryError>() {
        Ok(QueryError::Nothing { name, year, region, boxes, years }) => {
            let all = super::open(location, &SourceArgs { year: None, ..args.clone() });
            let all = all.ok().and_then(|opened| opened.as_archive().map(Archive::years));
            let years = all.filter(|all| all.len() > years.len()).unwrap_or(years);
            QueryError::Nothing { name, year, region, boxes, years }.into()
        }
        Ok(other) => other.into(),
        Err(other) => other,
    }
}
