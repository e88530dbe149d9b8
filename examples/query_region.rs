//! A box across tiles and UTM zones: its pixels as they are, and as one raster in degrees.
//!
//! `cargo run --release --example query_region` makes two small synthetic tiles beside a zone border and asks for a
//! box of them; with a path it asks that archive or zone store.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Parser;
use tessera_core::synthetic::Synthetic;
use tessera_core::{
    Answer, ArchiveZones, Channels, Crs, MemoryBudget, Query, RasterGrid, Region, ScaleCounts, ScaleLimit,
    Year, Zones, through_years,
};
use tessera_examples::{describe, write_picture};
use tessera_npy::{Existing, NpyArchive};
use tessera_zarr::ZoneStore;

/// Ask for a box of longitude and latitude.
#[derive(Parser)]
struct Args {
    /// A folder of NPY tiles by year, or a zone store [default: synthetic tiles, made on the spot]
    source: Option<PathBuf>,

    /// The box in degrees
    #[arg(long, value_name = "W,S,E,N", default_value = "5.93,87.02,6.07,87.07", allow_hyphen_values = true)]
    bbox: Region,

    /// The year
    #[arg(long, default_value = "2024")]
    year: Year,

    /// Size of a cell of the raster in degrees
    #[arg(long, default_value_t = 0.0002)]
    resolution: f64,

    /// The folder for the picture of the raster, and for the synthetic tiles
    #[arg(short, long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/query_region"))]
    output: PathBuf,
}

fn main() -> Result<()> {
    let args = Args::parse();
    fs::create_dir_all(&args.output).with_context(|| format!("cannot make {}", args.output.display()))?;
    let source = args.source.clone().map_or_else(|| synthesize(&args.output), Ok)?;
    if source.join("zarr.json").is_file() {
        query(&ZoneStore::open(&source)?, &args)
    } else {
        query(&ArchiveZones::new(&NpyArchive::open(&source)?), &args)
    }
}

fn query(zones: &dyn Zones, args: &Args) -> Result<()> {
    let limit = ScaleLimit::default();
    println!("source    {}", zones.name());
    println!("box       {} of {}", args.bbox, args.year);
    let query = Query::new(args.bbox, args.year);

    // As they are: a raster for each UTM zone, in strips that take no more memory than allowed.
    for part in query.native(zones)? {
        let (grid, mut counts, mut strips) = (part.grid(), ScaleCounts::default(), 0);
        for strip in part.strips(MemoryBudget::from_bytes(256 << 10)?)? {
            let (_, pixels) = strip?;
            counts += pixels.view().count(limit);
            strips += 1;
        }
        println!(
            "zone {:02}   {}, {} rows × {} columns in {strips} strips",
            part.number(),
            grid.zone(),
            grid.rows(),
            grid.cols()
        );
        println!("          {}", describe(&counts));
    }

    // One raster across the zones: each cell has the pixel that contains its centre.
    let grid = RasterGrid::covering(query.area(), Crs::LonLat, args.resolution)?;
    let cells = query.nearest(zones, grid)?.read(MemoryBudget::default())?;
    println!(
        "raster    {}, {} rows × {} columns of {}°",
        grid.crs(),
        grid.rows(),
        grid.cols(),
        grid.step_x()
    );
    println!("          {}", describe(&cells.view().count(limit)));

    // A point through the years.
    let middle = query.area().middle();
    for (year, point) in through_years(zones, &[], &[middle], &Channels::from(0..2), limit)? {
        println!(
            "{year}      {} at {:.4}, {:.4}: {}",
            point.status()[0].name(),
            middle.0,
            middle.1,
            point.values().row(0)
        );
    }
    let picture = args.output.join("region.png");
    write_picture(cells.view(), &picture)?;
    println!("\n{}", picture.display());
    Ok(())
}

/// Makes tiles on both sides of the border of zones 31 and 32, far in the north, where they are narrow; returns their root.
fn synthesize(folder: &Path) -> Result<PathBuf> {
    let root = folder.join("tiles");
    for year in [2023, 2024] {
        for name in ["grid_5.95_87.05", "grid_6.05_87.05"] {
            let tile = Synthetic::new(8).channels(16).tile(name.parse()?, Year::new(year)?)?;
            tessera_npy::write_tile(
                root.join(year.to_string()),
                name.parse()?,
                &tile.view(),
                Existing::Replace,
            )?;
        }
    }
    Ok(root)
}
