//! What a zone store is made of before it holds pixels.

use std::collections::HashSet;

use bytemuck::cast_slice;
use tessera_core::{DatasetVersion, PixelGrid};

use crate::array::ArraySpec;
use crate::encode::{ALL_OBJECTS, ChunkWriter, names_of};
use crate::puts::Puts;
use crate::zone_write::metadata::{arrays_of, group_name, lattice};
use crate::{ZarrFormat, ZoneSpec, ZoneStoreError};

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

/// The coordinates of a zone, without documents.
pub(crate) fn write_zone(puts: &Puts<'_>, spec: &ZoneSpec, zone: u8) -> Result<(), ZoneStoreError> {
    let grid = lattice(zone)?;
    for array in arrays_of(spec, &grid)?.iter().filter(|array| array.shard.is_none()) {
        write_array(puts, spec, zone, array)?;
    }
    Ok(())
}

/// A coordinate of a zone with its values, as one chunk.
pub(crate) fn write_array(
    puts: &Puts<'_>,
    spec: &ZoneSpec,
    zone: u8,
    array: &ArraySpec,
) -> Result<(), ZoneStoreError> {
    let values = values_of(array, spec);
    let fill = |_: &[u64], out: &mut [u8]| {
        out.fill(0);
        out[..values.len()].copy_from_slice(&values);
    };
    let folder = format!("{}/{}", group_name(zone), array.name);
    let (format, rows_read, objects) = (ZarrFormat::V3, None, ALL_OBJECTS);
    ChunkWriter { spec: array, format, puts, folder: &folder, rows_read, objects }.write(&fill)?;
    Ok(())
}

/// The names of all objects of a store before it holds pixels, documents left out.
pub(crate) fn names_of_skeleton(spec: &ZoneSpec) -> HashSet<String> {
    let mut names = HashSet::new();
    for &zone in &spec.zones {
        let arrays = lattice(zone).and_then(|grid| arrays_of(spec, &grid)).unwrap_or_default();
        for array in arrays.iter().filter(|array| array.shard.is_none()) {
            names.extend(names_of(array, ZarrFormat::V3, &format!("{}/{}", group_name(zone), array.name)));
        }
    }
    names
}

/// Whether an object, or a folder, can be part of a store before it holds pixels: what an interrupted program left of one
/// may be written over, and shards may not.
pub(crate) fn is_skeleton(name: &str) -> bool {
    let mut parts = name.split('/');
    let zone = parts.next().is_some_and(|group| (1..=60).any(|zone| group_name(zone) == group));
    let rest = [parts.next(), parts.next()];
    zone && match rest {
        [None, None] | [Some("zarr.json"), None] => true,
        [Some("embeddings" | "scales"), member] => matches!(member, None | Some("zarr.json")),
        [Some("time" | "band" | "x" | "y" | "spatial_ref"), member] => {
            matches!(member, None | Some("zarr.json" | "c"))
        }
        _ => false,
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skeleton_has_no_shards() {
        for name in
            ["utm31", "utm60/zarr.json", "utm01/embeddings/zarr.json", "utm31/time/c/0", "utm31/scales"]
        {
            assert!(is_skeleton(name), "{name}");
        }
        for name in
            ["utm31/embeddings/c/0/0/1/2", "utm31/scales/c", "utm61", "utm1", "utm31/mine", "letter.txt", ""]
        {
            assert!(!is_skeleton(name), "{name}");
        }
    }
}
