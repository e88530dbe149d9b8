//! A tile as a row of an index.

use parquet::data_type::ByteArray;
use parquet::errors::Result;
use tessera_core::{PIXEL_SIZE, TileId};

use crate::index::leaves::{Leaves, Value};
use crate::item::{interval, place, title, version_text};
use crate::{
    BasisAsset, Location, NpyTile, Preview, Site, TileRecord, TileStore, ZoneAsset, collection_id, extension,
    index_path, media_type,
};

/// What is the same in all rows: held once, and shared by all of them.
#[derive(Debug)]
pub(super) struct RowWriter<'a> {
    site: &'a Site,
    stac_version: ByteArray,
    collection_path: ByteArray,
    json: ByteArray,
    rel: ByteArray,
    data: ByteArray,
    group: ByteArray,
}

impl<'a> RowWriter<'a> {
    pub(super) fn new(site: &'a Site) -> Self {
        Self {
            site,
            stac_version: "1.1.0".into(),
            collection_path: "./collection.json".into(),
            json: media_type::JSON.into(),
            rel: "collection".into(),
            data: "data".into(),
            group: "group".into(),
        }
    }

    /// Puts a row, leaf by leaf in the order of the schema.
    pub(super) fn put(&self, record: &TileRecord, leaves: &mut Leaves) -> Result<()> {
        let (tile, grid) = (record.tile(), record.grid());
        leaves.put(record.id().into())?;
        leaves.put(Value::Text(self.stac_version.clone()))?;
        leaves.list(extensions(record).map(Value::from))?;
        leaves.put(Value::Text(polygon(tile).into()))?;
        let cell = tile.bounds();
        for edge in [cell.min().x, cell.min().y, cell.max().x, cell.max().y] {
            leaves.put(Value::Double(edge))?;
        }
        leaves.put(collection_id(record.version(), record.year()).into())?;
        leaves.missing(1, 0)?;
        let (start, end) = interval(record.year());
        for time in [start, end] {
            leaves.put(Value::Long(time.map_or(0, |time| time.timestamp_micros())))?;
        }
        leaves.put_or(record.created_time().map(|time| Value::Long(time.timestamp_micros())), 0)?;
        leaves.put(title(record).into())?;
        leaves.put(Value::Double(PIXEL_SIZE))?;
        leaves.put(format!("TESSERA-{}", place(record)).into())?;
        leaves.put_or(version_text(record.version()).map(Value::from), 0)?;
        leaves.put(grid.zone().to_string().into())?;
        leaves.list([grid.rows(), grid.cols()].map(|n| Value::Long(n as i64)))?;
        leaves.list(grid.transform().map(Value::Double))?;
        let bounds = grid.bounds();
        leaves.list([bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y].map(Value::Double))?;
        let software = record.software_used();
        if software.is_empty() {
            leaves.missing(2, 0)?;
        } else {
            leaves.list(software.keys().map(|name| Value::from(name.as_str())))?;
            leaves.list(software.values().map(|version| Value::from(version.as_str())))?;
        }
        leaves.put(Value::Int(i32::try_from(record.channel_count()).unwrap_or(i32::MAX)))?;
        leaves.put(Value::Bool(record.has_channel_scales()))?;
        for text in [&self.collection_path, &self.rel, &self.json] {
            leaves.put(Value::Text(text.clone()))?;
        }
        self.put_assets(record, leaves)?;
        leaves.end_row()
    }

