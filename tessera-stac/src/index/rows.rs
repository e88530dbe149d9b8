//! The tiles of a sheet, read from an index.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result};
use tessera_core::{DatasetVersion, PixelGrid, TileId, UtmZone, Year};

use crate::index::repeated::{Hrefs, Repeated};
use crate::parquet_file::{Columns, Lists};
use crate::paths::item_id_ending;
use crate::sheet::index_order;
use crate::{
    BasisAsset, Location, LocationError, NpyTile, Preview, RecordError, TileRecord, TileStore,
    TileStoreError, ZoneAsset,
};

/// The tiles of a sheet: some tens of bytes a tile where its links follow from its name.
#[derive(Debug)]
pub(super) struct SheetRows {
    pub(super) tiles: Vec<TileId>,
    grids: Vec<PixelGrid>,
    channels: Repeated<i32>,
    channel_scales: Repeated<bool>,
    created: Repeated<Option<i64>>,
    software: Repeated<BTreeMap<String, String>>,
    store: Group,
    npy: [File; 2],
    preview: File,
    preview_shape: Repeated<Option<[u32; 2]>>,
    basis: File,
    zone: Group,
}

/// A file of each tile, where it has one.
#[derive(Debug)]
struct File {
    href: Hrefs,
    size: Repeated<Option<i64>>,
}

/// A Zarr group of each tile, where it has one.
#[derive(Debug)]
struct Group {
    href: Hrefs,
    format: Repeated<Option<i32>>,
    consolidated: Repeated<Option<bool>>,
}

