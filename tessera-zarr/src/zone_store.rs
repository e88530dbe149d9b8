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
mod time_axis;
mod touched;
mod version;
mod written;
mod years;
mod zone;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde_json::{Map, Value};
use tessera_core::{
    ByteRanges, DatasetVersion, Fetches, PixelGrid, Region, ScaleLimit, Source, SourceError, Window, Year,
    Zones,
};

use crate::ahead::Ahead;
use crate::asked::Asked;
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
/// threads of rayon's pool; where answers have to be waited for, all that can be asked at once is, and a window takes three
/// waits: indexes of the scales' shards, scales with the indexes of the values' shards, values. The indexes of shards are kept, up to 16 MiB, for all years and sources of the store. So what
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
    opening: Fetches,
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

    /// Opens the store whose objects these are: one read, where its metadata is consolidated and answers have to be waited
    /// for ([`Fetching::in_flight`](tessera_core::Fetching)); time axes are read when they are needed then. Where metadata
    /// is not consolidated, groups are looked for by listing or, where that is not supported or not allowed, by name.
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
        root.read_ahead(&found.iter().flat_map(|(path, _)| ZoneGroup::documents(path)).collect::<Vec<_>>());
        let at_once = root.bytes.fetching().in_flight <= 1;
        let open = |(path, name): (String, GroupName)| {
            let group = ZoneGroup::open(&root, &path, name, &indexes)?;
            if at_once {
                group.axis.years()?;
            }
            Ok(group)
        };
        let groups: Result<Vec<ZoneGroup>, OpenError> = found.into_par_iter().map(open).collect();
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
        let (consolidated, opening) = (root.is_consolidated(), root.asked());
        let Group { bytes, attributes, .. } = root;
        Ok(Self { bytes, consolidated, attributes, zones, channels, limit: ScaleLimit::default(), opening })
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

    /// What opening it has asked of a store of objects.
    #[must_use]
    pub fn opening(&self) -> Fetches {
        self.opening
    }

    /// Reads the time axes of all zones that were not read yet, at once, so that [`years`](Zones::years) and
    /// [`zone_years`](Self::zone_years) are complete.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub fn read_years(&self) -> Result<(), OpenError> {
        let groups = self.zones.keys().flat_map(|zone| self.groups(*zone));
        let unknown: Vec<_> = groups.filter(|group| group.axis.known().is_none()).collect();
        let ahead = Ahead::new(self.bytes.clone());
        ahead.read(&unknown.iter().filter_map(|group| group.axis.object()).collect::<Vec<_>>());
        let read = |group: &&ZoneGroup| group.axis.read(ahead.clone()).map(|_| ());
        // One that cannot be read does not keep the others from being known.
        unknown.iter().map(read).fold(Ok(()), Result::and)
    }

    /// The years of a zone, ascending; none where the store does not have the zone, or its time axis cannot be read, which
    /// [`read_years`](Self::read_years) tells.
    #[must_use]
    pub fn zone_years(&self, zone: u8) -> Vec<Year> {
        let years = |group: &ZoneGroup| group.axis.years().map(<[_]>::to_vec).unwrap_or_default();
        let mut years: Vec<Year> = self.groups(zone).flat_map(years).map(|(year, _)| year).collect();
        years.sort_unstable();
        years.dedup();
        years
    }

    /// A zone in a year, wherever in it there are pixels; `None` where the store does not have the zone, or the zone does
    /// not have the year, or its time axis cannot be read, which [`try_source`](Self::try_source) tells.
    #[must_use]
    pub fn source(&self, zone: u8, year: Year) -> Option<ZoneSource> {
        self.try_source(zone, year).ok().flatten()
    }

    /// A zone in a year, wherever in it there are pixels; `None` where the store does not have the zone, or the zone does
    /// not have the year.
    ///
    /// # Errors
    /// Where the time axis of the zone was not read yet and cannot be.
    pub fn try_source(&self, zone: u8, year: Year) -> Result<Option<ZoneSource>, OpenError> {
        match self.zones.get(&zone) {
            Some(zone) => ZoneSource::new(self.bytes.name(), zone, year, self.limit),
            None => Ok(None),
        }
    }

    /// Whether anything of a zone in a year may lie in a window; what is asked to find out is counted.
    fn has_any(&self, zone: &Zone, year: Year, window: Window, asked: &Asked) -> Result<bool, ReadError> {
        let far = self.bytes.fetching().in_flight > 1;
        for part in &zone.parts {
            if part.group.axis.known().is_none() {
                let ahead = Ahead::new(self.bytes.clone());
                part.group.axis.read(ahead.clone())?;
                asked.add_all(Some(ahead.total()));
            }
            let (Some(time), Some(window)) = (part.group.time(year)?, part.window.intersect(&window)) else {
                continue;
            };
            let (scales, window) = (&part.group.scales, part.in_group(window));
            let there = if far {
                scales.has_any_shard(time, window, asked)?
            } else {
                let there = scales.has_any(&*self.bytes, time, window);
                there.map_err(|cause| self.io_error(&scales.path, cause))?
            };
            if there {
                return Ok(true);
            }
        }
        Ok(false)
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
            Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) => {
                probed(root)?
            }
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
        root.read_ahead(&names.iter().map(|name| format!("{name}/zarr.json")).collect::<Vec<_>>());
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
        // Those of the others are no less true.
        let _ = self.read_years();
        let known = |group: &ZoneGroup| group.axis.known().unwrap_or_default().to_vec();
        let groups = self.zones.keys().flat_map(|zone| self.groups(*zone));
        let mut years: Vec<Year> = groups.flat_map(known).map(|(year, _)| year).collect();
        years.sort_unstable();
        years.dedup();
        years
    }

    /// By the time axes that were read already.
    fn may_have(&self, year: Year) -> bool {
        let mut groups = self.zones.keys().flat_map(|zone| self.groups(*zone));
        groups
            .any(|group| group.axis.known().is_none_or(|years| years.iter().any(|(known, _)| *known == year)))
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
        let asked = Asked::default();
        if !self.has_any(zone, year, window, &asked).map_err(|cause| failed(cause.into()))? {
            return Ok(None);
        }
        let source = self.try_source(number, year).map_err(|cause| failed(cause.into()))?;
        Ok(source.map(|mut source| {
            source.opening = asked.total().unwrap_or_default();
            Box::new(source) as Box<dyn Source>
        }))
    }
}
