//! A zone store that is made, extended and filled.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use tessera_core::{Archive, DatasetVersion, PixelGrid, Year};

use crate::staging::Staging;
use crate::zone_write::build::BuildFolder;
use crate::zone_write::fill::Filler;
use crate::zone_write::lock::Lock;
use crate::zone_write::metadata::{documents, group_name};
use crate::zone_write::partial::{Partial, put};
use crate::zone_write::shard::Assembler;
use crate::zone_write::skeleton::{check, text_of, write_array, write_zone};
use crate::zone_write::{parsed, plan};
use crate::{
    FillEvent, FillOptions, FillReport, ZarrFormat, ZoneFillError, ZoneLayout, ZoneSpec, ZoneStoreError,
    ZoneUnit,
};

/// Makes zone stores, extends them by zones and years, and fills them from archives of tiles.
///
/// A zone store is one Zarr V3 group for each UTM zone, both hemispheres, with the years as a dimension, on the lattice of
/// the zone ([`PixelGrid::of_zone`]). What was never filled takes no space, and nothing moves when a tile, a year or a
/// zone is added.
///
/// Beside the store a folder `<store>.build` says what each shard was made from, so that filling again does only what is
/// missing or changed. Readers do not need it.
///
/// ```
/// use tessera_core::{DatasetVersion, Year};
/// use tessera_zarr::{ZoneSpec, ZoneWriter};
///
/// let dir = tempfile::tempdir()?;
/// let path = dir.path().join("tessera.zarr");
/// let year = Year::new(2024)?;
/// let spec = ZoneSpec::new(DatasetVersion::named("v1")).zones([31]).years([year]);
/// let mut store = ZoneWriter::create(&path, &spec)?;
/// store.extend([32], [Year::new(2025)?])?;
/// let store = ZoneWriter::open(&path)?;
/// assert_eq!((store.zones(), store.years().len()), (&[31, 32][..], 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ZoneWriter {
    path: PathBuf,
    build: BuildFolder,
    spec: ZoneSpec,
    attributes: Map<String, Value>,
}

impl ZoneWriter {
    /// Makes a store without pixels at a path where nothing is; its parent folder must exist. It appears whole or not at
    /// all.
    ///
    /// # Errors
    /// Where something is there, the specification has no zone, no year or no known dataset, or the system refuses.
    pub fn create(path: impl AsRef<Path>, spec: &ZoneSpec) -> Result<Self, ZoneStoreError> {
        let path = path.as_ref();
        check(spec)?;
        let staging = Staging::begin(path, false)?;
        for &zone in &spec.zones {
            write_zone(staging.path(), spec, zone)?;
        }
        for (name, document) in documents(spec, None)? {
            let place = staging.path().join(name);
            std::fs::write(&place, text_of(&document)?).map_err(ZoneStoreError::io(&place))?;
        }
        staging.commit(true)?;
        Self::open(path)
    }