/// A row that makes no record.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowError {
    #[error(transparent)]
    Href(#[from] LocationError),
    #[error(transparent)]
    Store(#[from] TileStoreError),
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl SheetRows {
    /// Reads a row group, whose tiles must be those of the year in the order of the index.
    pub(super) fn read(columns: &Columns<'_>, year: Year) -> Result<Self> {
        let tiles = tiles(columns, year)?;
        let file = |name: &str| File::read(columns, name, &tiles);
        let group = |name: &str| Group::read(columns, name, &tiles);
        Ok(Self {
            grids: grids(columns)?,
            channels: Repeated::new(columns.required::<Int32Type>("tessera:channels")?),
            channel_scales: Repeated::new(columns.required::<BoolType>("tessera:channel_scales")?),
            created: Repeated::new(columns.optional::<Int64Type>("created")?),
            software: Repeated::new(software(columns)?),
            store: group("embeddings")?,
            npy: [file("embeddings_npy")?, file("scales_npy")?],
            preview: file("preview")?,
            preview_shape: Repeated::new(shapes(columns)?),
            basis: file("basis")?,
            zone: group("zone")?,
            tiles,
        })
    }

    /// About how many bytes of memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let files = self.npy.iter().chain([&self.preview, &self.basis]);
        let files = files.map(|file| file.href.bytes() + file.size.bytes());
        let groups = [&self.store, &self.zone].into_iter();
        let groups =
            groups.map(|group| group.href.bytes() + group.format.bytes() + group.consolidated.bytes());
        size_of::<Self>()
            + self.tiles.len() * size_of::<TileId>()
            + self.grids.len() * size_of::<PixelGrid>()
            + self.channels.bytes()
            + self.channel_scales.bytes()
            + self.created.bytes()
            + self.software.bytes()
            + self.preview_shape.bytes()
            + files.chain(groups).sum::<usize>()
    }

    /// The place of a tile among the rows.
    pub(super) fn position(&self, tile: TileId) -> Option<usize> {
        self.tiles.binary_search_by_key(&index_order(tile), |tile| index_order(*tile)).ok()
    }

    /// The record of a row, whose links are resolved by the function.
    pub(super) fn record(
        &self,
        row: usize,
        year: Year,
        version: &DatasetVersion,
        resolve: impl Fn(&str) -> std::result::Result<Location, LocationError>,
    ) -> std::result::Result<Option<TileRecord>, RowError> {
        let (Some(&tile), Some(grid)) = (self.tiles.get(row), self.grids.get(row)) else { return Ok(None) };
        let mut buffer = String::new();
        let mut at = |href: &Hrefs| href.get(row, tile, &mut buffer).map(&resolve).transpose();
        let mut record = TileRecord::new(tile, year, version.clone(), *grid)
            .channels(self.channels.get(row).copied().map_or(0, |n| n.unsigned_abs() as usize))
            .channel_scales(self.channel_scales.get(row).copied().unwrap_or(false));
        if let Some(location) = at(&self.store.href)? {
            let format = self.store.format(row).unwrap_or(0);
            let store = TileStore::new(location, u8::try_from(format).unwrap_or(0))?;
            let gathered = self.store.consolidated(row);
            record = record.store(gathered.into_iter().fold(store, TileStore::consolidated));
        }
        if let [Some(embeddings), Some(scales)] = [at(&self.npy[0].href)?, at(&self.npy[1].href)?] {
            let npy = NpyTile::new(embeddings, scales);
            record = record.npy(match [self.npy[0].size(row), self.npy[1].size(row)] {
                [Some(embeddings), Some(scales)] => npy.sizes(embeddings, scales),
                _ => npy,
            });
        }
        if let Some(location) = at(&self.preview.href)? {
            let preview = self.preview.size(row).into_iter().fold(Preview::new(location), Preview::size);
            let shape = self.preview_shape.get(row).copied().flatten();
            record = record.preview(shape.into_iter().fold(preview, |preview, [r, c]| preview.shape(r, c)));
        }
        if let Some(location) = at(&self.basis.href)? {
            record = record
                .basis(self.basis.size(row).into_iter().fold(BasisAsset::new(location), BasisAsset::size));
        }
        if let Some(location) = at(&self.zone.href)? {
            let gathered = self.zone.consolidated(row);
            record =
                record.zone(gathered.into_iter().fold(ZoneAsset::new(location), ZoneAsset::consolidated));
        }
        for (name, version) in self.software.get(row).into_iter().flatten() {
            record = record.software(name, version);
        }
        if let Some(Some(micros)) = self.created.get(row) {
            record = record.created(UNIX_EPOCH + Duration::from_micros(micros.unsigned_abs()))?;
        }
        Ok(Some(record))
    }
}

impl File {
    fn read(columns: &Columns<'_>, name: &str, tiles: &[TileId]) -> Result<Self> {
        let size = columns.optional::<Int64Type>(&format!("assets.{name}.file:size"))?;
        Ok(Self { href: hrefs(columns, name, tiles)?, size: Repeated::new(size) })
    }

    fn size(&self, row: usize) -> Option<u64> {
        u64::try_from((*self.size.get(row)?)?).ok()
    }
}

impl Group {
    fn read(columns: &Columns<'_>, name: &str, tiles: &[TileId]) -> Result<Self> {
        let format = columns.optional::<Int32Type>(&format!("assets.{name}.zarr:zarr_format"))?;
        let consolidated = columns.optional::<BoolType>(&format!("assets.{name}.zarr:consolidated"))?;
        let (format, consolidated) = (Repeated::new(format), Repeated::new(consolidated));
        Ok(Self { href: hrefs(columns, name, tiles)?, format, consolidated })
    }

    fn format(&self, row: usize) -> Option<i32> {
        *self.format.get(row)?
    }

    fn consolidated(&self, row: usize) -> Option<bool> {
        *self.consolidated.get(row)?
    }
}

fn bad(why: impl ToString) -> ParquetError {
    ParquetError::General(why.to_string())
}

/// The tiles of the rows, by their ids.
fn tiles(columns: &Columns<'_>, year: Year) -> Result<Vec<TileId>> {
    let ending = item_id_ending(year);
    let tile = |id: &ByteArray| {
        let id = id.as_utf8()?;
        let name = id.strip_suffix(&ending).ok_or_else(|| bad(format!("{id} is not of {year}")))?;
        name.parse::<TileId>().map_err(bad)
    };
    let tiles: Vec<_> = columns.required::<ByteArrayType>("id")?.iter().map(tile).collect::<Result<_>>()?;
    match tiles.windows(2).find(|pair| index_order(pair[0]) >= index_order(pair[1])) {
        None => Ok(tiles),
        Some([one, other]) if one == other => Err(bad(format!("{one} comes twice"))),
        Some(_) => Err(bad("its tiles are not in the order of an index")),
    }
}

fn grids(columns: &Columns<'_>) -> Result<Vec<PixelGrid>> {
    let codes = columns.required::<ByteArrayType>("proj:code")?;
    let shapes = columns.lists::<Int64Type>("proj:shape.list.element")?;
    let transforms = columns.lists::<DoubleType>("proj:transform.list.element")?;
    let grid = |((code, shape), transform): ((&ByteArray, &[i64]), &[f64])| {
        let code = code.as_utf8()?;
        let epsg = code.strip_prefix("EPSG:").and_then(|digits| digits.parse().ok());
        let zone = UtmZone::from_epsg(epsg.ok_or_else(|| bad(format!("{code} is no code of EPSG")))?)
            .map_err(bad)?;
        let (&[rows, cols], &[_, _, west, _, _, north]) = (shape, transform) else {
            return Err(bad("a grid of other than two dimensions, or six numbers of a transform"));
        };
        let edge = |n: i64| usize::try_from(n).map_err(bad);
        PixelGrid::new(zone, west, north, edge(rows)?, edge(cols)?).map_err(bad)
    };
    codes.iter().zip(shapes.rows()).zip(transforms.rows()).map(grid).collect()
}

fn software(columns: &Columns<'_>) -> Result<Vec<BTreeMap<String, String>>> {
    let column =
        |part: &str| columns.lists::<ByteArrayType>(&format!("processing:software.key_value.{part}"));
    let (names, versions): (Lists<ByteArray>, Lists<ByteArray>) = (column("key")?, column("value")?);
    let text = |bytes: &ByteArray| bytes.as_utf8().map(str::to_owned);
    let row = |(names, versions): (&[ByteArray], &[ByteArray])| {
        names.iter().zip(versions).map(|(name, version)| Ok((text(name)?, text(version)?))).collect()
    };
    names.rows().zip(versions.rows()).map(row).collect()
}

fn shapes(columns: &Columns<'_>) -> Result<Vec<Option<[u32; 2]>>> {
    let shapes = columns.lists::<Int64Type>("assets.preview.proj:shape.list.element")?;
    let edge = |n: i64| u32::try_from(n).map_err(bad);
    let shape = |shape: &[i64]| match *shape {
        [] => Ok(None),
        [rows, cols] => Ok(Some([edge(rows)?, edge(cols)?])),
        _ => Err(bad("a picture of other than two dimensions")),
    };
    shapes.rows().map(shape).collect()
}

fn hrefs(columns: &Columns<'_>, asset: &str, tiles: &[TileId]) -> Result<Hrefs> {
    Hrefs::new(columns.optional::<ByteArrayType>(&format!("assets.{asset}.href"))?, tiles).map_err(bad)
}

#[cfg(test)]
impl SheetRows {
    /// Rows without a tile, which still take so many bytes for what is said of each.
    pub(super) fn of_nothing(bytes: usize) -> Self {
        let none = || File { href: Hrefs::None, size: Repeated::Same(None) };
        let group =
            || Group { href: Hrefs::None, format: Repeated::Same(None), consolidated: Repeated::Same(None) };
        Self {
            tiles: Vec::new(),
            grids: Vec::new(),
            channels: Repeated::Same(128),
            channel_scales: Repeated::new((0..bytes).map(|row| row % 2 == 0).collect()),
            created: Repeated::Same(None),
            software: Repeated::Same(BTreeMap::new()),
            store: group(),
            npy: [none(), none()],
            preview: none(),
            preview_shape: Repeated::Same(None),
            basis: none(),
            zone: group(),
        }
    }
}
