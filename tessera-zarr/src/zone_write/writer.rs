//! A zone store that is made, extended and filled.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};
use tessera_core::{Archive, ByteStore, DatasetVersion, Folder, PixelGrid, Year};

use crate::place::Place;
use crate::zone_write::build::Build;
use crate::zone_write::fill::Filler;
use crate::zone_write::metadata::{documents, group_name};
use crate::zone_write::parsed;
use crate::zone_write::partial::Partial;
use crate::zone_write::shard::Assembler;
use crate::zone_write::skeleton::{check, is_skeleton, names_of_skeleton, write_zone};
use crate::zone_write::there::There;
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
/// missing or changed. Readers do not need it. [`create_in`](Self::create_in) and [`open_in`](Self::open_in) take both as
/// stores of objects: prefixes of an object store, say.
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
pub struct ZoneWriter {
    pub(super) store: Arc<dyn ByteStore>,
    /// Where the store is, if that is a folder of this machine.
    folder: Option<PathBuf>,
    pub(super) build: Build,
    pub(super) spec: ZoneSpec,
    pub(super) attributes: Map<String, Value>,
}

impl std::fmt::Debug for ZoneWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ZoneWriter")
            .field("name", &self.name())
            .field("build", &self.build)
            .field("spec", &self.spec)
            .finish_non_exhaustive()
    }
}

/// A store and its records while they are written to.
pub(super) struct Writing {
    pub(super) store: Arc<dyn ByteStore>,
    pub(super) records: Arc<dyn ByteStore>,
    /// In which objects are that are not whole yet, in a folder.
    _partial: Option<Partial>,
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
        make(Place::folder(path, false, true)?, spec)?;
        Self::open(path)
    }

    /// Makes a store without pixels at the root of `store`, whose records are to stand in `build`: the place that is called
    /// `<store>.build`. The document by which readers open it comes last, and only where there is none, so that of several
    /// who make it at once one does. What an interrupted program left of a store without pixels is written over.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use tessera_core::{ByteStore, DatasetVersion, Folder, Year};
    /// use tessera_zarr::{ZoneSpec, ZoneWriter};
    ///
    /// let dir = tempfile::tempdir()?;
    /// let place = |name| -> Arc<dyn ByteStore> { Arc::new(Folder::new(dir.path().join(name))) }; // a bucket, say
    /// let (store, build) = (place("a.zarr"), place("a.zarr.build"));
    /// let spec = ZoneSpec::new(DatasetVersion::named("v1")).zones([31]).years([Year::new(2024)?]);
    /// assert_eq!(ZoneWriter::create_in(store.clone(), build.clone(), &spec)?.zones(), [31]);
    /// assert!(ZoneWriter::create_in(store, build, &spec).is_err(), "there is one already");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn create_in(
        store: Arc<dyn ByteStore>,
        build: Arc<dyn ByteStore>,
        spec: &ZoneSpec,
    ) -> Result<Self, ZoneStoreError> {
        check(spec)?;
        make(Place::objects(&*store, false, &is_skeleton)?, spec)?;
        Self::open_in(store, build)
    }

    /// Opens a store of the published layout on the lattice of its zones, to extend or fill it.
    ///
    /// # Errors
    /// Where it is no such store: the error says what differs.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, ZoneStoreError> {
        let path = path.as_ref();
        Self::with(Arc::new(Folder::new(path)), Some(path.to_owned()), Build::of(path))
    }

    /// Opens the store at the root of `store`, whose records stand in `build`. No lock keeps several who fill it at once
    /// apart: give each its own shards. Two who write one shard at once are told so, and the shard does not count as filled
    /// until it was filled again.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(store: Arc<dyn ByteStore>, build: Arc<dyn ByteStore>) -> Result<Self, ZoneStoreError> {
        Self::with(store, None, Build::new(build))
    }

    fn with(
        store: Arc<dyn ByteStore>,
        folder: Option<PathBuf>,
        build: Build,
    ) -> Result<Self, ZoneStoreError> {
        let (spec, attributes) = parsed::spec_of(&store)?;
        Ok(Self { store, folder, build, spec, attributes })
    }

    /// What the store is called: its path or address.
    #[must_use]
    pub fn name(&self) -> String {
        self.store.name()
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
        let writing = self.writing(options.sync).map_err(ZoneFillError::io(self.build.store().name()))?;
        let (store, records) = (&*writing.store, &*writing.records);
        let assembler = Assembler::new(self.spec.layout, self.spec.channels)
            .map_err(|why| ZoneFillError::Encode { unit: self.name(), why })?;
        let there = There::new(store, self.folder.is_none());
        Ok(Filler { writer: self, archive, options, assembler, store, records, there, told, stop }.all(units))
    }

    /// Store and records to write to. In a folder objects that are not whole are kept out of sight of those who list it.
    pub(super) fn writing(&self, sync: bool) -> std::io::Result<Writing> {
        let (Some(folder), Some(build)) = (&self.folder, self.build.folder()) else {
            let (store, records) = (Arc::clone(&self.store), Arc::clone(self.build.store()));
            return Ok(Writing { store, records, _partial: None });
        };
        let partial = Partial::begin(build)?;
        let writing = |root: &Path| Arc::new(Folder::new(root).partial_in(partial.path()).sync(sync));
        let (store, records) = (writing(folder), writing(build));
        Ok(Writing { store, records, _partial: Some(partial) })
    }

    pub(crate) fn store(&self) -> &Arc<dyn ByteStore> {
        &self.store
    }

    pub(crate) fn build(&self) -> &Build {
        &self.build
    }

    /// The lattice of a zone.
    pub(crate) fn lattice(&self, zone: u8) -> Option<PixelGrid> {
        PixelGrid::of_zone(zone).ok()
    }

    /// The names of the objects of a shard, embeddings and scales; `None` where the store does not have its year.
    pub(crate) fn objects(&self, unit: &ZoneUnit) -> [Option<String>; 2] {
        let Some(time) = self.spec.years.iter().position(|year| *year == unit.year) else {
            return [None, None];
        };
        let group = group_name(unit.zone);
        let keys = ZarrFormat::V3.keys();
        let (row, col, time) = (unit.row, unit.col, time as u64);
        [
            Some(format!("{group}/embeddings/{}", keys.key(&[time, 0, row, col]))),
            Some(format!("{group}/scales/{}", keys.key(&[time, row, col]))),
        ]
    }
}

/// Writes a store without pixels.
fn make(place: Place<'_>, spec: &ZoneSpec) -> Result<(), ZoneStoreError> {
    let documents = documents(spec, None)?;
    place.write(
        &documents,
        || names_of_skeleton(spec),
        |puts| spec.zones.iter().try_for_each(|zone| write_zone(puts, spec, *zone)),
    )
}