    /// Opens a store of the published layout on the lattice of its zones, to extend or fill it.
    ///
    /// # Errors
    /// Where it is no such store: the error says what differs.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ZoneStoreError> {
        let path = path.as_ref();
        let (spec, attributes) = parsed::spec_of(path)?;
        Ok(Self { path: path.to_owned(), build: BuildFolder::of(path), spec, attributes })
    }

    /// Adds zones and years; what is there already stays as it is. A new year comes last on the time axis, whichever it
    /// is, so that no shard changes its address.
    ///
    /// # Errors
    /// A zone that does not exist, or where the system refuses. Then readers see the store as it was.
    pub fn extend(
        &mut self,
        zones: impl IntoIterator<Item = u8>,
        years: impl IntoIterator<Item = Year>,
    ) -> Result<(), ZoneStoreError> {
        let lock = self.build.lock();
        let _one = Lock::wait(&lock).map_err(ZoneStoreError::io(&lock))?;
        // Another process may have extended it since it was opened.
        (self.spec, self.attributes) = parsed::spec_of(&self.path)?;
        let old = self.spec.zones.clone();
        let mut spec = self.spec.clone().zones(zones);
        for year in years {
            if !spec.years.contains(&year) {
                spec.years.push(year);
            }
        }
        check(&spec)?;
        let partial = Partial::begin(&self.build).map_err(ZoneStoreError::io(self.build.path()))?;
        for &zone in spec.zones.iter().filter(|zone| !old.contains(zone)) {
            // Left by an extension that was killed: no document of the root tells of it.
            let group = self.path.join(group_name(zone));
            if group.exists() {
                std::fs::remove_dir_all(&group).map_err(ZoneStoreError::io(&group))?;
            }
            write_zone(&self.path, &spec, zone)?;
        }
        for &zone in &old {
            let place = self.path.join(group_name(zone)).join("time/c/0");
            let folder = tempfile::tempdir_in(self.build.partial()).map_err(ZoneStoreError::io(&place))?;
            write_array(folder.path(), &spec, &crate::zone_write::arrays::time(spec.years.len())?)?;
            let made = folder.path().join("time/c/0");
            std::fs::rename(&made, &place).map_err(ZoneStoreError::io(&place))?;
        }
        // The document of the root comes last: until then it tells what is there.
        for (name, document) in documents(&spec, Some(&self.attributes))? {
            let place = self.path.join(name);
            let failed = ZoneStoreError::io(&place);
            let file = partial.file().map_err(&failed)?;
            std::fs::write(file.path(), text_of(&document)?).map_err(&failed)?;
            put(file, &place, true).map_err(&failed)?;
        }
        self.spec = spec;
        Ok(())
    }

    /// Where the store is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its dataset.
    #[must_use]
    pub fn version(&self) -> &DatasetVersion {
        &self.spec.version
    }

    /// Its zones, ascending.
    #[must_use]
    pub fn zones(&self) -> &[u8] {
        &self.spec.zones
    }

    /// Its years, in the order of the time axis.
    #[must_use]
    pub fn years(&self) -> &[Year] {
        &self.spec.years
    }

    /// The number of channels.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.spec.channels
    }

    /// Its layout.
    #[must_use]
    pub fn layout(&self) -> ZoneLayout {
        self.spec.layout
    }

    /// The shards that the tiles of a year touch, by the names of the tiles alone, in some zones or all that the store
    /// has; zones that only the archive has are left out.
    ///
    /// # Errors
    /// A year or zone that the store does not have, or an archive of another dataset.
    pub fn plan(
        &self,
        archive: &dyn Archive,
        year: Year,
        zones: Option<&[u8]>,
    ) -> Result<Vec<ZoneUnit>, ZoneFillError> {
        let store = || self.path.display().to_string();
        let version = archive.version();
        if !version.mixes_with(&self.spec.version) {
            return Err(ZoneFillError::Version {
                archive: archive.name(),
                got: version.to_string(),
                store: store(),
                expected: self.spec.version.to_string(),
            });
        }
        if !self.spec.years.contains(&year) {
            let years = list(&self.spec.years);
            return Err(ZoneFillError::Year { store: store(), got: year.to_string(), years });
        }
        let wanted = zones.unwrap_or(&self.spec.zones);
        if let Some(&got) = wanted.iter().find(|zone| !self.spec.zones.contains(zone)) {
            return Err(ZoneFillError::Zone { store: store(), got, zones: list(&self.spec.zones) });
        }
        let mut units = plan::units(archive, year, wanted, self.spec.layout.shard_edge())?;
        // Shards whose tiles are all gone from the archive: nothing else would notice.
        for &zone in wanted {
            let recorded = self
                .build
                .recorded(zone, year)
                .map_err(ZoneFillError::io(&self.build.records(zone, year)))?;
            for (row, col) in recorded {
                if !units.iter().any(|unit| (unit.zone, unit.row, unit.col) == (zone, row, col)) {
                    units.push(ZoneUnit { zone, year, row, col, tiles: Vec::new() });
                }
            }
        }
        units.sort_by_key(|unit| (unit.zone, unit.row, unit.col));
        Ok(units)
    }

    /// Fills shards from an archive: those that are missing, or whose tiles have changed. Each is made from all tiles that
    /// overlap it, in memory that does not depend on its size, and takes its place whole. `told` hears of progress, from
    /// any thread; `stop` is asked now and then whether to stop.
    ///
    /// A tile that cannot be read is left out, named in the report of each shard that lacks it, and tried again the next
    /// time.
    ///
    /// # Errors
    /// Where nothing can be written beside the store. What goes wrong with one shard is told as its state, and the others
    /// go on.
    pub fn fill(
        &self,
        archive: &dyn Archive,
        units: &[ZoneUnit],
        options: &FillOptions,
        told: &(dyn Fn(FillEvent<'_>) + Sync),
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<FillReport, ZoneFillError> {
        let partial = Partial::begin(&self.build).map_err(ZoneFillError::io(self.build.path()))?;
        let assembler = Assembler::new(self.spec.layout, self.spec.channels)
            .map_err(|why| ZoneFillError::Encode { unit: self.path.display().to_string(), why })?;
        Ok(Filler { writer: self, archive, options, assembler, partial, told, stop }.all(units))
    }

    pub(crate) fn build(&self) -> &BuildFolder {
        &self.build
    }

    /// The lattice of a zone.
    pub(crate) fn lattice(&self, zone: u8) -> Option<PixelGrid> {
        PixelGrid::of_zone(zone).ok()
    }

    /// Where the objects of a shard are, embeddings and scales; `None` where the store does not have its year.
    pub(crate) fn objects(&self, unit: &ZoneUnit) -> [Option<PathBuf>; 2] {
        let Some(time) = self.spec.years.iter().position(|year| *year == unit.year) else {
            return [None, None];
        };
        let group = self.path.join(group_name(unit.zone));
        let keys = ZarrFormat::V3.keys();
        let (row, col, time) = (unit.row, unit.col, time as u64);
        [
            Some(group.join("embeddings").join(keys.key(&[time, 0, row, col]))),
            Some(group.join("scales").join(keys.key(&[time, row, col]))),
        ]
    }
}

fn list(all: &[impl ToString]) -> String {
    all.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
