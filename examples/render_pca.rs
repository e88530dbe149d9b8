//! Pictures of embeddings: three principal components as red, green and blue, of tiles, of a region or around a point.
//!
//! `cargo run --release --example render_pca` makes two small synthetic tiles and renders them in colours that match; with
//! paths it renders those tiles, and with `--bbox`, or with `--lon`, `--lat` and `--size`, a part of an archive or zone store.
//! Each picture is written twice: as PNG, and as a GeoTIFF that lies where the pixels lie.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use tessera_core::synthetic::Synthetic;
use tessera_core::{
    Answer, ArchiveZones, Channels, MemoryBudget, Query, Region, Source, Tile, Year, Zones, patch,
};
use tessera_examples::{Picture, percentages, write_pictures};
use tessera_npy::{Existing, NpyArchive, NpyTile};
use tessera_zarr::ZoneStore;

/// Make pictures in colours that match.
#[derive(Parser)]
struct Args {
    /// Tile folders or embeddings .npy files; for a part of them, one folder of tiles by year or zone store [default:
    /// synthetic tiles, made on the spot]
    sources: Vec<PathBuf>,

    /// A box in degrees: a picture for each UTM zone
    #[arg(long, value_name = "W,S,E,N", allow_hyphen_values = true, conflicts_with = "size")]
    bbox: Option<Region>,

    /// Longitude of the middle of a square
    #[arg(long, allow_hyphen_values = true, requires = "size")]
    lon: Option<f64>,

    /// Latitude of the middle of a square
    #[arg(long, allow_hyphen_values = true, requires = "size")]
    lat: Option<f64>,

    /// Rows and columns of the square
    #[arg(long, requires_all = ["lon", "lat"])]
    size: Option<usize>,

    /// The year of a part
    #[arg(long, default_value = "2024")]
    year: Year,

    /// Which components are red, green and blue
    #[arg(long, value_delimiter = ',', default_value = "1,2,3")]
    components: Vec<usize>,

    /// The folder for the pictures
    #[arg(short, long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/render_pca"))]
    output: PathBuf,
}

fn main() -> Result<()> {
    let args = Args::parse();
    fs::create_dir_all(&args.output).with_context(|| format!("cannot make {}", args.output.display()))?;
    if args.bbox.is_some() || args.size.is_some() {
        let [source] = &args.sources[..] else {
            bail!("expected one folder of tiles by year, or one zone store")
        };
        // It is asked the same, whether tiles lie behind it or a store.
        return if source.join("zarr.json").is_file() {
            render_part(&ZoneStore::open(source)?, &args)
        } else {
            render_part(&ArchiveZones::new(&NpyArchive::open(source)?), &args)
        };
    }
    let sources = if args.sources.is_empty() { synthesize(&args.output)? } else { args.sources.clone() };
    let tiles = sources.iter().map(NpyTile::open).collect::<Result<Vec<_>, _>>()?;
    for pair in tiles.windows(2) {
        // Vectors of different versions of the dataset are of different spaces.
        let (a, b) = (pair[0].version(), pair[1].version());
        ensure!(
            a.mixes_with(b),
            "{} is of dataset {a}, {} of {b}: expected the same",
            pair[0].id(),
            pair[1].id()
        );
    }
    let mut pictures = Vec::new();
    for tile in &tiles {
        pictures.push(Picture {
            name: tile.id().to_string(),
            grid: (*tile.grid()).into(),
            pixels: tile.view(),
        });
    }
    render(&pictures, &args)
}

/// Reads a square around a point, or a box zone by zone.
fn render_part(zones: &dyn Zones, args: &Args) -> Result<()> {
    let (budget, mut parts) = (MemoryBudget::default(), Vec::new());
    if let Some((point, size)) = args.lon.zip(args.lat).zip(args.size) {
        let (grid, pixels) = patch(zones, args.year, point, size, &Channels::All, budget)?;
        parts.push(("square".to_owned(), grid.into(), pixels));
    } else if let Some(region) = args.bbox {
        for part in Query::new(region, args.year).native(zones)? {
            parts.push((format!("utm{:02}", part.number()), part.raster(), part.read(budget)?));
        }
    }
    let mut pictures = Vec::new();
    for (name, grid, pixels) in &parts {
        pictures.push(Picture { name: name.clone(), grid: *grid, pixels: pixels.view() });
    }
    render(&pictures, args)
}

fn render(pictures: &[Picture<'_>], args: &Args) -> Result<()> {
    ensure!(args.components.iter().all(|&number| number > 0), "components are counted from 1");
    let shown: Vec<usize> = args.components.iter().map(|number| number - 1).collect();
    let basis = write_pictures(&args.output, pictures, &shown)?;
    println!("variance  {} explained by red, green, blue", percentages(&basis));
    Ok(())
}

/// Makes two tiles that overlap, far in the north, where they are narrow; returns their folders.
fn synthesize(folder: &Path) -> Result<Vec<PathBuf>> {
    let root = folder.join("tiles").join("v1").join("2024");
    fs::create_dir_all(&root)?;
    let make = |name: &str| {
        let tile = Synthetic::new(8).tile(name.parse()?, Year::new(2024)?)?;
        Ok(tessera_npy::write_tile(&root, name.parse()?, &tile.view(), Existing::Replace)?)
    };
    ["grid_5.85_87.05", "grid_5.95_87.05"].map(make).into_iter().collect()
}
