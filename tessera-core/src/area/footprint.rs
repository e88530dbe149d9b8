//! The pixels of an area in a UTM zone.

use std::ops::ControlFlow::{self, Break, Continue};

use geo_types::{Rect, coord};

use super::longitude::{ZONE_WIDTH, normal, zone_of};
use super::utm_box::UtmBox;
use super::{Area, Cover};
use crate::{PixelGrid, ProjectionError, UtmProjection, Window};

/// What the projection of a box may be off by, in degrees: a tenth of a millimetre.
const SLACK: f64 = 1e-9;

/// Which pixels of a grid have their centres in an area, and in the longitudes of the grid's own UTM zone.
///
/// A window is halved until it lies wholly inside or outside, which its box in degrees tells; only where the outline
/// passes through the last few pixels are these looked at one by one. So the cost is that of the outline.
#[derive(Debug)]
pub(crate) struct Footprint<'a> {
    area: &'a Area,
    grid: PixelGrid,
    boxes: UtmBox,
}

impl<'a> Footprint<'a> {
    pub(crate) fn new(area: &'a Area, grid: PixelGrid) -> Result<Self, ProjectionError> {
        Ok(Self { area, grid, boxes: UtmBox::new(UtmProjection::new(grid.zone())?)? })
    }

    /// The smallest window that holds every pixel inside; `None` where there is none.
    pub(crate) fn window(&self) -> Result<Option<Window>, ProjectionError> {
        let Some(all) = self.candidates()? else { return Ok(None) };
        let rows = |from: usize, to: usize| Window { row: all.row + from, rows: to - from, ..all };
        let Some(first) = self.first(all.rows, rows)? else { return Ok(None) };
        let from_end = |from: usize, to: usize| rows(all.rows - to, all.rows - from);
        let last = self.first(all.rows, from_end)?.unwrap_or(0);
        let all = rows(first, all.rows - last);
        let cols = |from: usize, to: usize| Window { col: all.col + from, cols: to - from, ..all };
        let left = self.first(all.cols, cols)?.unwrap_or(0);
        let right = self.first(all.cols, |from, to| cols(all.cols - to, all.cols - from))?.unwrap_or(0);
        Ok(Some(cols(left, all.cols - right)))
    }

    /// A window that holds every pixel inside, and some more.
    fn candidates(&self) -> Result<Option<Window>, ProjectionError> {
        let Some(part) = self.area.in_zone(self.grid.zone().number()) else { return Ok(None) };
        let own = |lon: f64| (lon - self.boxes.meridian()).clamp(-ZONE_WIDTH / 2.0, ZONE_WIDTH / 2.0);
        let metres = self.boxes.metres(&Rect::new(
            coord! { x: own(part.west()), y: part.south() },
            coord! { x: own(part.east()), y: part.north() },
        ))?;
        let pixels = |metres: f64, more: f64, n: usize| {
            (metres / crate::PIXEL_SIZE + more).clamp(0.0, n as f64) as usize
        };
        let (grid, low, high) = (&self.grid, metres.min(), metres.max());
        let (row, end_row) = (
            pixels(grid.north() - high.y, -2.0, grid.rows()),
            pixels(grid.north() - low.y, 3.0, grid.rows()),
        );
        let (col, end_col) =
            (pixels(low.x - grid.west(), -2.0, grid.cols()), pixels(high.x - grid.west(), 3.0, grid.cols()));
        let all = Window::new(row, col, end_row.saturating_sub(row), end_col.saturating_sub(col));
        let rows = self.boxes.rows_between_poles(grid);
        Ok(all.intersect(&Window::new(rows.start, 0, rows.len(), grid.cols())))
    }

    /// The first of `lines` lines that has a pixel inside; `block` makes the window of some of them. Looks at ever more
    /// of them at a time, then halves the block that has one.
    fn first(
        &self,
        lines: usize,
        block: impl Fn(usize, usize) -> Window,
    ) -> Result<Option<usize>, ProjectionError> {
        let (mut from, mut size) = (0, 1);
        while from < lines {
            let mut to = lines.min(from + size);
            if self.any(block(from, to))? {
                while to - from > 1 {
                    let middle = from.midpoint(to);
                    if self.any(block(from, middle))? { to = middle } else { from = middle }
                }
                return Ok(Some(from));
            }
            (from, size) = (to, size * 2);
        }
        Ok(None)
    }

    /// Whether no pixel of the grid is inside.
    pub(crate) fn is_empty(&self) -> Result<bool, ProjectionError> {
        Ok(match self.candidates()? {
            Some(window) => !self.any(window)?,
            None => true,
        })
    }

    fn any(&self, window: Window) -> Result<bool, ProjectionError> {
        let found = self.visit(window, &mut |_, inside| if inside { Break(()) } else { Continue(()) })?;
        Ok(found.is_break())
    }

