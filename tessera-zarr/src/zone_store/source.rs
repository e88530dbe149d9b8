//! A UTM zone of one year, as a source.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, ArrayViewMut3, Axis, s};
use tessera_core::{
    Channels, Fetches, PixelGrid, PixelStatus, Quantized, ScaleLimit, Source, SourceError, Window, Year,
};

use super::group::ZoneGroup;
use super::zone::{Zone, ZonePart};
use crate::asked::Asked;
use crate::zone_read::{Around, Point, Slice, plan_points, plan_window, read_points, read_window};
use crate::{OpenError, ReadError};

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
    /// What was asked to open it.
    pub(super) opening: Fetches,
}

impl ZoneSource {
    /// A zone in a year; `None` where it does not have the year.
    pub(crate) fn new(
        store: String,
        zone: &Zone,
        year: Year,
        limit: ScaleLimit,
    ) -> Result<Option<Self>, OpenError> {
        let mut parts = Vec::new();
        for part in &zone.parts {
            parts.extend(part.group.time(year)?.map(|time| (part.clone(), time)));
        }
        let channels = zone.parts.first().map_or(0, |part| part.group.embeddings.channels());
        let (grid, opening) = (zone.grid, Fetches::default());
        Ok((!parts.is_empty()).then_some(Self { store, year, grid, parts, channels, limit, opening }))
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
        let [embeddings, own_scales] = slices(group, time, channels);
        let asked = Asked::default();
        self.read_scales(group, own_scales, &embeddings, window, scales.view_mut(), &asked)?;
        read_window(&embeddings, None, window, data, &Valid { scales: scales.view() }, &asked)
    }

    /// While the scales come, so do the indexes of those shards of values that may be wanted next.
    fn read_scales(
        &self,
        group: &ZoneGroup,
        scales: Slice<'_, '_>,
        next: &Slice<'_, '_>,
        window: Window,
        out: ArrayViewMut2<'_, f32>,
        asked: &Asked,
    ) -> Result<(), ReadError> {
        let normal = Normal { limit: self.limit, nan_is_no_data: group.nan_is_no_data };
        read_window(&scales, Some(next), window, out.insert_axis(Axis(2)), &normal, asked)
    }

    /// What [`read_into`](Self::read_into), called in place of this, would ask of the store; `None` where that is not
    /// known, as where an array is read in the general way. It reads the scales, which say where values are wanted. See
    /// [`Source::fetches`].
    ///
    /// # Errors
    /// As [`read_into`](Self::read_into).
    pub fn plan_fetches(&self, window: Window, channels: &Channels) -> Result<Option<Fetches>, ReadError> {
        let window = window.within(self.grid.rows(), self.grid.cols())?;
        let list = channels.resolve(self.channels)?;
        let asked = Asked::plan();
        for (part, time) in &self.parts {
            let Some(own) = part.window.intersect(&window) else { continue };
            let own = part.in_group(own);
            let [embeddings, scales] = slices(&part.group, *time, &list);
            let mut there = Array2::zeros((own.rows, own.cols));
            self.read_scales(&part.group, scales, &embeddings, own, there.view_mut(), &asked)?;
            plan_window(&embeddings, own, &Valid { scales: there.view() }, &asked)?;
        }
        Ok(asked.total())
    }

