//! The file that is asked for.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use tessera_core::MemoryBudget;

use crate::layout::LayoutArgs;

/// Where a raster goes, and how.
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// The file to write: .npy (int8 values, with _scales.npy and .json beside it), .zarr (a store), .tif (a Cloud Optimized
    /// GeoTIFF of float32), .png (a picture of three principal components)
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: PathBuf,

    /// In .npy, float32 values with NaN where there is none, in place of int8 values and scales
    #[arg(long)]
    pub(super) dequantize: bool,

    /// Memory for pixels, in MiB unless said otherwise
    #[arg(long, value_name = "SIZE", default_value = "1GiB")]
    pub(crate) memory: MemoryBudget,

    /// Replace what exists
    #[arg(long)]
    pub(super) overwrite: bool,

    #[command(flatten)]
    pub(super) layout: LayoutArgs,
}

/// The formats of rasters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Npy,
    Zarr,
    GeoTiff,
    Png,
}

impl OutputArgs {
    /// The format that the name of the output says.
    pub(super) fn format(&self) -> Result<Format> {
        let extension = self.output.extension().map(|end| end.to_string_lossy().to_lowercase());
        let format = match extension.as_deref() {
            Some("npy") => Format::Npy,
            Some("zarr") => Format::Zarr,
            Some("tif" | "tiff") => Format::GeoTiff,
            Some("png") => Format::Png,
            _ => bail!("{}: expected a name that ends in .npy, .zarr, .tif or .png", self.output.display()),
        };
        if self.dequantize && matches!(format, Format::Zarr | Format::Png) {
            bail!(
                "--dequantize is for .npy, and .tif holds float32 anyway: {} has int8 values and scales, or colours",
                self.output.display()
            );
        }
        Ok(format)
    }

    /// Refuses, before anything is opened, what cannot be written.
    pub(crate) fn check(&self, means: bool) -> Result<()> {
        let format = self.format()?;
        if means && format == Format::Zarr {
            bail!("means are float32, which stores do not hold: expected an output of .npy, .tif or .png");
        }
        if format == Format::Zarr {
            self.layout.layout()?;
        }
        Ok(())
    }
}

impl Format {
    /// The names of all files of a raster; the first is the one that was asked for.
    pub(super) fn files(self, args: &OutputArgs, name: &Path, means: bool) -> Vec<PathBuf> {
        let mut files = vec![name.to_owned()];
        match self {
            Self::Npy if means => files.push(beside(name, "_counts")),
            Self::Npy if !args.dequantize => files.push(beside(name, "_scales")),
            Self::GeoTiff if means => files.push(beside(name, "_counts")),
            _ => {}
        }
        if self == Self::Npy {
            files.push(name.with_extension("json"));
        }
        files
    }
}

/// The name of a file beside a path: with something added before its extension.
pub(super) fn beside(path: &Path, added: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(added);
    if let Some(extension) = path.extension() {
        name.push(".");
        name.push(extension);
    }
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_extension() {
        assert_eq!(beside(Path::new("a/b.c.npy"), "_utm30"), Path::new("b.c_utm30.npy"));
        assert_eq!(beside(Path::new("b.tif"), ""), Path::new("b.tif"));
    }
}
