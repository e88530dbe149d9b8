//! UTM zones of pixels by year, opened.

pub(crate) mod array;
mod axes;
mod check;
mod column;
mod georeference;
mod group;
mod info;
mod name;
mod shards;
mod source;
mod touched;
mod version;
mod written;
mod years;
mod zone;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde_json::{Map, Value};
use tessera_core::{
    ByteRanges, DatasetVersion, PixelGrid, Region, ScaleLimit, Source, SourceError, Year, Zones,
};

use crate::group::Group;
use crate::index_cache::IndexCache;
use crate::{Folder, OpenError, ReadError, ZarrFormat};
use group::ZoneGroup;
use name::GroupName;
use zone::Zone;

pub use check::{DamagedChunk, ShardCheck, StoredShard};
pub use info::ZoneArrayInfo;
pub use shards::ZoneShard;
pub use source::ZoneSource;
pub(crate) use version::version;

/// Degrees of a UTM zone.
const ZONE_WIDTH: f64 = 6.0;

/// A zone store, opened: UTM zones of pixels with the year as a dimension, as Zarr V3, ours or another writer's.
///
/// Both published layouts are read: geotessera's, with groups `utm01`..`utm60` in the northern CRS and arrays of (time,
/// band, y, x), and dClimate's, with groups `01N`..`60S` of a hemisphere each and arrays of (time, northing, easting,
/// band). Arrays whose first channels are stored once more (`embeddings_d4`) are read where these suffice.
///
/// Opening reads the metadata and the time axes only. A read fetches the inner chunks that it needs and no others, on all
/// threads of rayon's pool; the indexes of shards are kept, up to 16 MiB, for all years and sources of the store. So what
/// is written meanwhile is seen by a store that is opened anew.
///
/// ```
/// use tessera_core::{Channels, DatasetVersion, PixelStatus, ScaleLimit, Source, Window, Year, Zones};
/// use tessera_zarr::{ZoneSpec, ZoneStore, ZoneWriter};
///
/// let dir = tempfile::tempdir()?;
/// let path = dir.path().join("tessera.zarr");
/// let year = Year::new(2024)?;
/// ZoneWriter::create(&path, &ZoneSpec::new(DatasetVersion::named("v1")).zones([31]).years([year]))?;
///
/// let store = ZoneStore::open(&path)?;
/// assert_eq!((store.zones(), store.years(), store.version().to_string()), (vec![31], vec![year], "v1".into()));
/// // Nothing has been filled: no region has pixels, and all that there is reads as no data.
/// assert!(store.zone(31, year, &"0,52,0.2,52.1".parse()?)?.is_none());
/// let zone = store.source(31, year).ok_or("no such zone or year")?;
/// let pixels = zone.read_window(Window::new(425_900, 13_700, 2, 3), &Channels::from(0..4))?;
/// assert_eq!(pixels.view().dim(), (2, 3, 4));
/// assert_eq!(pixels.view().status(0, 0, ScaleLimit::default()), PixelStatus::NoData);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ZoneStore {
    bytes: Arc<dyn ByteRanges>,
    consolidated: bool,
    attributes: Map<String, Value>,
    zones: BTreeMap<u8, Zone>,
    channels: usize,
    limit: ScaleLimit,
}

impl std::fmt::Debug for ZoneStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ZoneStore")
            .field("name", &self.bytes.name())
            .field("zones", &self.zones())
            .finish_non_exhaustive()
    }
}

