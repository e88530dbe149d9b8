//! What the examples share: pictures of pixels, and the time that each step takes.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use tessera_core::{QuantizedView, RasterGrid, ScaleCounts, ScaleLimit};
use tessera_io::{GeoTiffOptions, GeoTiffPictureWriter, GeoTiffSpec};
use tessera_pca::{Basis, Histogram, Moments, Pca, Stretch, StretchMethod};

/// Pixels that become a picture.
#[derive(Debug)]
pub struct Picture<'a> {
    /// The name of its files, without an extension.
    pub name: String,
    /// Where the pixels lie.
    pub grid: RasterGrid,
    /// The pixels.
    pub pixels: QuantizedView<'a>,
}

/// Writes pictures, in colours that match, as PNG and as GeoTIFF: some components of the valid pixels of all of them, counted
/// from 0, as red, green and blue. Prints what was written, and returns the components that are shown.
///
/// # Errors
/// Where there are fewer valid pixels than components, pixels have other channels, or a file cannot be written.
pub fn write_pictures(folder: &Path, pictures: &[Picture<'_>], shown: &[usize]) -> Result<Basis> {
    let limit = ScaleLimit::default();
    // Moments add up: those of all pictures are those of one large picture.
    let first = pictures.first().context("nothing to show")?;
    let mut moments = Moments::new(first.pixels.dim().2)?;
    for picture in pictures {
        moments.add_view(&picture.pixels, limit)?;
    }
    let depth = shown.iter().max().map_or(0, |last| last + 1);
    let basis = Pca::params(depth).fit(&moments).context("no picture can be made")?.select(shown)?;

    // Histograms do, too: one stretch for all.
    let mut histogram = Histogram::new(&basis);
    for picture in pictures {
        histogram.add_view(&basis, &picture.pixels, limit)?;
    }
    let stretch = histogram.stretch(StretchMethod::default())?;

    for Picture { name, grid, pixels } in pictures {
        let [png, tif] = ["png", "tif"].map(|kind| folder.join(format!("{name}.{kind}")));
        let colours = stretch.apply(basis.transform(pixels, limit)?.view())?;
        colours.write_png(&png)?;
        let (spec, options) = (GeoTiffSpec::of_picture(grid), GeoTiffOptions::default().overwrite(true));
        let mut writer = GeoTiffPictureWriter::create(&tif, spec, &options)?;
        writer.write_rows(colours.pixels())?;
        writer.finish()?;
        println!("{} × {} pixels of {}", grid.rows(), grid.cols(), grid.crs());
        println!("  {}\n  {}", png.display(), tif.display());
    }
    Ok(basis)
}

/// Writes the first three principal components of all valid pixels as red, green and blue.
///
/// # Errors
/// Where there are fewer valid pixels than components, or the file cannot be written.
pub fn write_picture(pixels: QuantizedView<'_>, path: &Path) -> Result<Basis> {
    let limit = ScaleLimit::default();
    let moments = Moments::of_view(&pixels, limit)?;
    let basis = Pca::params(3.min(pixels.dim().2)).fit(&moments).context("no picture can be made")?;
    let projected = basis.transform(&pixels, limit)?;
    let stretch = Stretch::fit(projected.view(), StretchMethod::default())?;
    stretch.apply(projected.view())?.write_png(path)?;
    Ok(basis)
}

/// Explained variance ratios as percentages.
#[must_use]
pub fn percentages(basis: &Basis) -> String {
    let each: Vec<_> =
        basis.explained_variance_ratio().iter().map(|r| format!("{:.1} %", r * 100.0)).collect();
    each.join(", ")
}

/// Counts of pixels in words; broken scales are named.
#[must_use]
pub fn describe(counts: &ScaleCounts) -> String {
    let mut text = format!("{} valid, {} water, {} no data", counts.valid, counts.water, counts.no_data);
    if counts.rejected() > 0 {
        text += &format!(" ({} of them with scales that cannot be meant)", counts.rejected());
    }
    text
}

/// Runs a step and prints how long it took.
///
/// # Errors
/// Those of the step.
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let begun = Instant::now();
    let result = work()?;
    println!("{name:<10}{:8.0} ms", begun.elapsed().as_secs_f64() * 1e3);
    Ok(result)
}
