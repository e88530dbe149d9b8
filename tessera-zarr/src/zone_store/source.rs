//! A UTM zone of one year, as a source.

use ndarray::{ArrayView2, ArrayViewMut2, ArrayViewMut3, Axis, s};
use tessera_core::{
    Channels, PixelGrid, PixelStatus, Quantized, ScaleLimit, Source, SourceError, Window, Year,
};

use super::group::ZoneGroup;
use super::zone::{Zone, ZonePart};
use crate::ReadError;
use crate::zone_read::{Around, Point, read_points, read_window};

/// A UTM zone of one year in a zone store, whose parts are read as they are asked for: as a raster in the northern CRS of
/// the zone.
///
/// Pixels that are not valid have values of 0 and a scale of NaN (water) or +inf (no data), whatever the store has there.
/// It is the store's, and shares its opened arrays and the indexes of shards with all other sources of the store.
#[derive(Debug, Clone)]
pub struct ZoneSource {
    store: String,
    year: Year,
    grid: PixelGrid,
    /// The parts that have the year, with its place on their time axes.
    parts: Vec<(ZonePart, u64)>,
    channels: usize,
    limit: ScaleLimit,
}

impl ZoneSource {
    pub(crate) fn new(store: String, zone: &Zone, year: Year, limit: ScaleLimit) -> Self {
        let parts = zone.parts.iter().filter_map(|part| Some((part.clone(), part.group.time(year)?)));
        let channels = zone.parts.first().map_or(0, |part| part.group.embeddings.channels());
        Self { store, year, grid: zone.grid, parts: parts.collect(), channels, limit }
    }

    /// The year.
    #[must_use]
    pub fn year(&self) -> Year {
        self.year
    }

    /// Reads a window of some channels into `out`, whose memory is used again.
    ///
    /// # Errors
    /// A window or channel that the store does not have, or an object that cannot be read or decoded.
    pub fn read_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), ReadError> {
        let window = window.within(self.grid.rows(), self.grid.cols())?;
        let list = channels.resolve(self.channels)?;
        let (mut data, scales) = out.reset(window.rows, window.cols, list.len());
        let shared =
            |(part, time): &(ZonePart, u64)| Some((part.clone(), *time, part.window.intersect(&window)?));
        let parts: Vec<_> = self.parts.iter().filter_map(shared).collect();
        if !matches!(parts.as_slice(), [(_, _, only)] if *only == window) {
            data.fill(0);
            scales.fill(f32::INFINITY);
        }
        for (part, time, own) in parts {
            let (row, col) = (own.row - window.row, own.col - window.col);
            let data = data.slice_mut(s![row..row + own.rows, col..col + own.cols, ..]);
            let scales = scales.slice_mut(s![row..row + own.rows, col..col + own.cols]);
            self.read_part(&part.group, time, part.in_group(own), &list, data, scales)?;
        }
        Ok(())
    }

    /// Scales first: where no pixel is valid, values need not be fetched.
    fn read_part(
        &self,
        group: &ZoneGroup,
        time: u64,
        window: Window,
        channels: &[usize],
        data: ArrayViewMut3<'_, i8>,
        mut scales: ArrayViewMut2<'_, f32>,
    ) -> Result<(), ReadError> {
        let normal = Normal { limit: self.limit, nan_is_no_data: group.nan_is_no_data };
        let planes = scales.view_mut().insert_axis(Axis(2));
        read_window(&group.scales, time, window, &[0], planes, &normal)?;
        let embeddings = group.embeddings_with(channels);
        read_window(embeddings, time, window, channels, data, &Valid { scales: scales.view() })
    }

    /// Reads single pixels (row, col) of some channels into `out`, as (pixels, 1, channels), each chunk once.
    ///
    /// # Errors
    /// As [`read_into`](Self::read_into).
    pub fn read_points_into(
        &self,
        pixels: &[(usize, usize)],
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), ReadError> {
        for &(row, col) in pixels {
            Window::new(row, col, 1, 1).within(self.grid.rows(), self.grid.cols())?;
        }
        let list = channels.resolve(self.channels)?;
        let (mut data, scales) = out.reset(pixels.len(), 1, list.len());
        data.fill(0);
        scales.fill(f32::INFINITY);
        let (Some(data), Some(scales)) = (data.as_slice_mut(), scales.as_slice_mut()) else { return Ok(()) };
        for (part, time) in &self.parts {
            let place = |&(row, col): &(usize, usize)| {
                let own = part.window.intersect(&Window::new(row, col, 1, 1))?;
                let own = part.in_group(own);
                Some((own.row, own.col))
            };
            let places: Vec<_> = pixels.iter().map(place).collect();
            let points = places.iter().zip(scales.chunks_mut(1));
            let points = points.filter_map(|(place, out)| place.map(|(row, col)| Point { row, col, out }));
            read_points(&part.group.scales, *time, &[0], points.collect())?;
            let normal = Normal { limit: self.limit, nan_is_no_data: part.group.nan_is_no_data };
            let mut valid = Vec::new();
            for ((place, scale), out) in places.iter().zip(scales.iter_mut()).zip(data.chunks_mut(list.len()))
            {
                let Some((row, col)) = *place else { continue };
                *scale = normal.scale(*scale);
                if scale.is_finite() {
                    valid.push(Point { row, col, out });
                }
            }
            read_points(part.group.embeddings_with(&list), *time, &list, valid)?;
        }
        Ok(())
    }

    fn failed(&self, cause: ReadError) -> SourceError {
        SourceError::new(self.name(), cause)
    }
}

