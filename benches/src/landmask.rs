//! The landmask of the measured tile.

use std::io::Cursor;
use std::path::Path;

use anyhow::Result;
use tessera_core::{PIXEL_SIZE, PixelGrid};
use tiff::encoder::{TiffEncoder, colortype::Gray8};
use tiff::tags::Tag;

/// Writes a GeoTIFF (OGC GeoTIFF 1.1) that says where the pixels of a grid lie: land everywhere.
pub(crate) fn write(path: &Path, grid: &PixelGrid) -> Result<()> {
    let mut bytes = Cursor::new(Vec::new());
    let mut tiff = TiffEncoder::new(&mut bytes)?;
    let mut image = tiff.new_image::<Gray8>(grid.cols() as u32, grid.rows() as u32)?;
    let tags = image.encoder();
    tags.write_tag(Tag::ModelPixelScaleTag, &[PIXEL_SIZE, PIXEL_SIZE, 0.0][..])?;
    tags.write_tag(Tag::ModelTiepointTag, &[0.0, 0.0, 0.0, grid.west(), grid.north(), 0.0][..])?;
    // Version 1.1.0 and two keys: GTRasterType, pixel is area; ProjectedCSType, the EPSG code.
    let keys = [1, 1, 0, 2, 1025, 0, 1, 1, 3072, 0, 1, u16::try_from(grid.zone().epsg())?];
    tags.write_tag(Tag::GeoKeyDirectoryTag, &keys[..])?;
    image.write_data(&vec![1; grid.rows() * grid.cols()])?;
    Ok(std::fs::write(path, bytes.into_inner())?)
}
