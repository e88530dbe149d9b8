//! A tile in its place.

use std::ops::Range;

use crate::mosaic::blocks::Blocks;
use crate::mosaic::{Look, MosaicError};
use crate::{
    Fetches, PixelGrid, QuantizedView, ScalesView, SourceError, Tile, TileId, UtmProjection, Window,
};

/// A tile with its place in the raster.
pub(super) struct Placed<'a> {
    pub(super) id: TileId,
    /// Easting and northing of the centre of its cell in metres of the raster's CRS.
    pub(super) center: (f64, f64),
    /// Row and column of the raster where it begins; may lie outside.
    row: i64,
    col: i64,
    tile: Box<dyn Tile + 'a>,
    /// What was fetched, where it is not mapped.
    blocks: Option<Blocks>,
    /// One past the last of its rows whose memory was given back.
    released: usize,
}

impl<'a> Placed<'a> {
    /// The tile in its place on a grid; `None` where it does not touch it.
    pub(super) fn new(
        tile: Box<dyn Tile + 'a>,
        grid: &PixelGrid,
        utm: &UtmProjection,
    ) -> Result<Option<Self>, MosaicError> {
        let own = *tile.grid();
        let Some((row, col)) = own.offset_in(grid) else {
            let (name, zone) = (tile.name(), own.zone());
            let (west, north) = (own.west(), own.north());
            return Err(MosaicError::Place { tile: name, west, north, zone, expected: grid.zone() });
        };
        let overlap = |at: i64, own: usize, all: usize| at < all as i64 && at + own as i64 > 0;
        if !overlap(row, own.rows(), grid.rows()) || !overlap(col, own.cols(), grid.cols()) {
            return Ok(None);
        }
        let id = tile.id();
        let center = utm.project(id.lon(), id.lat())?;
        let mapped = tile.view().is_some_and(|view| matches!(view.scales(), ScalesView::Pixel(_)));
        // Only the columns that the raster has are fetched.
        let cols = (-col).max(0) as usize..((grid.cols() as i64 - col).min(own.cols() as i64)) as usize;
        let blocks = (!mapped).then(|| Blocks::new(cols));
        Ok(Some(Self { id, center, row, col, tile, blocks, released: 0 }))
    }

    /// The rows of the tile that lie among rows of the raster.
    fn own_rows(&self, rows: &Range<usize>) -> Range<usize> {
        let all = self.tile.grid().rows() as i64;
        let own = |row: usize| (row as i64 - self.row).clamp(0, all) as usize;
        own(rows.start)..own(rows.end)
    }

    /// Fetches what of these rows of the raster has to be fetched, and gives back what lies further north.
    pub(super) fn prepare(&mut self, rows: &Range<usize>) -> Result<(), SourceError> {
        let own = self.own_rows(rows);
        if let Some(blocks) = &mut self.blocks {
            return blocks.prepare(&*self.tile, &own);
        }
        if own.start > self.released {
            self.tile.release(self.released..own.start);
            self.released = own.start;
        }
        Ok(())
    }

    /// What [`prepare`](Self::prepare) will ask of a store of objects; nothing is known of a tile that is mapped.
    pub(super) fn plan(&mut self, rows: &Range<usize>) -> Result<Option<Fetches>, SourceError> {
        let own = self.own_rows(rows);
        match &mut self.blocks {
            Some(blocks) => blocks.plan(&*self.tile, &own),
            None => Ok(None),
        }
    }

    /// Bytes that are fetched at a time for so many rows of the raster.
    pub(super) fn block_bytes(&self, rows: usize) -> u64 {
        self.blocks.as_ref().map_or(0, |blocks| blocks.bytes(&*self.tile, rows))
    }

    /// Its prepared pixels, where it touches a window of the raster.
    pub(super) fn look(&self, window: &Window) -> Option<Look<'_>> {
        let (first_row, first_col, pixels): (usize, usize, QuantizedView<'_>) = match &self.blocks {
            None => (0, 0, self.tile.view()?),
            Some(blocks) => blocks.view()?,
        };
        let (row, col) = (self.row + first_row as i64, self.col + first_col as i64);
        // Those of blocks were collapsed when they were fetched.
        let ScalesView::Pixel(scales) = pixels.scales() else { return None };
        let (rows, cols) = scales.dim();
        let touches = row < window.end_row() as i64
            && row + rows as i64 > window.row as i64
            && col < window.end_col() as i64
            && col + cols as i64 > window.col as i64;
        touches.then_some(Look { placed: self, data: pixels.data(), scales, row, col })
    }
}

impl Drop for Placed<'_> {
    fn drop(&mut self) {
        // What was read to the end need not stay resident until the file is unmapped.
        if self.blocks.is_none() {
            self.tile.release(self.released..self.tile.grid().rows());
        }
    }
}
