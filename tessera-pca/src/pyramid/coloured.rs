//! The coloured pixels that some chunks show.

use std::collections::BTreeMap;

use rayon::prelude::*;
use tessera_core::{Channels, PixelLookup, PyramidChunk, Quantized, Region, Source, Window, ZoneColumns};

use super::shape::Shape;
use super::{PyramidBuilder, PyramidError};

/// Quantized bytes that are read at a time, about.
const STRIP_BYTES: usize = 32 << 20;
/// The most, where less would fetch the same rows twice.
const STRIP_BYTES_MAX: usize = 64 << 20;

/// The pixels of each UTM zone that some chunks of level 0 show, coloured: read once, by strips.
pub(super) struct Coloured {
    pictures: Vec<Picture>,
    /// In the order of their chunks.
    parts: Vec<ChunkPart>,
    /// Rows of the world at level 0.
    rows: u64,
    /// Pixels that were read.
    pub(super) pixels: u64,
    /// Their quantized bytes.
    pub(super) bytes: u64,
}

/// The colours of a window of a zone.
struct Picture {
    window: Window,
    colours: Vec<[u8; 4]>,
}

/// The columns of a chunk that lie in one zone.
struct ChunkPart {
    chunk: PyramidChunk,
    /// Which picture.
    picture: usize,
    lookup: PixelLookup,
}

impl Coloured {
    /// Reads and colours what some chunks of level 0 show, which are in their order and near each other.
    pub(super) fn of(
        builder: &PyramidBuilder<'_>,
        shape: &Shape,
        block: PyramidChunk,
        chunks: &[PyramidChunk],
    ) -> Result<Self, PyramidError> {
        let read = |cause| PyramidError::Source { block, cause };
        let mut zones: BTreeMap<u8, Vec<(PyramidChunk, ZoneColumns)>> = BTreeMap::new();
        for &chunk in chunks {
            for part in zone_columns(shape, chunk)? {
                zones.entry(part.zone).or_default().push((chunk, part));
            }
        }
        let (rows, _) = shape.grid.shape(0);
        let mut all = Self { pictures: Vec::new(), parts: Vec::new(), rows, pixels: 0, bytes: 0 };
        for (number, columns) in zones {
            let region = columns.iter().map(|(_, part)| part.region).reduce(hull);
            let Some(region) = region else { continue };
            let source = builder.zones.zone(number, builder.year, &region).map_err(read)?;
            let Some(source) = source else { continue };
            let grid = source.grid().northern();
            let picture = all.pictures.len();
            let look = |(chunk, part): &(PyramidChunk, ZoneColumns)| {
                let raster = shape.grid.raster(*chunk);
                let raster = raster.map_err(|cause| PyramidError::Raster { chunk: *chunk, cause })?;
                let lookup = PixelLookup::new(&raster, part.cols.clone(), &grid);
                let lookup = lookup.map_err(|cause| PyramidError::Projection { block, cause })?;
                Ok(ChunkPart { chunk: *chunk, picture, lookup })
            };
            let parts = columns.par_iter().map(look).collect::<Result<Vec<_>, PyramidError>>()?;
            let window = parts.iter().filter_map(|part| part.lookup.window()).reduce(Window::hull);
            let Some(window) = window else { continue };
            all.parts.extend(parts);
            all.pixels += window.pixels() as u64;
            all.bytes += (window.pixels() * (source.channels() + size_of::<f32>())) as u64;
            all.pictures.push(Picture::read(builder, block, number, &*source, window)?);
        }
        all.parts.sort_by_key(|part| part.chunk);
        Ok(all)
    }

    /// Whether a chunk of any level has a pixel to show.
    pub(super) fn has(&self, chunk: PyramidChunk) -> bool {
        self.parts.iter().any(|part| part.chunk.ancestor(chunk.level) == chunk)
    }

    /// The cells of a chunk of level 0: each has the colour of the pixel that contains its centre.
    pub(super) fn cells(&self, chunk: PyramidChunk, edge: usize) -> Vec<u8> {
        let mut cells = vec![0; 4 * edge * edge];
        let first = self.parts.partition_point(|part| part.chunk < chunk);
        let parts = &self.parts[first..];
        for part in parts.iter().take_while(|part| part.chunk == chunk) {
            let Picture { window, colours } = &self.pictures[part.picture];
            let above = u64::from(chunk.row) * edge as u64;
            // Rows beyond the world stay transparent.
            let rows = self.rows.saturating_sub(above).min(edge as u64) as usize;
            for (row, line) in cells.chunks_exact_mut(4 * edge).take(rows).enumerate() {
                let (line, _) = line.as_chunks_mut::<4>();
                part.lookup.for_row(row, |col, (r, c)| {
                    // The window holds every pixel that is shown.
                    let at = (r - window.row) * window.cols + (c - window.col);
                    if let Some(colour) = colours.get(at) {
                        line[col] = *colour;
                    }
                });
            }
        }
        cells
    }
}