    /// As [`plan_fetches`](Self::plan_fetches), for [`read_points_into`](Self::read_points_into).
    ///
    /// # Errors
    /// As [`read_into`](Self::read_into).
    pub fn plan_fetches_of_points(
        &self,
        pixels: &[(usize, usize)],
        channels: &Channels,
    ) -> Result<Option<Fetches>, ReadError> {
        let asked = Asked::plan();
        let list = self.check_points(pixels, channels)?;
        let mut scales = vec![f32::INFINITY; pixels.len()];
        for (part, time) in &self.parts {
            let (valid, slice) = self.read_point_scales(part, *time, pixels, &list, &mut scales, &asked)?;
            let places: Vec<_> = valid.into_iter().map(|(_, place)| place).collect();
            plan_points(&slice, &places, &asked)?;
        }
        Ok(asked.total())
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
        let list = self.check_points(pixels, channels)?;
        let (mut data, scales) = out.reset(pixels.len(), 1, list.len());
        data.fill(0);
        scales.fill(f32::INFINITY);
        let (Some(data), Some(scales)) = (data.as_slice_mut(), scales.as_slice_mut()) else { return Ok(()) };
        let asked = Asked::default();
        for (part, time) in &self.parts {
            let (valid, slice) = self.read_point_scales(part, *time, pixels, &list, scales, &asked)?;
            let mut outs = data.chunks_mut(list.len()).enumerate();
            let points = valid.into_iter().filter_map(|(index, (row, col))| {
                let (_, out) = outs.find(|(at, _)| *at == index)?;
                Some(Point { row, col, out })
            });
            read_points(&slice, None, points.collect(), &asked)?;
        }
        Ok(())
    }

    fn check_points(&self, pixels: &[(usize, usize)], channels: &Channels) -> Result<Vec<usize>, ReadError> {
        for &(row, col) in pixels {
            Window::new(row, col, 1, 1).within(self.grid.rows(), self.grid.cols())?;
        }
        Ok(channels.resolve(self.channels)?)
    }

    /// Reads the scales of those pixels that lie in a part; gives the valid ones, each with its place in the list and in
    /// the group, ascending, and what to read of them next.
    fn read_point_scales<'r, 'c>(
        &self,
        part: &'r ZonePart,
        time: u64,
        pixels: &[(usize, usize)],
        channels: &'c [usize],
        scales: &mut [f32],
        asked: &Asked,
    ) -> Result<(Vec<PlacedPixel>, Slice<'r, 'c>), ReadError> {
        let place = |&(row, col): &(usize, usize)| {
            let own = part.window.intersect(&Window::new(row, col, 1, 1))?;
            let own = part.in_group(own);
            Some((own.row, own.col))
        };
        let places: Vec<_> = pixels.iter().map(place).collect();
        let points = places.iter().zip(scales.chunks_mut(1));
        let points = points.filter_map(|(place, out)| place.map(|(row, col)| Point { row, col, out }));
        let [embeddings, own_scales] = slices(&part.group, time, channels);
        read_points(&own_scales, Some(&embeddings), points.collect(), asked)?;
        let normal = Normal { limit: self.limit, nan_is_no_data: part.group.nan_is_no_data };
        let mut valid = Vec::new();
        for (index, (place, scale)) in places.iter().zip(scales).enumerate() {
            let Some(place) = *place else { continue };
            *scale = normal.scale(*scale);
            if scale.is_finite() {
                valid.push((index, place));
            }
        }
        Ok((valid, embeddings))
    }

    fn failed(&self, cause: ReadError) -> SourceError {
        cause.of_source(self.name())
    }
}

/// A pixel: its place in a list, and its row and column in its group.
type PlacedPixel = (usize, (usize, usize));

/// The embeddings of a time and channels, and their scales.
fn slices<'r, 'c>(group: &'r ZoneGroup, time: u64, channels: &'c [usize]) -> [Slice<'r, 'c>; 2] {
    [
        Slice { array: group.embeddings_with(channels), time, channels },
        Slice { array: &group.scales, time, channels: &[0] },
    ]
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

    fn fetches(&self, window: Window, channels: &Channels) -> Result<Option<Fetches>, SourceError> {
        self.plan_fetches(window, channels).map_err(|cause| self.failed(cause))
    }

    fn fetches_of_pixels(
        &self,
        pixels: &[(usize, usize)],
        channels: &Channels,
    ) -> Result<Option<Fetches>, SourceError> {
        self.plan_fetches_of_points(pixels, channels).map_err(|cause| self.failed(cause))
    }

    /// What [`Zones::zone`](tessera_core::Zones::zone) asked to find out whether anything is there.
    fn opening(&self) -> Fetches {
        self.opening
    }

    fn block_rows(&self) -> usize {
        self.parts.first().map_or(1, |(part, _)| part.group.embeddings.chunk_edges().0)
    }
}
