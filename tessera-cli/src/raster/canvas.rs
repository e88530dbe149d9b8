//! Files of colours.

use std::path::Path;

use anyhow::{Context, Result, bail};
use tessera_core::{MemoryBudget, RasterGrid};
use tessera_io::{GeoTiffOptions, GeoTiffPictureWriter, GeoTiffSpec};
use tessera_pca::{PngWriter, Rgba};

/// The formats of pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PictureFormat {
    Png,
    GeoTiff,
}

impl PictureFormat {
    /// The format that the name of the output says.
    pub(crate) fn of(output: &Path) -> Result<Self> {
        let extension = output.extension().map(|end| end.to_string_lossy().to_lowercase());
        match extension.as_deref() {
            Some("png") => Ok(Self::Png),
            Some("tif" | "tiff") => Ok(Self::GeoTiff),
            _ => bail!("{}: expected a name that ends in .png or .tif", output.display()),
        }
    }
}

/// A picture that is being painted, row by row from the north.
pub(super) enum Canvas {
    Png(PngWriter),
    GeoTiff(GeoTiffPictureWriter),
}

impl Canvas {
    /// A picture of the cells of a grid; GeoTIFFs have the metadata, and may hold so much.
    pub(super) fn begin(
        format: PictureFormat,
        path: &Path,
        grid: &RasterGrid,
        metadata: &[(String, String)],
        memory: MemoryBudget,
    ) -> Result<Self> {
        Ok(match format {
            PictureFormat::Png => Self::Png(PngWriter::create(path, grid.rows(), grid.cols())?),
            PictureFormat::GeoTiff => {
                let mut spec = GeoTiffSpec::of_picture(grid);
                spec.metadata = metadata.to_vec();
                let options = GeoTiffOptions::default().memory(memory.bytes());
                Self::GeoTiff(GeoTiffPictureWriter::create(path, spec, &options)?)
            }
        })
    }

    pub(super) fn write(&mut self, rows: &Rgba) -> Result<()> {
        match self {
            Self::Png(writer) => Ok(writer.write_rows(rows.pixels())?),
            Self::GeoTiff(writer) => Ok(writer.write_rows(rows.pixels())?),
        }
    }

    /// Ends the picture; returns its bytes.
    pub(super) fn finish(self) -> Result<u64> {
        match self {
            Self::Png(writer) => writer.finish().context("the picture cannot be ended"),
            Self::GeoTiff(writer) => Ok(writer.finish()?.bytes),
        }
    }
}