impl ZoneStore {
    /// Opens the store in a folder.
    ///
    /// # Errors
    /// [`OpenError`]: no store, or not a zone store, or one whose groups do not fit each other.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, OpenError> {
        Self::open_in(Arc::new(Folder::new(path.as_ref())))
    }

    /// Opens the store whose objects these are. Where its metadata is not consolidated, groups are looked for by listing
    /// or, where that is not supported, by name.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_in(bytes: Arc<dyn ByteRanges>) -> Result<Self, OpenError> {
        let root = Group::open(bytes)?;
        let name = root.bytes.name();
        let none = || OpenError::NotAZoneStore { name: name.clone() };
        if root.format != ZarrFormat::V3 {
            return Err(none());
        }
        let indexes: Arc<IndexCache> = Arc::default();
        let found = group_names(&root)?;
        // Each reads its time axis, which may lie far away.
        let groups: Result<Vec<ZoneGroup>, OpenError> =
            found.into_par_iter().map(|(path, name)| ZoneGroup::open(&root, &path, name, &indexes)).collect();
        let groups = groups?;
        let channels = groups.first().ok_or_else(none)?.embeddings.channels();
        let mut by_zone: BTreeMap<u8, Vec<ZoneGroup>> = BTreeMap::new();
        for group in groups {
            if group.embeddings.channels() != channels {
                return Err(OpenError::Zones {
                    name,
                    group: group.path,
                    other: "the groups before it".into(),
                    why: format!("it has {} channels, and they have {channels}", group.embeddings.channels()),
                });
            }
            by_zone.entry(group.name.number).or_default().push(group);
        }
        let zones = by_zone.into_iter().map(|(number, groups)| Ok((number, Zone::new(&name, groups)?)));
        let zones = zones.collect::<Result<_, OpenError>>()?;
        let consolidated = root.is_consolidated();
        let Group { bytes, attributes, .. } = root;
        Ok(Self { bytes, consolidated, attributes, zones, channels, limit: ScaleLimit::default() })
    }

    /// The same store with another limit of the scales that are believed.
    #[must_use]
    pub fn scale_limit(mut self, limit: ScaleLimit) -> Self {
        self.limit = limit;
        self
    }

    /// Whether the metadata of all groups and arrays stands in one document.
    #[must_use]
    pub fn is_consolidated(&self) -> bool {
        self.consolidated
    }

    /// The attributes of the root group.
    #[must_use]
    pub fn attributes(&self) -> &Map<String, Value> {
        &self.attributes
    }

    /// The numbers of the UTM zones that it has, ascending.
    #[must_use]
    pub fn zones(&self) -> Vec<u8> {
        self.zones.keys().copied().collect()
    }

    /// The number of channels of a pixel.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// The raster of a zone, in its northern CRS, where southern northings are negative.
    #[must_use]
    pub fn grid(&self, zone: u8) -> Option<&PixelGrid> {
        Some(&self.zones.get(&zone)?.grid)
    }

    /// The years of a zone, ascending; none where the store does not have the zone.
    #[must_use]
    pub fn zone_years(&self, zone: u8) -> Vec<Year> {
        let mut years: Vec<Year> =
            self.groups(zone).flat_map(|group| &group.years).map(|(year, _)| *year).collect();
        years.sort_unstable();
        years.dedup();
        years
    }

    /// A zone in a year, wherever in it there are pixels; `None` where the store does not have the zone, or the zone does
    /// not have the year.
    #[must_use]
    pub fn source(&self, zone: u8, year: Year) -> Option<ZoneSource> {
        let zone = self.zones.get(&zone)?;
        let has_year = zone.parts.iter().any(|part| part.group.time(year).is_some());
        has_year.then(|| ZoneSource::new(self.bytes.name(), zone, year, self.limit))
    }

    fn groups(&self, zone: u8) -> impl Iterator<Item = &ZoneGroup> {
        self.zones.get(&zone).into_iter().flat_map(|zone| &zone.parts).map(|part| &*part.group)
    }

    fn io_error(&self, object: &str, cause: std::io::Error) -> ReadError {
        ReadError::Io { name: self.bytes.name(), object: object.to_owned(), cause }
    }
}

/// The groups of zones that a store has.
fn group_names(root: &Group) -> Result<Vec<(String, GroupName)>, OpenError> {
    let parsed = |name: &str| Some((name.to_owned(), GroupName::parse(name)?));
    let mut found: Vec<_> = match root.paths() {
        Some(paths) => paths.filter_map(parsed).collect(),
        None => match root.bytes.list("") {
            Ok(names) => names.iter().filter_map(|name| parsed(name)).collect(),
            Err(error) if error.kind() == std::io::ErrorKind::Unsupported => probed(root)?,
            Err(cause) => {
                return Err(OpenError::Io { name: root.bytes.name(), object: String::new(), cause });
            }
        },
    };
    found.sort_unstable_by_key(|(_, name)| *name);
    Ok(found)
}

/// The groups of whose names there is metadata: of the first layout that has any.
fn probed(root: &Group) -> Result<Vec<(String, GroupName)>, OpenError> {
    for names in GroupName::all() {
        let there = |name: String| match root.node(&name) {
            Ok(Some(_)) => GroupName::parse(&name).map(|parsed| Ok((name, parsed))),
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        };
        let found: Vec<_> = names.into_par_iter().filter_map(there).collect::<Result<_, _>>()?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

impl Zones for ZoneStore {
    fn name(&self) -> String {
        self.bytes.name()
    }

    fn years(&self) -> Vec<Year> {
        let mut years: Vec<Year> = self.zones.keys().flat_map(|zone| self.zone_years(*zone)).collect();
        years.sort_unstable();
        years.dedup();
        years
    }

    fn version(&self) -> DatasetVersion {
        version::version(&self.attributes)
    }

    /// A box around the shards of each zone that are written; the strip of the zone, where objects cannot be listed.
    fn boxes(&self, year: Year) -> Vec<Region> {
        let boxes = self.zones.iter().filter_map(|(number, zone)| {
            let west = f64::from(*number) * ZONE_WIDTH - 186.0;
            let strip = (west, -90.0, west + ZONE_WIDTH, 90.0);
            let (w, s, e, n) = zone.extent(&*self.bytes, year, strip)?;
            Region::new(w, s, e, n).ok()
        });
        boxes.collect()
    }

    fn zone(
        &self,
        number: u8,
        year: Year,
        region: &Region,
    ) -> Result<Option<Box<dyn Source + '_>>, SourceError> {
        let Some(zone) = self.zones.get(&number) else { return Ok(None) };
        let failed =
            |cause: Box<dyn std::error::Error + Send + Sync>| SourceError::new(self.bytes.name(), cause);
        let window = touched::touched(&zone.grid, region).map_err(|cause| failed(cause.into()))?;
        let Some(window) = window else { return Ok(None) };
        for part in &zone.parts {
            let (Some(time), Some(window)) = (part.group.time(year), part.window.intersect(&window)) else {
                continue;
            };
            let scales = &part.group.scales;
            let there = scales.has_any(&*self.bytes, time, part.in_group(window));
            if there.map_err(|cause| failed(self.io_error(&scales.path, cause).into()))? {
                return Ok(self.source(number, year).map(|source| Box::new(source) as Box<dyn Source>));
            }
        }
        Ok(None)
    }
}
