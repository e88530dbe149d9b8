//! The columns of an index.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::errors::Result;
use parquet::schema::types::{Type, TypePtr};

const OPTIONAL: Repetition = Repetition::OPTIONAL;
const REPEATED: Repetition = Repetition::REPEATED;
const REQUIRED: Repetition = Repetition::REQUIRED;

/// The schema of an index: stac-geoparquet 1.1, with every asset that an item of ours can have. It is the same for all
/// files, so that those of several years can be read as one table.
///
/// Beyond the fields of an item there are `tessera:channels` and `tessera:channel_scales`, of which an item's
/// `cube:dimensions` and `cube:variables` follow.
pub(super) fn schema() -> Result<TypePtr> {
    let fields = vec![
        text("id", REQUIRED)?,
        text("stac_version", REQUIRED)?,
        list("stac_extensions", REQUIRED, text("element", REQUIRED)?)?,
        leaf("geometry", Physical::BYTE_ARRAY, None, REQUIRED)?,
        group("bbox", REQUIRED, vec![double("xmin")?, double("ymin")?, double("xmax")?, double("ymax")?])?,
        text("collection", REQUIRED)?,
        time("datetime", OPTIONAL)?,
        time("start_datetime", REQUIRED)?,
        time("end_datetime", REQUIRED)?,
        time("created", OPTIONAL)?,
        text("title", REQUIRED)?,
        double("gsd")?,
        text("grid:code", REQUIRED)?,
        text("version", OPTIONAL)?,
        text("proj:code", REQUIRED)?,
        list("proj:shape", REQUIRED, leaf("element", Physical::INT64, None, REQUIRED)?)?,
        list("proj:transform", REQUIRED, double("element")?)?,
        list("proj:bbox", REQUIRED, double("element")?)?,
        map("processing:software")?,
        leaf("tessera:channels", Physical::INT32, None, REQUIRED)?,
        leaf("tessera:channel_scales", Physical::BOOLEAN, None, REQUIRED)?,
        list("links", REQUIRED, group("element", REQUIRED, links()?)?)?,
        group("assets", REQUIRED, assets()?)?,
    ];
    group("schema", REQUIRED, fields)
}

fn links() -> Result<Vec<TypePtr>> {
    ["href", "rel", "type"].map(|name| text(name, REQUIRED)).into_iter().collect()
}

/// Each asset is a group that is absent where the tile has no such file.
fn assets() -> Result<Vec<TypePtr>> {
    let size = || leaf("file:size", Physical::INT64, None, OPTIONAL);
    let shape = || list("proj:shape", OPTIONAL, leaf("element", Physical::INT64, None, REQUIRED)?);
    Ok(vec![
        asset("embeddings", zarr()?)?,
        asset("embeddings_npy", vec![text("data_type", REQUIRED)?, size()?])?,
        asset("scales_npy", vec![text("data_type", REQUIRED)?, size()?])?,
        asset("preview", vec![size()?, shape()?])?,
        asset("basis", vec![size()?])?,
        asset("zone", zarr()?)?,
    ])
}

fn zarr() -> Result<Vec<TypePtr>> {
    Ok(vec![
        text("zarr:node_type", REQUIRED)?,
        leaf("zarr:zarr_format", Physical::INT32, None, REQUIRED)?,
        leaf("zarr:consolidated", Physical::BOOLEAN, None, OPTIONAL)?,
    ])
}

fn asset(name: &str, own: Vec<TypePtr>) -> Result<TypePtr> {
    let mut fields = vec![text("href", REQUIRED)?, text("title", REQUIRED)?, text("type", REQUIRED)?];
    fields.push(list("roles", REQUIRED, text("element", REQUIRED)?)?);
    fields.extend(own);
    group(name, OPTIONAL, fields)
}

fn leaf(
    name: &str,
    physical: Physical,
    logical: Option<LogicalType>,
    how_often: Repetition,
) -> Result<TypePtr> {
    let column = Type::primitive_type_builder(name, physical).with_repetition(how_often);
    Ok(Arc::new(column.with_logical_type(logical).build()?))
}

fn text(name: &str, how_often: Repetition) -> Result<TypePtr> {
    leaf(name, Physical::BYTE_ARRAY, Some(LogicalType::String), how_often)
}

fn double(name: &str) -> Result<TypePtr> {
    leaf(name, Physical::DOUBLE, None, REQUIRED)
}

fn time(name: &str, how_often: Repetition) -> Result<TypePtr> {
    let logical = LogicalType::Timestamp { is_adjusted_to_u_t_c: true, unit: TimeUnit::MICROS };
    leaf(name, Physical::INT64, Some(logical), how_often)
}

fn group(name: &str, how_often: Repetition, fields: Vec<TypePtr>) -> Result<TypePtr> {
    Ok(Arc::new(Type::group_type_builder(name).with_repetition(how_often).with_fields(fields).build()?))
}

fn list(name: &str, how_often: Repetition, element: TypePtr) -> Result<TypePtr> {
    let column =
        Type::group_type_builder(name).with_repetition(how_often).with_logical_type(Some(LogicalType::List));
    Ok(Arc::new(column.with_fields(vec![group("list", REPEATED, vec![element])?]).build()?))
}

fn map(name: &str) -> Result<TypePtr> {
    let entry = group("key_value", REPEATED, vec![text("key", REQUIRED)?, text("value", REQUIRED)?])?;
    let column =
        Type::group_type_builder(name).with_repetition(OPTIONAL).with_logical_type(Some(LogicalType::Map));
    Ok(Arc::new(column.with_fields(vec![entry]).build()?))
}
