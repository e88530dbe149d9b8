//! A window of a store, or a box of longitude and latitude, as NPY files or a picture.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Parser;
use tessera_core::{Channels, Region, ScaleLimit, Source, Window};
use tessera_examples::{describe, write_picture};
use tessera_npy::{Existing, write_array};
use tessera_zarr::TileStore;

/// Read a window of a tile store.
#[derive(Parser)]
struct Args {
    /// A tile store
    store: PathBuf,

    /// First row, first column, rows and columns
    #[arg(long, value_name = "ROW,COL,ROWS,COLS", value_delimiter = ',', num_args = 4)]
    window: Option<Vec<usize>>,

    /// A box in degrees
    #[arg(long, value_name = "W,S,E,N", conflicts_with = "window", allow_hyphen_values = true)]
    bbox: Option<Region>,

    /// The file to write: float32 values (rows, cols, channels) as .npy, or a picture as .png
    #[arg(short, long)]
    output: PathBuf,

    /// Replace a file that exists
    #[arg(long)]
    overwrite: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let store = TileStore::open(&args.store)?;
    let window = match (&args.window, &args.bbox) {
        (Some(list), _) => match list.as_slice() {
            &[row, col, rows, cols] => Window::new(row, col, rows, cols),
            _ => bail!("--window takes four numbers: ROW,COL,ROWS,COLS"),
        },
        (None, Some(region)) => {
            let window = store.grid().window_of(region)?;
            let lies = store.grid().lon_lat_bounds()?;
            window.with_context(|| format!("{region} is not in {}, which lies at {lies:?}", store.name()))?
        }
        (None, None) => store.grid().full(),
    };
    let plan = store.plan(window, &Channels::All)?;
    let pixels = store.read_window(window, &Channels::All)?;
    if !args.overwrite && args.output.exists() {
        bail!("{} exists already: say --overwrite to replace it", args.output.display());
    }
    match args.output.extension().and_then(|e| e.to_str()) {
        Some("npy") => {
            let values = pixels.view().dequantize(ScaleLimit::default());
            write_array(&args.output, values.view(), Existing::Replace)?;
        }
        Some("png") => drop(write_picture(pixels.view(), &args.output)?),
        _ => bail!("{} ends in neither .npy nor .png", args.output.display()),
    }
    println!(
        "window    {} × {} pixels at row {}, column {}",
        window.rows, window.cols, window.row, window.col
    );
    println!(
        "chunks    {}, {} bytes decoded",
        plan.len(),
        plan.iter().map(|chunk| chunk.decoded_bytes).sum::<u64>()
    );
    println!("pixels    {}", describe(&pixels.view().count(ScaleLimit::default())));
    println!("{}", args.output.display());
    Ok(())
}
