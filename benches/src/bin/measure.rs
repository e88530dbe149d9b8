//! `measure FORMAT OPS TILE OUT`: one line of JSON, for comparing.
use std::path::Path;
use std::time::Instant;
use anyhow::{Result, bail};
use tessera_core::{Channels, Quantized, Source, Tile, Window, Year};
use tessera_npy::NpyTile;
use tessera_zarr::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let [_, format, ops, tile, out] = args.as_slice() else { bail!("measure FORMAT OPS TILE OUT") };
    let tile = NpyTile::open(tile)?;
    let out = Path::new(out);
    let mut layout = Layout::new(if format == "v2" { ZarrFormat::V2 } else { ZarrFormat::V3 });
    if format == "v3" { layout = layout.sharding(Sharding::None)?; }
    let reps: usize = std::env::var("REPS").ok().and_then(|r| r.parse().ok()).unwrap_or(5);
    let (h, w) = (tile.grid().rows(), tile.grid().cols());
    for op in ops.split(',') {
        let mut times = vec![];
        for _ in 0..reps {
            if op == "write" { let _ = std::fs::remove_dir_all(out); }
            let t = Instant::now();
            if op == "write" {
                TileWriter::new(layout).sync(std::env::var("SYNC").is_ok()).write(out, tile.view(), tile.grid(), tile.id(), Year::new(2024)?, tile.version())?;
            } else {
                let store = TileStore::open(out)?;
                let window = match op { "full" => Window::full(h, w), "chunk" => Window::new(256, 0, 256, 256), "px" => Window::new(h / 2, w / 2, 1, 1), "win512" => Window::new(h / 2 - 256, w / 2 - 256, 512, 512), _ => Window::new(h / 2 - 32, w / 2 - 32, 64, 64) };
                let got: Quantized = store.read_window(window, &Channels::All)?;
                std::hint::black_box(&got);
            }
            times.push((t.elapsed().as_secs_f64() * 1e4).round() / 10.0);
        }
        println!("{op}: {times:?}");
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    println!("{}", status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or(""));
    Ok(())
}