impl Picture {
    /// Reads a window of a zone by strips, and colours each.
    fn read(
        builder: &PyramidBuilder<'_>,
        block: PyramidChunk,
        number: u8,
        source: &dyn Source,
        window: Window,
    ) -> Result<Self, PyramidError> {
        let failed = |cause| PyramidError::Colour { block, name: source.name(), cause };
        let mut colours: Vec<[u8; 4]> = Vec::new();
        let pixels = window.pixels();
        colours.try_reserve_exact(pixels).map_err(|_| PyramidError::Memory { block, pixels })?;
        let strips: Vec<_> = strips(window, source).collect();
        let mut buffer = Quantized::empty();
        // The largest first: where it has to grow, there are two of it.
        if let Some(rows) = strips.iter().map(|strip| strip.rows).max().filter(|_| source.view().is_none()) {
            buffer.reset(rows, window.cols, source.channels());
        }
        for strip in strips {
            let picture = match source.view() {
                Some(view) => {
                    let view = view.window(strip).map_err(|cause| failed(cause.into()))?;
                    (builder.colour)(&view, number)
                }
                None => {
                    let read = source.read_window_into(strip, &Channels::All, &mut buffer);
                    read.map_err(|cause| PyramidError::Source { block, cause })?;
                    (builder.colour)(&buffer.view(), number)
                }
            };
            let picture = picture.map_err(&failed)?;
            let (rows, cols, _) = picture.pixels().dim();
            if (rows, cols) != (strip.rows, strip.cols) {
                let why = format!("{rows} × {cols} colours: expected {} × {}", strip.rows, strip.cols);
                return Err(failed(why.into()));
            }
            colours.extend_from_slice(picture.bytes().as_chunks().0);
        }
        Ok(Self { window, colours })
    }
}

/// Strips of rows of a window, cut where the rows end that are fetched together.
fn strips(window: Window, source: &dyn Source) -> impl Iterator<Item = Window> + use<> {
    let row = window.cols.saturating_mul(source.channels() + size_of::<f32>()).max(1);
    let (wanted, most) = ((STRIP_BYTES / row).max(1), (STRIP_BYTES_MAX / row).max(1));
    let together = source.block_rows().max(1);
    let rows = if together <= most { (wanted / together).max(1) * together } else { wanted };
    let mut next = window.row;
    std::iter::from_fn(move || {
        let start = next;
        next = ((start / rows + 1).saturating_mul(rows)).min(window.end_row());
        (start < next).then(|| Window::new(start, window.col, next - start, window.cols))
    })
}

/// The columns of a chunk of level 0 by zone, without those beyond the world.
fn zone_columns(shape: &Shape, chunk: PyramidChunk) -> Result<Vec<ZoneColumns>, PyramidError> {
    let raster = shape.grid.raster(chunk).map_err(|cause| PyramidError::Raster { chunk, cause })?;
    let (edge, (_, cols)) = (shape.grid.edge(), shape.grid.shape(0));
    let left = cols.saturating_sub(u64::from(chunk.col) * edge as u64);
    let window = Window::new(0, 0, edge, left.min(edge as u64) as usize);
    // The grids of pyramids have longitudes.
    Ok(raster.zone_columns(&window).unwrap_or_default())
}

/// The box around two parts of a zone.
fn hull(a: Region, b: Region) -> Region {
    let (west, south) = (a.west().min(b.west()), a.south().min(b.south()));
    let (east, north) = (a.east().max(b.east()), a.north().max(b.north()));
    Region::new(west, south, east, north).unwrap_or(a)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, Array3};
    use tessera_core::{MemorySource, PixelGrid, QuantizedView, Scales, SourceError};

    struct Rows(MemorySource, usize, usize);

    impl Source for Rows {
        fn grid(&self) -> &PixelGrid {
            self.0.grid()
        }
        fn channels(&self) -> usize {
            self.2
        }
        fn name(&self) -> String {
            "rows".into()
        }
        fn read_window_into(&self, w: Window, c: &Channels, out: &mut Quantized) -> Result<(), SourceError> {
            self.0.read_window_into(w, c, out)
        }
        fn view(&self) -> Option<QuantizedView<'_>> {
            None
        }
        fn block_rows(&self) -> usize {
            self.1
        }
    }

    #[test]
    fn strips_end_where_chunks_do_and_are_not_too_large() {
        let grid = PixelGrid::of_zone(31).unwrap().with_shape(2, 2).unwrap();
        let one = Quantized::new(Array3::zeros((2, 2, 1)), Scales::Pixel(Array2::zeros((2, 2)))).unwrap();
        let source = |rows, channels| Rows(MemorySource::new(grid, one.clone()).unwrap(), rows, channels);
        for (together, channels, cols, most) in [
            (1, 128, 1400, 181),
            (64, 128, 1400, 128),
            (256, 128, 1400, 256),
            (4096, 128, 1400, 181),
            (7, 60_000, 4096, 1),
        ] {
            let window = Window::new(1000, 50, 3000, cols);
            let strips: Vec<_> = strips(window, &source(together, channels)).collect();
            assert_eq!(strips.iter().map(|strip| strip.rows).sum::<usize>(), 3000);
            assert_eq!(strips.iter().map(|strip| strip.rows).max(), Some(most));
            assert_eq!(strips.first().map(|strip| strip.row), Some(1000));
            for pair in strips.windows(2) {
                assert_eq!(pair[0].end_row(), pair[1].row);
                assert!(together == 4096 || most == 1 || pair[1].row % together == 0);
            }
        }
    }
}
