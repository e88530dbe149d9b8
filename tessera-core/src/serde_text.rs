//! Names as text, checked on the way in.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{DatasetVersion, PixelGrid, Region, TileId, UtmZone, Year};

macro_rules! as_text {
    ($($name:ty),*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
            }
        }
    )*};
}

as_text!(TileId, DatasetVersion);

impl Serialize for Year {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.number().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Year {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u16::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.west(), self.south(), self.east(), self.north()].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let [west, south, east, north] = <[f64; 4]>::deserialize(deserializer)?;
        Self::new(west, south, east, north).map_err(D::Error::custom)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename = "PixelGrid", deny_unknown_fields)]
struct GridFields {
    epsg: u32,
    west: f64,
    north: f64,
    rows: usize,
    cols: usize,
}

impl Serialize for PixelGrid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (epsg, west, north) = (self.zone().epsg(), self.west(), self.north());
        GridFields { epsg, west, north, rows: self.rows(), cols: self.cols() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PixelGrid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let f = GridFields::deserialize(deserializer)?;
        let zone = UtmZone::from_epsg(f.epsg).map_err(D::Error::custom)?;
        Self::new(zone, f.west, f.north, f.rows, f.cols).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<T: Serialize + for<'a> Deserialize<'a> + PartialEq + std::fmt::Debug>(
        value: &T,
        text: &str,
    ) {
        assert_eq!(serde_json::to_string(value).unwrap(), text);
        assert_eq!(&serde_json::from_str::<T>(text).unwrap(), value);
    }

    #[test]
    fn values_round_trip_as_json() {
        let tile: TileId = "grid_0.15_52.05".parse().unwrap();
        round_trip(&tile, "\"grid_0.15_52.05\"");
        round_trip(&Year::new(2024).unwrap(), "2024");
        round_trip(&DatasetVersion::Unknown, "\"unknown\"");
        round_trip(&"0,50,1,51".parse::<Region>().unwrap(), "[0.0,50.0,1.0,51.0]");
        let grid = PixelGrid::of_tile(tile).unwrap();
        round_trip(&grid, r#"{"epsg":32631,"west":300930.0,"north":5776130.0,"rows":1139,"cols":729}"#);
    }

    #[test]
    fn what_cannot_exist_cannot_be_read() {
        assert!(serde_json::from_str::<TileId>("\"grid_0.10_52.05\"").is_err());
        assert!(serde_json::from_str::<Year>("1850").is_err());
        assert!(serde_json::from_str::<Region>("[0,5,1,4]").is_err());
        assert!(
            serde_json::from_str::<PixelGrid>(r#"{"epsg":4326,"west":0,"north":0,"rows":1,"cols":1}"#)
                .is_err()
        );
    }
}
