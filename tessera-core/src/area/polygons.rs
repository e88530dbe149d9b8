//! Polygons on Earth.

use geo_types::{Coord, MultiPolygon, Rect};

use super::arcs::run_of;
use super::edge::Edge;
use super::edges::Edges;
use super::longitude::strip;
use super::ring::{Corner, Pole, Ring};
use super::{AreaError, Cover};
use crate::{Region, UtmZone};

/// What lies within an odd number of rings.
///
/// The Earth is laid out from −180 to 180, and edges that cross the antimeridian are cut there. A point is inside
/// where the antimeridian is at its latitude, and an even number of edges is passed on the way east from there to the
/// point, or the other way round. Whether the antimeridian is inside follows in the same way from the North Pole.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Polygons {
    edges: Edges,
    /// Latitudes at which rings cross the antimeridian, ascending.
    seam: Vec<f64>,
    north_pole: bool,
    region: Region,
    /// The box of the part in each zone that there is one in.
    strips: Vec<(u8, Region)>,
    /// A point of the outline.
    corner: Coord<f64>,
}

impl Polygons {
    pub(super) fn new(polygons: &MultiPolygon<f64>) -> Result<Self, AreaError> {
        let lines = polygons.iter().flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()));
        let rings = lines.enumerate().map(|(at, ring)| Ring::new(ring, at)).collect::<Result<Vec<_>, _>>()?;
        let Some(corner) = rings.first().map(Ring::first) else { return Err(AreaError::Empty) };
        let (mut edges, mut seam) = (Vec::new(), Vec::new());
        for (a, b) in rings.iter().flat_map(Ring::steps) {
            cut(a, b, &mut edges, &mut seam);
        }
        seam.sort_by(f64::total_cmp);
        let north_pole = rings.iter().filter(|ring| ring.pole() == Some(Pole::North)).count() % 2 == 1;
        let mut all = Self {
            edges: Edges::new(edges),
            seam,
            north_pole,
            region: Region::WORLD,
            strips: Vec::new(),
            corner,
        };
        all.measure(run_of(&rings))?;
        Ok(all)
    }

    /// Finds the boxes.
    fn measure(&mut self, (west, east): (f64, f64)) -> Result<(), AreaError> {
        let mut parts: [Option<Rect<f64>>; 60] = [None; 60];
        let number = |lon: f64| UtmZone::containing(lon, 0.0).number();
        for edge in self.edges.iter() {
            let (from, to) = edge.west_to_east();
            for zone in number(from.x)..=number(to.x) {
                let part = &mut parts[usize::from(zone) - 1];
                let piece = edge.between(strip(zone));
                *part = Some(part.map_or(piece, |part| hull(part, piece)));
            }
        }
        // An outline that only runs along a border leaves nothing in the zone east of it.
        let wide = |part: &Rect<f64>| part.width() > 0.0;
        if !parts.iter().flatten().any(wide) {
            let own = usize::from(number(self.corner.x)) - 1;
            parts.iter_mut().enumerate().filter(|(at, _)| *at != own).for_each(|(_, part)| *part = None);
        } else {
            parts.iter_mut().for_each(|part| *part = part.filter(wide));
        }
        let (north, south) = (self.north_pole, self.holds_seam(-90.0));
        let boxed = |(w, e): (f64, f64), part: &Rect<f64>| {
            let low = if south { -90.0 } else { part.min().y };
            let high = if north { 90.0 } else { part.max().y };
            Region::new(w, low, e, high).map_err(AreaError::Region)
        };
        let whole = parts.iter().flatten().copied().reduce(hull).ok_or(AreaError::Empty)?;
        self.region = boxed((west, east), &whole)?;
        for (number, part) in (1..).zip(&parts) {
            if let Some(part) = part {
                self.strips.push((number, boxed((part.min().x, part.max().x), part)?));
            }
        }
        Ok(())
    }

    pub(super) fn region(&self) -> Region {
        self.region
    }

    /// The zones that have a part, ascending, each with the box of its part.
    pub(super) fn strips(&self) -> &[(u8, Region)] {
        &self.strips
    }

    pub(super) fn corner(&self) -> Coord<f64> {
        self.corner
    }

    /// Whether the antimeridian is inside at a latitude.
    fn holds_seam(&self, lat: f64) -> bool {
        let north_of = self.seam.len() - self.seam.partition_point(|&at| at <= lat);
        self.north_pole ^ (north_of % 2 == 1)
    }

    /// Whether a point (−180 ≤ longitude < 180) is inside. Western and southern edges are, eastern and northern not.
    pub(super) fn contains(&self, lon: f64, lat: f64) -> bool {
        self.holds_seam(lat) ^ self.edges.odd_west_of(lon, lat)
    }

    /// How much of a box within −180..=180 is inside.
    pub(super) fn cover(&self, area: &Rect<f64>) -> Cover {
        let middle = area.center();
        if self.edges.may_touch(area) {
            Cover::Part
        } else if self.contains(middle.x, middle.y) {
            Cover::All
        } else {
            Cover::Nothing
        }
    }
}

/// Adds a step of a ring to the edges, cut where it crosses the antimeridian.
fn cut(a: Corner, b: Corner, edges: &mut Vec<Edge>, seam: &mut Vec<f64>) {
    let (west, east) = if a.turn <= b.turn { (a, b) } else { (b, a) };
    if west.turn == east.turn {
        edges.push(Edge::new(west.at, east.at));
        return;
    }
    // No step is longer than a turn, so there is one crossing. An end on the antimeridian gives a part of exactly 1.
    let (before, after) = (180.0 - west.at.x, east.at.x + 180.0);
    let part = before / (before + after);
    let lat = if part == 1.0 { east.at.y } else { west.at.y + (east.at.y - west.at.y) * part };
    seam.push(lat);
    edges.push(Edge::new(west.at, Coord { x: 180.0, y: lat }));
    edges.push(Edge::new(Coord { x: -180.0, y: lat }, east.at));
}

fn hull(a: Rect<f64>, b: Rect<f64>) -> Rect<f64> {
    let (low, high) = ((a.min(), b.min()), (a.max(), b.max()));
    Rect::new(
        Coord { x: low.0.x.min(low.1.x), y: low.0.y.min(low.1.y) },
        Coord { x: high.0.x.max(high.1.x), y: high.0.y.max(high.1.y) },
    )
}