    /// The parts of a window that are outside, and the box around those that are inside.
    pub(crate) fn split(&self, window: Window) -> Result<Split, ProjectionError> {
        let each = |part: Window| -> Result<Split, ProjectionError> {
            let mut split = Split::default();
            let _ = self.visit(part, &mut |part, inside| {
                split.add(part, inside);
                Continue(())
            })?;
            Ok(split)
        };
        #[cfg(feature = "rayon")]
        if window.pixels() >= 1 << 14 {
            use rayon::iter::{IntoParallelIterator, ParallelIterator};
            let blocks: Vec<_> = window.split(128, 1024).collect();
            let parts: Vec<_> = blocks.into_par_iter().map(each).collect::<Result<_, _>>()?;
            return Ok(parts.into_iter().fold(Split::default(), Split::join));
        }
        each(window)
    }

    /// Hands over a window in parts, each wholly inside or outside.
    fn visit(
        &self,
        window: Window,
        each: &mut impl FnMut(Window, bool) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ProjectionError> {
        let rows = self.boxes.rows_between_poles(&self.grid);
        let [beyond, before] = [
            Window { row: 0, rows: rows.start, ..window },
            Window { row: rows.end, rows: self.grid.rows() - rows.end, ..window },
        ];
        for polar in [beyond, before] {
            if let Some(part) = polar.intersect(&window)
                && each(part, false).is_break()
            {
                return Ok(Break(()));
            }
        }
        match window.intersect(&Window { row: rows.start, rows: rows.len(), ..window }) {
            Some(part) => self.halve(part, each),
            None => Ok(Continue(())),
        }
    }

    fn halve(
        &self,
        window: Window,
        each: &mut impl FnMut(Window, bool) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ProjectionError> {
        if window.pixels() <= 4 {
            for pixel in window.split(1, 1) {
                if each(pixel, self.holds(pixel.row, pixel.col)?).is_break() {
                    return Ok(Break(()));
                }
            }
            return Ok(Continue(()));
        }
        match self.cover(&window)? {
            Cover::All => return Ok(each(window, true)),
            Cover::Nothing => return Ok(each(window, false)),
            Cover::Part => {}
        }
        let (rows, cols) =
            if window.rows >= window.cols { (window.rows / 2, 0) } else { (0, window.cols / 2) };
        let first = Window {
            rows: if rows > 0 { rows } else { window.rows },
            cols: if cols > 0 { cols } else { window.cols },
            ..window
        };
        let second =
            Window::new(window.row + rows, window.col + cols, window.rows - rows, window.cols - cols);
        match self.halve(first, each)? {
            Break(()) => Ok(Break(())),
            Continue(()) => self.halve(second, each),
        }
    }

    /// Whether a pixel is inside.
    fn holds(&self, row: usize, col: usize) -> Result<bool, ProjectionError> {
        let (lon, lat) = self.grid.lon_lat(self.boxes.utm(), row, col)?;
        Ok(zone_of(lon) == self.grid.zone().number() && self.area.contains(lon, lat))
    }

    /// How many of a window's pixels, between the poles, are inside.
    fn cover(&self, window: &Window) -> Result<Cover, ProjectionError> {
        let degrees = self.boxes.degrees_of(&self.grid, window)?;
        let half = ZONE_WIDTH / 2.0;
        let (west, east) = (degrees.min().x - SLACK, degrees.max().x + SLACK);
        if east < -half || west >= half {
            return Ok(Cover::Nothing);
        }
        let own = |lon: f64| self.boxes.meridian() + lon.clamp(-half, half);
        let part = Rect::new(
            coord! { x: own(west), y: degrees.min().y - SLACK },
            coord! { x: own(east), y: degrees.max().y + SLACK },
        );
        Ok(match self.area.cover(&part) {
            Cover::All if west < -half || east >= half => Cover::Part,
            cover => cover,
        })
    }

    /// The pixel of the grid that holds a point.
    pub(crate) fn pixel_at(&self, lon: f64, lat: f64) -> Option<(usize, usize)> {
        self.grid.pixel_at_lon_lat(self.boxes.utm(), normal(lon), lat)
    }
}

/// A window, told apart by an area.
#[derive(Debug, Default)]
pub(crate) struct Split {
    /// The box around what is inside.
    pub(crate) inside: Option<Window>,
    /// What is outside, in parts that do not overlap.
    pub(crate) outside: Vec<Window>,
}

impl Split {
    fn add(&mut self, part: Window, inside: bool) {
        if inside {
            self.inside = Some(self.inside.map_or(part, |all| all.hull(part)));
        } else {
            self.outside.push(part);
        }
    }

    #[cfg(feature = "rayon")]
    fn join(mut self, other: Self) -> Self {
        if let Some(inside) = other.inside {
            self.add(inside, true);
        }
        self.outside.extend(other.outside);
        self
    }
}
