//! What the command is asked to do.

use crate::command::words;
use crate::objects::Objects;
use crate::world::{BUCKET, TILES, World};

/// A thing to do: what is read, what is written, and whether to the bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    RegionOfZonesByHttp,
    RegionOfStoreByHttp(u8),
    RegionOfTilesByHttp,
    RegionOfZones,
    RegionOfStores(u8),
    RegionOfTiles,
    PointsByHttp,
    Points,
    Convert(u8),
    FillZones,
    RegionToBucket(&'static str),
    PointsToBucket,
    Catalog,
}

pub(crate) const TASKS: [Task; 18] = [
    Task::RegionOfZonesByHttp,
    Task::RegionOfStoreByHttp(2),
    Task::RegionOfStoreByHttp(3),
    Task::RegionOfTilesByHttp,
    Task::PointsByHttp,
    Task::RegionOfZones,
    Task::RegionOfStores(2),
    Task::RegionOfStores(3),
    Task::RegionOfTiles,
    Task::Points,
    Task::Convert(2),
    Task::Convert(3),
    Task::FillZones,
    Task::RegionToBucket("npy"),
    Task::RegionToBucket("zarr"),
    Task::RegionToBucket("tif"),
    Task::PointsToBucket,
    Task::Catalog,
];

/// Across the border of two zones.
const BORDER: &str = "--year 2024 --bbox=5.93,84.01,6.05,84.03";
const INSIDE: &str = "--year 2024 --bbox=5.93,84.01,5.97,84.03";

impl Task {
    pub(crate) fn needs_bucket(self) -> bool {
        !matches!(
            self,
            Self::RegionOfZonesByHttp
                | Self::RegionOfStoreByHttp(_)
                | Self::RegionOfTilesByHttp
                | Self::PointsByHttp
        )
    }

    /// Whether what is written goes to the bucket.
    pub(crate) fn writes_to_bucket(self) -> bool {
        matches!(
            self,
            Self::Convert(_)
                | Self::FillZones
                | Self::RegionToBucket(_)
                | Self::PointsToBucket
                | Self::Catalog
        )
    }

    /// The commands, one after another: `web` is where the web server is, `out` what the names of all outputs begin with.
    pub(crate) fn commands(self, world: &World, web: &str, out: &str) -> Vec<Vec<String>> {
        let s3 = format!("s3://{BUCKET}");
        let (listing, points) = (world.path("listing.txt"), world.path("points.csv"));
        let (listing, points) = (listing.display(), points.display());
        let tile = TILES[1];
        let lines = match self {
            Self::RegionOfZonesByHttp => vec![format!("region {web}/zones.zarr {BORDER} -o {out}/a.npy")],
            Self::RegionOfStoreByHttp(format) => {
                vec![format!("region {web}/stores{format}/2024/{tile}.zarr {INSIDE} -o {out}/a.npy")]
            }
            Self::RegionOfTilesByHttp => {
                vec![format!("region {web}/v1 --listing {listing} {BORDER} -o {out}/a.npy")]
            }
            Self::RegionOfZones => vec![format!("region {s3}/zones.zarr {BORDER} -o {out}/a.tif")],
            Self::RegionOfStores(format) => {
                vec![format!("region {s3}/stores{format} {BORDER} -o {out}/a.npy")]
            }
            Self::RegionOfTiles => vec![format!("region {s3}/v1 {BORDER} -o {out}/a.zarr")],
            Self::PointsByHttp => {
                vec![format!("points {web}/zones.zarr {points} --year 2024 -o {out}/a.csv")]
            }
            Self::Points => vec![format!("points {s3}/v1 {points} --year 2024 -o {out}/a.parquet")],
            Self::Convert(format) => {
                vec![format!("convert {s3}/v1 -o {out}/stores --format {format} --chunk 256 --year 2024")]
            }
            Self::FillZones => vec![
                format!(
                    "zone create {out}/z.zarr --zones 31,32 --years 2024 --dataset v1 --channels 4 --shard 512"
                ),
                format!("zone fill {out}/z.zarr {s3}/v1 --year 2024 --no-sync"),
            ],
            Self::RegionToBucket(end) => vec![format!("region {s3}/zones.zarr {BORDER} -o {out}/a.{end}")],
            Self::PointsToBucket => vec![format!("points {s3}/stores3 {points} --year 2024 -o {out}/a.csv")],
            Self::Catalog => vec![format!("catalog build {s3}/v1 --year 2024 -o {out}/catalog")],
        };
        lines.iter().map(|line| words(line)).collect()
    }

    /// What the same command is told, too, to take the place of what one that failed has left.
    pub(crate) fn again(self) -> Option<&'static str> {
        match self {
            Self::Convert(_) | Self::FillZones => None,
            _ => Some("--overwrite"),
        }
    }

    /// Where something looks complete, and is not: a document by which readers know a store, an answer or a catalogue is
    /// there, and not all that belongs to it.
    pub(crate) fn looks_complete(self, found: &Objects, whole: &Objects) -> Option<String> {
        for root in found.keys() {
            let belongs: Box<dyn Fn(&str) -> bool> = match root.rsplit_once('/') {
                Some((store, "zarr.json" | ".zgroup" | ".zmetadata")) if store.ends_with(".zarr") => {
                    // A zone store is known before it is filled.
                    Box::new(move |name| {
                        let own = name.strip_prefix(store).is_some_and(|name| name.starts_with('/'));
                        own && !(self == Self::FillZones && name.contains("/c/"))
                    })
                }
                Some(("catalog", "catalog.json")) => Box::new(move |name| name.starts_with("catalog/")),
                // Of an answer in several files the first comes last, and what is beside each comes before it.
                None => match root.rsplit_once('.') {
                    Some((answer, "npy" | "tif" | "csv")) if !answer.ends_with("_scales") => {
                        let first =
                            whole.keys().find(|name| name.ends_with(".npy") || !name.ends_with(".json"));
                        let is_first = first == Some(root);
                        Box::new(move |name| is_first || name.starts_with(answer))
                    }
                    _ => continue,
                },
                _ => continue,
            };
            if let Some(missing) = whole.keys().find(|name| belongs(name) && !found.contains_key(*name)) {
                return Some(format!("{root} is there, {missing} is not"));
            }
        }
        None
    }
}
