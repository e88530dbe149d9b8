//! What a zone store is made of before it holds pixels.

use std::path::Path;

use bytemuck::cast_slice;
use serde_json::Value;
use tessera_core::{DatasetVersion, PixelGrid};

use crate::array::ArraySpec;
use crate::encode::{ALL_OBJECTS, ChunkWriter};
use crate::zone_write::metadata::{arrays_of, group_name, lattice};
use crate::{WriteError, ZarrFormat, ZoneSpec, ZoneStoreError};

/// Refuses what no store can be made from.
pub(crate) fn check(spec: &ZoneSpec) -> Result<(), ZoneStoreError> {
    if spec.zones.is_empty() {
        return Err(ZoneStoreError::Nothing { what: "zones" });
    }
    if spec.years.is_empty() {
        return Err(ZoneStoreError::Nothing { what: "years" });
    }
    if spec.version == DatasetVersion::Unknown {
        return Err(ZoneStoreError::UnknownVersion);
    }
    if !spec.layout.holds(spec.channels as u64) {
        let (channels, inner) = (spec.channels, spec.layout.inner_edge());
        return Err(ZoneStoreError::Channels { channels, inner });
    }
    spec.zones.iter().try_for_each(|zone| lattice(*zone).map(|_| ()))
}

/// The folders of a zone with its coordinates, without documents.
pub(crate) fn write_zone(store: &Path, spec: &ZoneSpec, zone: u8) -> Result<(), ZoneStoreError> {
    let group = store.join(group_name(zone));
    std::fs::create_dir(&group).map_err(ZoneStoreError::io(&group))?;
    let grid = lattice(zone)?;
    for array in arrays_of(spec, &grid)? {
        if array.shard.is_some() {
            let folder = group.join(array.name);
            std::fs::create_dir(&folder).map_err(ZoneStoreError::io(&folder))?;
        } else {
            write_array(&group, spec, &array)?;
        }
    }
    Ok(())
}

/// A coordinate with its values, as one chunk.
pub(crate) fn write_array(group: &Path, spec: &ZoneSpec, array: &ArraySpec) -> Result<(), ZoneStoreError> {
    let folder = group.join(array.name);
    std::fs::create_dir(&folder).map_err(ZoneStoreError::io(&folder))?;
    let values = values_of(array, spec);
    let fill = |_: &[u64], out: &mut [u8]| {
        out.fill(0);
        out[..values.len()].copy_from_slice(&values);
    };
    let writer = ChunkWriter {
        spec: array,
        format: ZarrFormat::V3,
        folder: &folder,
        sync: true,
        rows_read: None,
        objects: ALL_OBJECTS,
    };
    writer.write(&fill).map(|_| ()).map_err(|error| match error {
        WriteError::Io { path, cause } => ZoneStoreError::Io { path, cause },
        WriteError::Grid(cause) => cause.into(),
        other => ZoneStoreError::Metadata { why: other.to_string() },
    })
}

/// The values of a coordinate as they are stored, little endian.
fn values_of(array: &ArraySpec, spec: &ZoneSpec) -> Vec<u8> {
    let length = array.grid.shape().first().map_or(1, |n| *n as usize);
    // Every lattice has the same corner.
    let grid = PixelGrid::of_zone(1).ok();
    let center = |row: usize, col: usize| grid.map_or((0.0, 0.0), |grid| grid.pixel_center(row, col));
    let mut bytes = match array.name {
        "x" => cast_slice(&(0..length).map(|col| center(0, col).0).collect::<Vec<f64>>()).to_vec(),
        "y" => cast_slice(&(0..length).map(|row| center(row, 0).1).collect::<Vec<f64>>()).to_vec(),
        "time" => {
            cast_slice(&spec.years.iter().map(|year| i32::from(year.number())).collect::<Vec<_>>()).to_vec()
        }
        "band" => cast_slice(&(0..length as i32).collect::<Vec<_>>()).to_vec(),
        _ => cast_slice(&[0_i32]).to_vec(),
    };
    if cfg!(target_endian = "big") {
        bytes.chunks_exact_mut(array.data_type.size()).for_each(<[u8]>::reverse);
    }
    bytes
}

/// A document as it is written.
pub(crate) fn text_of(document: &Value) -> Result<String, ZoneStoreError> {
    serde_json::to_string_pretty(document)
        .map_err(|error| ZoneStoreError::Metadata { why: error.to_string() })
}
