//! A shard put together from tiles.

use tessera_core::{Channels, Mosaic, MosaicError, PixelGrid, ScaleCounts, Window};

use crate::chunk_codec::ChunkCodec;
use crate::in_order::in_order;
use crate::scratch::Scratch;
use crate::zone_write::pair::ShardFile;
use crate::zone_write::transpose::to_planes;
use crate::{ZoneFillError, ZoneLayout, ZoneUnit};

/// Puts the shards of a store together.
pub(crate) struct Assembler {
    layout: ZoneLayout,
    channels: usize,
    embeddings: ChunkCodec,
    scales: ChunkCodec,
}

/// The pixels of a shard that lie in the zone.
pub(crate) fn grid_of(unit: &ZoneUnit, layout: &ZoneLayout, zone: &PixelGrid) -> Option<PixelGrid> {
    let edge = layout.shard_edge();
    let first = |at: u64| usize::try_from(at.checked_mul(edge)?).ok();
    let edge = usize::try_from(edge).ok()?;
    let window =
        Window::new(first(unit.row)?, first(unit.col)?, edge, edge).clip(zone.rows(), zone.cols())?;
    zone.window(&window).ok()
}

/// What is told between two bands, and may end it.
pub(crate) struct Between<'a> {
    /// Bytes of pixels that are done.
    pub(crate) told: &'a (dyn Fn(u64) + Sync),
    pub(crate) stop: &'a (dyn Fn() -> bool + Sync),
}

/// Which of a chunk's two halves are not fill.
struct Encoded {
    embeddings: bool,
    scales: bool,
    counts: ScaleCounts,
}

impl Assembler {
    pub(crate) fn new(layout: ZoneLayout, channels: usize) -> Result<Self, String> {
        let codec = layout.codec_kind();
        let (embeddings, scales) = (ChunkCodec::new(codec, 1)?, ChunkCodec::new(codec, 4)?);
        Ok(Self { layout, channels, embeddings, scales })
    }

    /// Appends all inner chunks of a shard to its two objects, a band of inner chunks at a time: what is in memory does
    /// not depend on the size of the shard, and rows of tiles are given back once they are encoded.
    pub(crate) fn write(
        &self,
        unit: &ZoneUnit,
        mosaic: &mut Mosaic<'_>,
        (embeddings, scales): (&mut ShardFile, &mut ShardFile),
        between: &Between<'_>,
    ) -> Result<ScaleCounts, ZoneFillError> {
        let (inner, grid) = (self.layout.inner_edge() as usize, *mosaic.grid());
        let per_side = (self.layout.shard_edge() / self.layout.inner_edge()) as usize;
        let mut counts = ScaleCounts::default();
        for band in 0..per_side {
            if (between.stop)() {
                return Err(ZoneFillError::Stopped { unit: unit.to_string() });
            }
            let rows = (band * inner).min(grid.rows())..((band + 1) * inner).min(grid.rows());
            if !rows.is_empty() {
                mosaic.prepare(rows.clone())?;
            }
            let mosaic = &*mosaic;
            let work = |at: usize, scratch: &mut Scratch| {
                let window =
                    Window::new(rows.start, at * inner, rows.len(), inner).clip(grid.rows(), grid.cols());
                window.map_or_else(|| Ok(blank()), |window| self.chunk(unit, mosaic, window, scratch))
            };
            let append = |done: Encoded, scratch: &mut Scratch| {
                counts += done.counts;
                embeddings
                    .push(done.embeddings.then_some(&scratch.encoded))
                    .and_then(|()| scales.push(done.scales.then_some(&scratch.second)))
                    .map_err(ZoneFillError::io(unit.to_string()))
            };
            in_order(per_side, work, append)?;
            (between.told)((rows.len() * grid.cols()) as u64 * (self.channels as u64 + 4));
        }
        Ok(counts)
    }

    /// Leaves the encoded embeddings and scales of an inner chunk in the scratch memory.
    fn chunk(
        &self,
        unit: &ZoneUnit,
        mosaic: &Mosaic<'_>,
        window: Window,
        scratch: &mut Scratch,
    ) -> Result<Encoded, ZoneFillError> {
        let inner = self.layout.inner_edge() as usize;
        let Scratch { encoded, second, decoded, pixels, scales, contexts } = scratch;
        pixels.resize(window.pixels() * self.channels, 0);
        scales.resize(window.pixels(), 0.0);
        let counts = mosaic.gather_into(window, &Channels::All, pixels, scales)?;
        if (window.rows, window.cols) != (inner, inner) {
            pad(pixels, &window, inner, self.channels, 0);
            pad(scales, &window, inner, 1, f32::INFINITY);
        }
        let refused = |why| ZoneFillError::Encode { unit: unit.to_string(), why };
        let there = counts.valid > 0;
        if there {
            decoded.resize(pixels.len(), 0);
            to_planes(bytemuck::cast_slice(pixels), decoded, inner * inner, self.channels);
            self.embeddings.encode(decoded, encoded, contexts).map_err(refused)?;
        }
        let some = scales.iter().any(|scale| *scale != f32::INFINITY);
        if some {
            if cfg!(target_endian = "big") {
                scales.iter_mut().for_each(|scale| *scale = f32::from_bits(scale.to_bits().swap_bytes()));
            }
            self.scales.encode(bytemuck::cast_slice(scales), second, contexts).map_err(refused)?;
        }
        Ok(Encoded { embeddings: there, scales: some, counts })
    }
}

/// An inner chunk beyond the zone, or without any pixel.
fn blank() -> Encoded {
    Encoded { embeddings: false, scales: false, counts: ScaleCounts::default() }
}

/// Widens the pixels of a window that was cut off at the zone's edge to a whole inner chunk.
fn pad<T: Copy>(pixels: &mut Vec<T>, window: &Window, inner: usize, depth: usize, fill: T) {
    let mut whole = vec![fill; inner * inner * depth];
    let width = window.cols * depth;
    for (row, out) in pixels.chunks_exact(width).zip(whole.chunks_exact_mut(inner * depth)) {
        out[..width].copy_from_slice(row);
    }
    *pixels = whole;
}

impl ZoneFillError {
    /// The tile that made it fail, where it was one.
    pub(crate) fn tile(&self) -> Option<(tessera_core::TileId, String)> {
        match self {
            Self::Mosaic(MosaicError::Tile { id, cause }) if !cause.may_pass() => {
                Some((*id, cause.to_string()))
            }
            _ => None,
        }
    }
}
