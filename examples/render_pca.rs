//! Pictures of several tiles in the same colours: one basis and one stretch for all.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Parser;
use tessera_core::{ScaleLimit, Source, Tile};
use tessera_examples::percentages;
use tessera_npy::NpyTile;
use tessera_pca::{Moments, Pca, Stretch, StretchMethod};

/// Make pictures of tiles in colours that match.
#[derive(Parser)]
struct Args {
    /// Tile folders or embeddings .npy files
    #[arg(required = true)]
    tiles: Vec<PathBuf>,

    /// The folder for the pictures
    #[arg(short, long)]
    output: PathBuf,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let limit = ScaleLimit::default();
    let tiles = args.tiles.iter().map(NpyTile::open).collect::<Result<Vec<_>, _>>()?;

    // Moments add up: those of all tiles are those of one large tile.
    let mut all = Moments::new(tiles[0].channels())?;
    for tile in &tiles {
        if tiles.len() > 1 && !tile.version().mixes_with(tiles[0].version()) {
            bail!(
                "{} is of version {} and {} of version {}: vectors of different or unknown versions cannot be compared",
                tile.name(),
                tile.version(),
                tiles[0].name(),
                tiles[0].version()
            );
        }
        all.merge(&Moments::of_view(&tile.view(), limit)?)?;
    }
    let basis = Pca::params(3).fit(&all)?;
    let projected =
        tiles.iter().map(|tile| basis.transform(&tile.view(), limit)).collect::<Result<Vec<_>, _>>()?;
    let views: Vec<_> = projected.iter().map(|cube| cube.view()).collect();
    let stretch = Stretch::fit_all(&views, StretchMethod::default())?;

    fs::create_dir_all(&args.output).with_context(|| format!("cannot make {}", args.output.display()))?;
    for (tile, view) in tiles.iter().zip(views) {
        let path = args.output.join(format!("{}.png", tile.id()));
        stretch.apply(view)?.write_png(&path)?;
        println!("{}", path.display());
    }
    println!("variance  {} of {} pixels", percentages(&basis), all.count());
    Ok(())
}
