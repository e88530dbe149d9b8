//! `tessera info`.

mod zone_store;

use std::path::Path;

use anyhow::Result;
use clap::Args;
use serde_json::{Map, Value, json};
use tessera_core::{Archive, PixelGrid, ScaleLimit, Tile, TileId};

use crate::report::Report;
use crate::source::{self, Opened, SourceArgs};

/// Say what is in a tile, a store, a folder of tiles or a zone store, or where a tile of a given name lies.
#[derive(Debug, Args)]
pub(crate) struct InfoArgs {
    /// Tile folders, embeddings files, tile stores, folders of these, zone stores; or names as grid_-99.95_80.05
    #[arg(required = true)]
    source: Vec<String>,

    #[command(flatten)]
    of: SourceArgs,
}

pub(crate) fn run(args: &InfoArgs, report: &Report) -> Result<()> {
    let all = args.source.iter().map(|source| describe(source, &args.of)).collect::<Result<Vec<_>>>()?;
    let text = all.iter().map(text_of).collect::<Vec<_>>().join("\n\n");
    let json = match all.as_slice() {
        [only] => json!(only),
        several => json!({"sources": several}),
    };
    report.result(&text, &json);
    Ok(())
}

/// What is known of a source: key → value, in the order of telling.
fn describe(source: &str, of: &SourceArgs) -> Result<Map<String, Value>> {
    if let (false, Ok(id)) = (Path::new(source).exists(), source.parse::<TileId>()) {
        let mut out = Map::from_iter([("name".to_owned(), json!(id.to_string()))]);
        put_grid(&mut out, &PixelGrid::of_tile(id)?);
        out.insert("bbox".into(), bbox(id));
        return Ok(out);
    }
    let opened = source::open(&source.parse()?, of)?;
    let mut out =
        Map::from_iter([("source".to_owned(), json!(source)), ("kind".to_owned(), json!(kind(&opened)))]);
    match &opened {
        Opened::NpyTile(tile) => {
            out.insert("bytes".into(), json!(tile.file_len()));
            let notices: Vec<_> = tile.notices().iter().map(ToString::to_string).collect();
            out.insert("notices".into(), json!(notices));
        }
        Opened::RangedTile(tile) => {
            out.insert("bytes".into(), json!(tile.file_len()));
            let notices: Vec<_> = tile.notices().iter().map(ToString::to_string).collect();
            out.insert("notices".into(), json!(notices));
        }
        Opened::TileStore(store) => {
            out.insert("zarr_format".into(), json!(store.format().number()));
        }
        Opened::NpyArchive(archive) => {
            out.insert("version".into(), json!(archive.version().to_string()));
            put_archive(&mut out, &**archive);
            out.insert("strangers".into(), json!(archive.strangers().total()));
        }
        Opened::RangedArchive(archive) => {
            out.insert("version".into(), json!(archive.version().to_string()));
            put_archive(&mut out, &**archive);
            out.insert("strangers".into(), json!(archive.strangers().total()));
        }
        Opened::StoreArchive(archive) => put_archive(&mut out, archive),
        Opened::ZoneStore(store) => zone_store::put(&mut out, store)?,
    }
    if let Some(tile) = opened.as_tile() {
        put_tile(&mut out, tile);
        let counts = source::with_pixels(&opened, |_, pixels| Ok(pixels.count(ScaleLimit::default())))?;
        out.insert("counts".into(), json!(counts));
    }
    Ok(out)
}

fn kind(opened: &Opened) -> &'static str {
    match opened {
        Opened::NpyTile(_) | Opened::RangedTile(_) => "NPY tile",
        Opened::TileStore(_) => "tile store",
        Opened::NpyArchive(_) | Opened::RangedArchive(_) => "folder of NPY tiles",
        Opened::StoreArchive(_) => "folder of tile stores",
        Opened::ZoneStore(_) => "zone store",
    }
}

fn put_tile(out: &mut Map<String, Value>, tile: &dyn Tile) {
    out.insert("tile".into(), json!(tile.id().to_string()));
    out.insert("year".into(), json!(tile.year()));
    out.insert("version".into(), json!(tile.version().to_string()));
    out.insert("channels".into(), json!(tile.channels()));
    put_grid(out, tile.grid());
    out.insert("bbox".into(), bbox(tile.id()));
}

fn put_grid(out: &mut Map<String, Value>, grid: &PixelGrid) {
    out.insert("crs".into(), json!(grid.zone().to_string()));
    out.insert("rows".into(), json!(grid.rows()));
    out.insert("cols".into(), json!(grid.cols()));
    out.insert("west".into(), json!(grid.west()));
    out.insert("north".into(), json!(grid.north()));
}

/// West, south, east and north of a cell in degrees.
fn bbox(id: TileId) -> Value {
    let cell = id.bounds();
    json!([cell.min().x, cell.min().y, cell.max().x, cell.max().y])
}

fn put_archive(out: &mut Map<String, Value>, archive: &dyn Archive) {
    let years: Map<String, Value> = archive
        .years()
        .into_iter()
        .map(|year| (year.to_string(), json!(archive.tiles(year).len())))
        .collect();
    out.insert("tiles".into(), Value::Object(years));
}

/// A line for each thing known.
fn text_of(known: &Map<String, Value>) -> String {
    let lines = known.iter().map(|(key, value)| format!("{key:<12}{}", plain(value)));
    lines.collect::<Vec<_>>().join("\n")
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "unknown".into(),
        Value::Array(list) if list.is_empty() => "none".into(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            map.iter().map(|(k, v)| format!("{k} {}", plain(v))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
