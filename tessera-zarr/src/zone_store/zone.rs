//! The groups of a UTM zone as one raster.

use std::sync::Arc;

use tessera_core::{ByteRanges, Hemisphere, PixelGrid, Window, Year};

use super::group::ZoneGroup;
use crate::OpenError;

/// A UTM zone: one group, or one for each hemisphere, as one raster in the northern CRS.
#[derive(Debug)]
pub(crate) struct Zone {
    pub(crate) grid: PixelGrid,
    /// Parts of the raster that do not overlap; between them there is no data.
    pub(crate) parts: Vec<ZonePart>,
}

/// The part of a zone that a group holds.
#[derive(Debug, Clone)]
pub(crate) struct ZonePart {
    pub(crate) group: Arc<ZoneGroup>,
    /// Its pixels in the zone.
    pub(crate) window: Window,
    /// The row and column of the first of them in the group.
    pub(crate) first: (usize, usize),
}

impl Zone {
    /// The raster of the groups of one zone; the error says which two do not fit and why.
    pub(crate) fn new(store: &str, groups: Vec<ZoneGroup>) -> Result<Self, OpenError> {
        let conflict = |a: &ZoneGroup, b: &ZoneGroup, why: &str| OpenError::Zones {
            name: store.to_owned(),
            group: a.path.clone(),
            other: format!("group {}", b.path),
            why: why.to_owned(),
        };
        if let [a, b, ..] = groups.as_slice() {
            let halves = [Some(Hemisphere::North), Some(Hemisphere::South)];
            if groups.len() > 2 || [a.name.hemisphere, b.name.hemisphere] != halves {
                return Err(conflict(a, b, "both are of the same part of the zone"));
            }
            if a.grid.offset_in(&b.grid).is_none() {
                return Err(conflict(a, b, "their pixels do not coincide"));
            }
        }
        // Groups of both hemispheres may each reach beyond the equator, to whole shards: there the other one has the
        // pixels.
        let cut = groups.len() == 2;
        let mut placed = Vec::new();
        for group in groups {
            let north = group.grid.northern();
            let rows = north.rows();
            // Rows with their centres north of the equator.
            let northern =
                (north.north() / tessera_core::PIXEL_SIZE - 0.5).ceil().clamp(0.0, rows as f64) as usize;
            let kept = match group.name.hemisphere {
                Some(Hemisphere::North) if cut => 0..northern,
                Some(Hemisphere::South) if cut => northern..rows,
                _ => 0..rows,
            };
            let window = Window::new(kept.start, 0, kept.len(), north.cols());
            if let Ok(grid) = north.window(&window) {
                placed.push((grid, kept.start, Arc::new(group)));
            }
        }
        let invalid =
            |why: String| OpenError::Metadata { name: store.to_owned(), object: "zarr.json".into(), why };
        let grid = hull(placed.iter().map(|(grid, ..)| *grid)).ok_or_else(|| {
            invalid("the groups of a zone span more than a raster of UTM can, or nothing at all".into())
        })?;
        let parts = placed.into_iter().filter_map(|(part, first_row, group)| {
            let (row, col) = part.offset_in(&grid)?;
            let window = Window::new(row as usize, col as usize, part.rows(), part.cols());
            Some(ZonePart { group, window, first: (first_row, 0) })
        });
        Ok(Self { grid, parts: parts.collect() })
    }
}

impl Zone {
    /// West, south, east and north of what is written of a year, within the strip of the zone; all of the strip where that
    /// cannot be found out, and `None` where the zone has nothing of the year.
    pub(crate) fn extent(&self, bytes: &dyn ByteRanges, year: Year, strip: Edges) -> Option<Edges> {
        let mut all: Option<Edges> = None;
        for part in &self.parts {
            // What cannot be read may have anything.
            let Ok(time) = part.group.time(year) else { return Some(strip) };
            let Some(time) = time else { continue };
            let scales = &part.group.scales;
            let Ok(Some(written)) = scales.written(bytes, time) else { return Some(strip) };
            let windows = written.iter().filter_map(|(index, _)| scales.window_of(index));
            let Some(window) = windows.reduce(Window::hull) else { continue };
            let bounds = part.group.grid.window(&window).ok().and_then(|grid| grid.lon_lat_bounds().ok());
            let Some(bounds) = bounds else { return Some(strip) };
            let own = (bounds.min().x, bounds.min().y, bounds.max().x, bounds.max().y);
            all =
                Some(all.map_or(own, |all| {
                    (all.0.min(own.0), all.1.min(own.1), all.2.max(own.2), all.3.max(own.3))
                }));
        }
        let within = |at: f64, low: f64, high: f64| at.clamp(low, high);
        all.map(|(w, s, e, n)| {
            let (w, e) = (within(w, strip.0, strip.2), within(e, strip.0, strip.2));
            (w, within(s, strip.1, strip.3), e, within(n, strip.1, strip.3))
        })
    }
}

/// West, south, east and north in degrees.
type Edges = (f64, f64, f64, f64);

impl ZonePart {
    /// A window of the zone, all of which lies in the part, as one of the group.
    pub(crate) fn in_group(&self, window: Window) -> Window {
        let (row, col) =
            (window.row - self.window.row + self.first.0, window.col - self.window.col + self.first.1);
        Window { row, col, ..window }
    }
}

/// The smallest grid that holds all of these, which share their pixels.
fn hull(grids: impl Iterator<Item = PixelGrid>) -> Option<PixelGrid> {
    grids.map(Some).reduce(|a, b| {
        let (a, b) = (a?, b?);
        let (row, col) = b.offset_in(&a)?;
        let (first_row, first_col) = (row.min(0), col.min(0));
        let end = |at: i64, own: usize, other: usize| (at + own as i64).max(other as i64);
        let (rows, cols) =
            (end(row, b.rows(), a.rows()) - first_row, end(col, b.cols(), a.cols()) - first_col);
        let (west, north) = (a.west().min(b.west()), a.north().max(b.north()));
        PixelGrid::new(a.zone(), west, north, usize::try_from(rows).ok()?, usize::try_from(cols).ok()?).ok()
    })?
}
