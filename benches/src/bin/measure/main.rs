//! The Rust side of the comparison in `compare/`: reads requests, one JSON object a line, from standard input, does what
//! they ask with the tile of its argument, and answers each with seconds of wall and CPU time. One process answers all
//! requests of a comparison, so that everything is measured warm.
//!
//! `measure TILE` serves requests; `measure --write-tile FOLDER` writes the usual tile and prints its folder.

mod floor;
mod picture;
mod pixels;
mod request;
mod store;

use std::io::{BufRead, Write};
use std::path::Path;
use tessera_benches::clock;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tessera_core::Source;
use tessera_npy::NpyTile;

use floor::Floor;
use pixels::Buffers;
use request::Request;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["--write-tile", folder] => {
            println!("{}", tessera_benches::write_tile(Path::new(folder))?.display());
            Ok(())
        }
        [tile] => serve(&NpyTile::open(tile)?),
        _ => bail!("expected one argument, the folder of a tile, or --write-tile and a folder"),
    }
}

fn serve(tile: &NpyTile) -> Result<()> {
    let mut kept = Kept::default();
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let request: Request =
            serde_json::from_str(&line).with_context(|| format!("cannot understand {line}"))?;
        writeln!(out, "{}", answer(tile, &request, &mut kept)?)?;
        out.flush()?;
    }
    Ok(())
}

/// What is made by the first request that needs it.
#[derive(Default)]
struct Kept {
    floor: Option<Floor>,
    buffers: Option<Buffers>,
}

fn answer(tile: &NpyTile, request: &Request, kept: &mut Kept) -> Result<Value> {
    match *request {
        Request::Tile => Ok(json!({
            "embeddings": tile.embeddings_path(), "scales": tile.scales_path(), "bytes": tile.file_len(),
            "shape": tile.view().data().shape(),
        })),
        Request::Write { format, ref out, sync } => store::write(tile, format, out, sync),
        Request::Read { ref store, window, check } => store::read(store, window, check),
        Request::Floor { threads } => floor(tile, kept).compress(threads),
        Request::DecodeFloor { row, col } => floor(tile, kept).decompress(row, col, tile.grid().cols()),
        Request::Copy { threads } => Ok(clock::answer(buffers(tile, kept).copy(threads), &json!({}))),
        Request::Dequantize { fresh: true, threads } => Ok(pixels::dequantize_fresh(tile, threads)),
        Request::Dequantize { fresh: false, threads } => buffers(tile, kept).dequantize(tile, threads),
        Request::Pca { simd } => picture::measure(tile, simd),
        Request::Memory => Ok(json!({ "peak_bytes": clock::peak_bytes()? })),
    }
}

fn floor<'a>(tile: &NpyTile, kept: &'a mut Kept) -> &'a mut Floor {
    kept.floor.get_or_insert_with(|| Floor::new(&tile.view()))
}

fn buffers<'a>(tile: &NpyTile, kept: &'a mut Kept) -> &'a mut Buffers {
    kept.buffers.get_or_insert_with(|| Buffers::new(tile))
}