    fn put_assets(&self, record: &TileRecord, leaves: &mut Leaves) -> Result<()> {
        let href = |location: &Location| self.site.asset_href(&index_path(record.year()), location);
        match record.tile_store() {
            None => leaves.missing(7, 0)?,
            Some(store) => {
                let media_type = store.media_type();
                self.put_file(leaves, href(store.location()), TileStore::TITLE, media_type, &[&self.data])?;
                self.put_group(leaves, store.format(), store.is_consolidated())?;
            }
        }
        match record.npy_tile() {
            None => leaves.missing(12, 0)?,
            Some(npy) => {
                let sizes = npy.file_sizes();
                for (location, title, data_type, size) in [
                    (npy.embeddings(), NpyTile::EMBEDDINGS_TITLE, "int8", sizes.map(|[size, _]| size)),
                    (npy.scales(), NpyTile::SCALES_TITLE, "float32", sizes.map(|[_, size]| size)),
                ] {
                    self.put_file(leaves, href(location), title, media_type::NPY, &[&self.data])?;
                    leaves.put(data_type.into())?;
                    put_size(leaves, size)?;
                }
            }
        }
        match record.picture() {
            None => leaves.missing(6, 0)?,
            Some(preview) => {
                let roles = [&"thumbnail".into(), &"overview".into()];
                self.put_file(leaves, href(preview.location()), Preview::TITLE, media_type::PNG, &roles)?;
                put_size(leaves, preview.file_size())?;
                match preview.own_shape(record.grid()) {
                    Some(shape) => leaves.list(shape.map(|n| Value::Long(i64::from(n))))?,
                    None => leaves.missing(1, 1)?,
                }
            }
        }
        match record.picture_basis() {
            None => leaves.missing(5, 0)?,
            Some(basis) => {
                let role = "metadata".into();
                self.put_file(leaves, href(basis.location()), BasisAsset::TITLE, media_type::JSON, &[&role])?;
                put_size(leaves, basis.file_size())?;
            }
        }
        match record.zone_group() {
            None => leaves.missing(7, 0),
            Some(zone) => {
                self.put_file(
                    leaves,
                    href(zone.location()),
                    ZoneAsset::TITLE,
                    media_type::ZARR_3,
                    &[&self.data],
                )?;
                self.put_group(leaves, 3, zone.is_consolidated())
            }
        }
    }

    /// The four leaves that all assets have.
    fn put_file(
        &self,
        leaves: &mut Leaves,
        href: String,
        title: &str,
        media_type: &str,
        roles: &[&ByteArray],
    ) -> Result<()> {
        leaves.put(href.into())?;
        leaves.put(title.into())?;
        leaves.put(media_type.into())?;
        leaves.list(roles.iter().map(|&role| Value::Text(role.clone())))
    }

    fn put_group(&self, leaves: &mut Leaves, format: u8, consolidated: Option<bool>) -> Result<()> {
        leaves.put(Value::Text(self.group.clone()))?;
        leaves.put(Value::Int(format.into()))?;
        leaves.put_or(consolidated.map(Value::Bool), 1)
    }
}

fn put_size(leaves: &mut Leaves, size: Option<u64>) -> Result<()> {
    leaves.put_or(size.and_then(|size| i64::try_from(size).ok()).map(Value::Long), 1)
}

/// The extensions whose fields are in a row.
fn extensions(record: &TileRecord) -> impl Iterator<Item = &'static str> {
    let sized = record.npy_tile().is_some_and(NpyTile::has_sizes)
        || record.picture().is_some_and(Preview::has_size)
        || record.picture_basis().is_some_and(BasisAsset::has_size);
    let zarr = record.tile_store().is_some() || record.zone_group().is_some();
    let all = [
        (extension::PROJECTION, true),
        (extension::ZARR, zarr),
        (extension::GRID, true),
        (extension::VERSION, version_text(record.version()).is_some()),
        (extension::PROCESSING, !record.software_used().is_empty()),
        (extension::FILE, sized),
    ];
    all.into_iter().filter(|(_, used)| *used).map(|(extension, _)| extension)
}

/// The cell as well-known binary, little-endian: a polygon of one ring, counter-clockwise from the south-west and closed.
fn polygon(tile: TileId) -> Vec<u8> {
    let cell = tile.bounds();
    let (west, south, east, north) = (cell.min().x, cell.min().y, cell.max().x, cell.max().y);
    let corners = [(west, south), (east, south), (east, north), (west, north), (west, south)];
    let mut bytes = vec![1];
    // A polygon, one ring, five points.
    bytes.extend([3_u32, 1, 5].into_iter().flat_map(u32::to_le_bytes));
    bytes.extend(corners.into_iter().flat_map(|(x, y)| [x, y]).flat_map(f64::to_le_bytes));
    bytes
}
