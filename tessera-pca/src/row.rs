//! A row of quantized pixels as plain slices.

use std::array;
use std::borrow::Cow;

use ndarray::{ArrayView, Axis, Dimension};
use tessera_core::{PixelStatus, QuantizedView, ScaleLimit, ScalesView};

use crate::block::PANEL;

/// A row of pixels, contiguous: copied only where the view has another layout.
pub(crate) struct Row<'a> {
    /// (cols, channels).
    data: Cow<'a, [i8]>,
    scales: Cow<'a, [f32]>,
    channels: usize,
    per_channel: bool,
}

/// The pixels of a row.
#[derive(Clone, Copy)]
pub(crate) struct Pixels<'a> {
    data: &'a [i8],
    scales: &'a [f32],
    channels: usize,
    per_channel: bool,
    limit: ScaleLimit,
}

/// The values of one valid pixel, not yet multiplied.
#[derive(Clone, Copy)]
pub(crate) struct Pixel<'a> {
    pub(crate) data: &'a [i8],
    pub(crate) scales: PixelScales<'a>,
}

/// What the values of a pixel are multiplied by.
#[derive(Clone, Copy)]
pub(crate) enum PixelScales<'a> {
    /// All by the same.
    One(f32),
    /// Each channel by its own.
    Each(&'a [f32]),
}

impl<'a> Row<'a> {
    /// Row `row` of a view that has at least one channel; the row must exist.
    pub(crate) fn of(view: &QuantizedView<'a>, row: usize) -> Self {
        let data = contiguous(view.data().index_axis_move(Axis(0), row));
        let (scales, per_channel) = match view.scales() {
            ScalesView::Pixel(scales) => (contiguous(scales.index_axis_move(Axis(0), row)), false),
            ScalesView::Channel(scales) => (contiguous(scales.index_axis_move(Axis(0), row)), true),
        };
        Self { data, scales, channels: view.dim().2, per_channel }
    }

    /// Its pixels.
    pub(crate) fn pixels(&self, limit: ScaleLimit) -> Pixels<'_> {
        let Self { channels, per_channel, .. } = *self;
        Pixels { data: &self.data, scales: &self.scales, channels, per_channel, limit }
    }
}

/// The elements in standard order, borrowed where they lie that way.
fn contiguous<'a, T: Clone, D: Dimension>(view: ArrayView<'a, T, D>) -> Cow<'a, [T]> {
    match view.to_slice() {
        Some(slice) => Cow::Borrowed(slice),
        None => Cow::Owned(view.iter().cloned().collect()),
    }
}

impl<'a> Pixels<'a> {
    /// How many pixels there are, valid or not.
    pub(crate) fn len(self) -> usize {
        self.data.len() / self.channels
    }

    /// Every pixel, from the west; `None` where it is not valid.
    #[inline(always)]
    pub(crate) fn iter(self) -> impl Iterator<Item = Option<Pixel<'a>>> {
        let Self { channels, per_channel, limit, .. } = self;
        let each = if per_channel { channels } else { 1 };
        self.data.chunks_exact(channels).zip(self.scales.chunks_exact(each)).map(move |(data, scales)| {
            if per_channel {
                let valid = PixelStatus::of_all(scales.iter().copied(), limit) == PixelStatus::Valid;
                valid.then_some(Pixel { data, scales: PixelScales::Each(scales) })
            } else {
                let scale = scales[0];
                limit.admits(scale).then_some(Pixel { data, scales: PixelScales::One(scale) })
            }
        })
    }
}

impl Pixel<'_> {
    /// The dequantized values, [`PANEL`] channels at a time, zeros beyond the last.
    #[inline(always)]
    pub(crate) fn for_each_panel(self, mut each: impl FnMut(usize, [f32; PANEL])) {
        let (panels, rest) = self.data.as_chunks::<PANEL>();
        match self.scales {
            PixelScales::One(scale) => {
                for (index, data) in panels.iter().enumerate() {
                    each(index, array::from_fn(|k| f32::from(data[k]) * scale));
                }
                if !rest.is_empty() {
                    let data = padded(rest);
                    each(panels.len(), array::from_fn(|k| f32::from(data[k]) * scale));
                }
            }
            PixelScales::Each(scales) => {
                let (scale_panels, scale_rest) = scales.as_chunks::<PANEL>();
                for (index, (data, scales)) in panels.iter().zip(scale_panels).enumerate() {
                    each(index, array::from_fn(|k| f32::from(data[k]) * scales[k]));
                }
                if !rest.is_empty() {
                    let (data, scales) = (padded(rest), padded(scale_rest));
                    each(panels.len(), array::from_fn(|k| f32::from(data[k]) * scales[k]));
                }
            }
        }
    }
}

/// The values, and zeros.
#[inline(always)]
fn padded<T: Copy + Default>(values: &[T]) -> [T; PANEL] {
    let mut all = [T::default(); PANEL];
    all.iter_mut().zip(values).for_each(|(to, value)| *to = *value);
    all
}
