//! A UTM zone that was opened for a query.

use std::ops::Range;

use ndarray::s;

use super::QueryError;
use crate::{Channels, Fetches, PixelGrid, Quantized, Region, ScalesView, Source, Window, Year, Zones};

/// Refuses a year that is certainly not there.
pub(super) fn check_year(zones: &dyn Zones, year: Year) -> Result<(), QueryError> {
    if zones.may_have(year) {
        return Ok(());
    }
    Err(QueryError::Year { name: zones.name(), year, years: zones.years() })
}

/// That there is nothing in a region, or of the year.
pub(super) fn nothing(zones: &dyn Zones, year: Year, region: Region) -> QueryError {
    let (name, years) = (zones.name(), zones.years());
    if !years.contains(&year) {
        return QueryError::Year { name, year, years };
    }
    QueryError::Nothing { name, year, region, boxes: zones.boxes(year), years }
}

/// The source of a zone, some of whose channels are wanted.
pub(super) struct Opened<'z> {
    pub(super) number: u8,
    pub(super) source: Box<dyn Source + 'z>,
    /// The grid of the source, in the northern CRS.
    pub(super) grid: PixelGrid,
    channels: Channels,
    /// How many channels are wanted.
    pub(super) depth: usize,
}

impl std::fmt::Debug for Opened<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened").field("source", &self.source.name()).field("grid", &self.grid).finish()
    }
}

impl<'z> Opened<'z> {
    /// Opens a zone, where something is known to lie in the region.
    pub(super) fn open(
        zones: &'z dyn Zones,
        number: u8,
        year: Year,
        region: &Region,
        channels: &Channels,
    ) -> Result<Option<Self>, QueryError> {
        let Some(source) = zones.zone(number, year, region)? else { return Ok(None) };
        let grid = source.grid().northern();
        let lattice = PixelGrid::of_zone(number).ok().and_then(|lattice| grid.offset_in(&lattice));
        if lattice.is_none() {
            return Err(QueryError::Lattice { name: source.name(), zone: number });
        }
        let list = channels.resolve(source.channels());
        let depth = list.map_err(|cause| QueryError::Channels { name: source.name(), cause })?.len();
        Ok(Some(Self { number, source, grid, channels: channels.clone(), depth }))
    }

    /// Refuses zones that differ in their channels, and gives the number of them; 0 where there is no zone.
    pub(super) fn depth_of(zones: &[Self]) -> Result<usize, QueryError> {
        let Some(first) = zones.first() else { return Ok(0) };
        match zones.iter().find(|zone| zone.depth != first.depth) {
            None => Ok(first.depth),
            Some(zone) => Err(QueryError::Depth {
                name: zone.source.name(),
                zone: zone.number,
                got: zone.depth,
                expected: first.depth,
            }),
        }
    }

    /// Reads a rectangle that begins at a row and column of the source, which may be outside: what the source does not
    /// have is no data.
    pub(super) fn read_into(
        &self,
        (row, col): (i64, i64),
        (rows, cols): (usize, usize),
        out: &mut Quantized,
    ) -> Result<(), QueryError> {
        let inside = (within(row, rows, self.grid.rows()), within(col, cols, self.grid.cols()));
        let (own_rows, own_cols) = inside;
        if (own_rows.len(), own_cols.len()) == (rows, cols) {
            let window = Window::new(own_rows.start, own_cols.start, rows, cols);
            self.source.read_window_into(window, &self.channels, out)?;
            return self.check_scales(out);
        }
        let (mut data, scales) = out.reset(rows, cols, self.depth);
        data.fill(0);
        scales.fill(f32::INFINITY);
        if own_rows.is_empty() || own_cols.is_empty() {
            return Ok(());
        }
        // Where the part begins in the output: not negative, as it begins inside.
        let at = |own: &Range<usize>, from: i64| usize::try_from(own.start as i64 - from).unwrap_or(0);
        let (top, left) = (at(&own_rows, row), at(&own_cols, col));
        let all = Window::new(own_rows.start, own_cols.start, own_rows.len(), own_cols.len());
        let mut part = Quantized::empty();
        for block in all.row_blocks(self.rows_of(COPY_BYTES, all.cols)) {
            self.source.read_window_into(block, &self.channels, &mut part)?;
            self.check_scales(&part)?;
            let (down, view) = (block.row - all.row + top, part.view());
            let (to_rows, to_cols) = (down..down + block.rows, left..left + block.cols);
            data.slice_mut(s![to_rows.clone(), to_cols.clone(), ..]).assign(&view.data());
            if let ScalesView::Pixel(from) = view.scales() {
                scales.slice_mut(s![to_rows, to_cols]).assign(&from);
            }
        }
        Ok(())
    }

    /// What [`read_into`](Self::read_into) will ask of a store.
    pub(super) fn fetches(
        &self,
        (row, col): (i64, i64),
        (rows, cols): (usize, usize),
    ) -> Result<Option<Fetches>, QueryError> {
        let (own_rows, own_cols) = (within(row, rows, self.grid.rows()), within(col, cols, self.grid.cols()));
        let all = Window::new(own_rows.start, own_cols.start, own_rows.len(), own_cols.len());
        if own_rows.is_empty() || own_cols.is_empty() {
            return Ok(Some(Fetches::default()));
        }
        if (all.rows, all.cols) == (rows, cols) {
            return Ok(self.source.fetches(all, &self.channels)?);
        }
        let mut sum = Some(Fetches::default());
        for block in all.row_blocks(self.rows_of(COPY_BYTES, all.cols)) {
            sum = Fetches::both(sum, self.source.fetches(block, &self.channels)?);
        }
        Ok(sum)
    }

    /// What [`read_pixels_into`](Self::read_pixels_into) will ask of a store.
    pub(super) fn fetches_of_pixels(&self, pixels: &[(usize, usize)]) -> Result<Option<Fetches>, QueryError> {
        Ok(self.source.fetches_of_pixels(pixels, &self.channels)?)
    }

    /// Reads single pixels.
    pub(super) fn read_pixels_into(
        &self,
        pixels: &[(usize, usize)],
        out: &mut Quantized,
    ) -> Result<(), QueryError> {
        self.source.read_pixels_into(pixels, &self.channels, out)?;
        self.check_scales(out)
    }

    /// How many rows of so many columns take so many bytes: at least one.
    pub(super) fn rows_of(&self, bytes: usize, cols: usize) -> usize {
        (bytes / cols.saturating_mul(self.depth + size_of::<f32>()).max(1)).max(1)
    }

    fn check_scales(&self, pixels: &Quantized) -> Result<(), QueryError> {
        match pixels.view().scales() {
            ScalesView::Pixel(_) => Ok(()),
            ScalesView::Channel(_) => Err(QueryError::Scales { name: self.source.name() }),
        }
    }
}

/// What is copied at a time.
const COPY_BYTES: usize = 16 << 20;

/// The part of a run that lies within 0..all.
fn within(from: i64, length: usize, all: usize) -> Range<usize> {
    let clamp = |at: i64| usize::try_from(at.max(0)).unwrap_or(0).min(all);
    let (first, end) = (clamp(from), clamp(from.saturating_add_unsigned(length as u64)));
    first..end.max(first)
}
