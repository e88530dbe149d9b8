//! What the examples share: a picture of pixels, and the time that each step takes.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use tessera_core::{QuantizedView, ScaleCounts, ScaleLimit};
use tessera_pca::{Basis, Moments, Pca, Stretch, StretchMethod};

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
