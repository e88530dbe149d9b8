//! The longitudes that rings take up.

use super::ring::Ring;

/// A run of longitudes: where it begins (−180 ≤ west < 180), how far it goes on to the east, and its eastern end as it
/// was written.
struct Arc {
    west: f64,
    end: f64,
    east: f64,
}

/// The shortest run of longitudes that holds some rings, as west and east of a [`Region`](crate::Region): all of them
/// where it would cross the antimeridian and be wider than 180°.
pub(super) fn run_of(rings: &[Ring]) -> (f64, f64) {
    const ALL: (f64, f64) = (-180.0, 180.0);
    let mut arcs: Vec<Arc> = rings.iter().map(arc_of).collect();
    arcs.sort_by(|a, b| a.west.total_cmp(&b.west));
    let Some(last) = arcs.iter().max_by(|a, b| a.end.total_cmp(&b.end)) else { return ALL };
    // From arc to arc, beginning with the one that ends last, a turn before.
    let (mut end, mut east) = (last.end - 360.0, last.east);
    let (mut gap, mut run) = (0.0, ALL);
    for arc in &arcs {
        if arc.west - end > gap {
            (gap, run) = (arc.west - end, (arc.west, east));
        }
        if arc.end > end {
            (end, east) = (arc.end, arc.east);
        }
    }
    // The slack is that of the subtraction.
    if run.0 > run.1 && gap < 180.0 + 1e-9 { ALL } else { run }
}

fn arc_of(ring: &Ring) -> Arc {
    let (west, east) = ring.ends();
    let end = west.at.x + west.width_to(&east);
    // 180 is held as the −180 of the next turn.
    let own = if east.at.x == -180.0 && east.turn > west.turn { 180.0 } else { east.at.x };
    Arc { west: west.at.x, end, east: own }
}
