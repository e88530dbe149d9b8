//! A block of dequantized pixels, laid out for the Gram kernel.

use std::array;

use pulp::WithSimd;

use crate::gram::panel_sums;
use crate::row::Pixels;
use crate::simd::Simd;

/// Channels in a panel: one cache line of float32.
pub(crate) const PANEL: usize = 16;

/// Pixels in a block, 96 KiB at 128 channels: it stays in the second-level cache while its panels are paired, and a pair in
/// the first. More pixels share the cost of handing sums on to float64, a few per cent; fewer round less.
pub(crate) const PIXELS: usize = 192;

/// A block of dequantized pixels minus an origin, cut by channels into panels: [panel][pixel][channel], zeros beyond
/// the last channel. Neighbouring loads of the kernel are neighbours in memory.
pub(crate) struct Block {
    panels: Vec<[[f32; PANEL]; PIXELS]>,
    origin: Vec<[f32; PANEL]>,
    len: usize,
}

impl Block {
    /// An empty block for pixels of so many channels, with its origin at zero.
    pub(crate) fn new(channels: usize) -> Self {
        let panels = channels.div_ceil(PANEL);
        Self { panels: vec![[[0.0; PANEL]; PIXELS]; panels], origin: vec![[0.0; PANEL]; panels], len: 0 }
    }

    /// Forgets the pixels and puts the origin back to zero.
    pub(crate) fn reset(&mut self) {
        self.len = 0;
        self.origin.fill([0.0; PANEL]);
    }

    /// Forgets the pixels.
    pub(crate) fn clear(&mut self) {
        self.len = 0;
    }

    /// How many pixels there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Whether no further pixel fits.
    pub(crate) fn is_full(&self) -> bool {
        self.len == PIXELS
    }

    /// The pixels of a panel.
    #[inline(always)]
    pub(crate) fn panel(&self, panel: usize) -> &[[f32; PANEL]] {
        &self.panels[panel][..self.len]
    }

    /// How many panels there are.
    #[inline(always)]
    pub(crate) fn panels(&self) -> usize {
        self.panels.len()
    }

    /// What is subtracted from each value, a number for each channel.
    pub(crate) fn origin(&self) -> &[f32] {
        self.origin.as_flattened()
    }

    /// Takes valid pixels until the block is full or the row ends, starting at pixel `from` of the row; returns the
    /// pixel to go on with, which is the end of the row where all were seen.
    pub(crate) fn take(&mut self, pixels: Pixels<'_>, from: usize, simd: Simd) -> usize {
        simd.run(Take { block: self, pixels, from })
    }

    /// Moves the origin from zero to the mean of the pixels that are there.
    ///
    /// Sums of products of values that are small beside their mean lose the digits that matter; near the mean they
    /// keep them.
    pub(crate) fn centre(&mut self) {
        for (panel, origin) in self.panels.iter_mut().zip(&mut self.origin) {
            let pixels = &mut panel[..self.len];
            *origin = panel_sums(pixels).map(|sum| sum / self.len as f32);
            for pixel in pixels {
                pixel.iter_mut().zip(&*origin).for_each(|(value, origin)| *value -= origin);
            }
        }
    }
}

struct Take<'a> {
    block: &'a mut Block,
    pixels: Pixels<'a>,
    from: usize,
}

impl WithSimd for Take<'_> {
    type Output = usize;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> usize {
        let Self { block, pixels, from } = self;
        let mut next = from;
        for pixel in pixels.iter().skip(from) {
            if block.len == PIXELS {
                return next;
            }
            next += 1;
            let Some(pixel) = pixel else { continue };
            let at = block.len;
            pixel.for_each_panel(|panel, values| {
                let origin = &block.origin[panel];
                block.panels[panel][at] = array::from_fn(|k| values[k] - origin[k]);
            });
            block.len += 1;
        }
        next
    }
}