/// Brings scales into the form in which they are given out.
struct Normal {
    limit: ScaleLimit,
    nan_is_no_data: bool,
}

impl Normal {
    fn scale(&self, scale: f32) -> f32 {
        match PixelStatus::of(scale, self.limit) {
            PixelStatus::Valid => scale,
            PixelStatus::Water if !self.nan_is_no_data => f32::NAN,
            PixelStatus::Water | PixelStatus::NoData => f32::INFINITY,
        }
    }
}

impl Around<f32> for Normal {
    fn finish(&self, _: Window, pixels: &mut ArrayViewMut3<'_, f32>) {
        pixels.mapv_inplace(|scale| self.scale(scale));
    }
}

/// Leaves values only where the scales say that there are any.
struct Valid<'a> {
    scales: ArrayView2<'a, f32>,
}

impl Valid<'_> {
    fn part(&self, part: Window) -> ArrayView2<'_, f32> {
        self.scales.slice(s![part.row_range(), part.col_range()])
    }
}

impl Around<i8> for Valid<'_> {
    fn wants(&self, part: Window) -> bool {
        self.part(part).iter().any(|scale| scale.is_finite())
    }

    fn finish(&self, part: Window, pixels: &mut ArrayViewMut3<'_, i8>) {
        let scales = self.part(part);
        if scales.iter().all(|scale| scale.is_finite()) {
            return;
        }
        for (mut values, scale) in pixels.lanes_mut(Axis(2)).into_iter().zip(&scales) {
            if !scale.is_finite() {
                values.fill(0);
            }
        }
    }
}

impl Source for ZoneSource {
    fn grid(&self) -> &PixelGrid {
        &self.grid
    }

    fn channels(&self) -> usize {
        self.channels
    }

    fn name(&self) -> String {
        format!("zone {} of {} in {}", self.grid.zone().number(), self.year, self.store)
    }

    fn read_window_into(
        &self,
        window: Window,
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        self.read_into(window, channels, out).map_err(|cause| self.failed(cause))
    }

    fn read_pixels_into(
        &self,
        pixels: &[(usize, usize)],
        channels: &Channels,
        out: &mut Quantized,
    ) -> Result<(), SourceError> {
        self.read_points_into(pixels, channels, out).map_err(|cause| self.failed(cause))
    }

    fn block_rows(&self) -> usize {
        self.parts.first().map_or(1, |(part, _)| part.group.embeddings.chunk_edges().0)
    }
}
