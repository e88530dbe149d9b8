//! The documents of a zone store.

use serde_json::{Map, Value, json};
use tessera_core::PixelGrid;

use crate::array::ArraySpec;
use crate::attributes::conventions;
use crate::metadata::{Documents, v3_array};
use crate::zone_write::arrays;
use crate::{ZoneSpec, ZoneStoreError};

/// What the group of a zone is called.
pub(crate) fn group_name(zone: u8) -> String {
    format!("utm{zone:02}")
}

/// The lattice of a zone.
pub(crate) fn lattice(zone: u8) -> Result<PixelGrid, ZoneStoreError> {
    PixelGrid::of_zone(zone).map_err(|error| ZoneStoreError::Zone(error.0))
}

/// The arrays of a zone.
pub(crate) fn arrays_of(spec: &ZoneSpec, grid: &PixelGrid) -> Result<Vec<ArraySpec>, ZoneStoreError> {
    let (layout, years, channels) = (&spec.layout, spec.years.len(), spec.channels);
    Ok(vec![
        arrays::embeddings(layout, grid, years, channels)?,
        arrays::scales(layout, grid, years)?,
        arrays::time(years)?,
        arrays::band(channels)?,
        arrays::x(grid)?,
        arrays::y(grid)?,
        arrays::spatial_ref(grid)?,
    ])
}

/// All documents of a store, name → JSON: those of arrays first, then those of groups, the root with all of them last.
/// `created` is what a store that is there already says of itself.
pub(crate) fn documents(
    spec: &ZoneSpec,
    root_attributes: Option<&Map<String, Value>>,
) -> Result<Documents, ZoneStoreError> {
    let (mut documents, mut groups, mut all) = (Vec::new(), Vec::new(), Map::new());
    for &zone in &spec.zones {
        let (name, grid) = (group_name(zone), lattice(zone)?);
        let group = json!({
            "zarr_format": 3,
            "node_type": "group",
            "attributes": conventions::zone_group(&grid),
        });
        // Readers of zarr-python's kind want the member on every group below, empty.
        let mut consolidated = group.clone();
        consolidated["consolidated_metadata"] =
            json!({"kind": "inline", "must_understand": false, "metadata": {}});
        all.insert(name.clone(), consolidated);
        for array in arrays_of(spec, &grid)? {
            let metadata = v3_array(&array).map_err(|why| ZoneStoreError::Metadata { why })?;
            all.insert(format!("{name}/{}", array.name), metadata.clone());
            documents.push((format!("{name}/{}/zarr.json", array.name), metadata));
        }
        groups.push((format!("{name}/zarr.json"), group));
    }
    let attributes = match root_attributes {
        Some(attributes) => attributes.clone(),
        None => {
            let mut attributes = conventions::zones_root(spec.channels, &spec.version);
            attributes.insert("product_version".into(), json!(spec.version.to_string()));
            attributes
        }
    };
    let root = json!({
        "zarr_format": 3,
        "node_type": "group",
        "attributes": attributes,
        "consolidated_metadata": {"kind": "inline", "must_understand": false, "metadata": all},
    });
    documents.extend(groups);
    documents.push(("zarr.json".to_owned(), root));
    Ok(documents)
}
