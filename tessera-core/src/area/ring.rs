//! A ring of a polygon, followed around the Earth.

use geo_types::{Coord, LineString};

use super::AreaError;
use super::longitude::normal;

/// A corner of a ring: −180 ≤ longitude < 180, and how many turns around the Earth further east it is than that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Corner {
    pub(super) at: Coord<f64>,
    pub(super) turn: i32,
}

impl Corner {
    /// Degrees of longitude from here to another corner, eastward.
    pub(super) fn width_to(&self, other: &Self) -> f64 {
        other.at.x - self.at.x + 360.0 * f64::from(other.turn - self.turn)
    }

    /// Whether it lies west of another, counting turns.
    fn is_west_of(&self, other: &Self) -> bool {
        (self.turn, self.at.x) < (other.turn, other.at.x)
    }
}

/// A ring without jumps: the first corner stands at its end again, a turn further where the ring winds around the
/// Earth.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ring {
    corners: Vec<Corner>,
}

impl Ring {
    /// Follows a ring. A step of more than 180° goes the short way, across the antimeridian. One of exactly 360°, from
    /// −180 to 180, is no step where the ring has a single one of them: such a ring winds around a pole. In pairs they
    /// are the southern and the northern side of a band that runs around the whole Earth.
    pub(super) fn new(ring: &LineString<f64>, number: usize) -> Result<Self, AreaError> {
        let mut points = ring.0.as_slice();
        if let [rest @ .., last] = points
            && rest.first() == Some(last)
        {
            points = rest;
        }
        if points.len() < 3 {
            return Err(AreaError::Ring { ring: number, got: points.len() });
        }
        for (corner, point) in points.iter().enumerate() {
            if !(-360.0..=360.0).contains(&point.x) || !(-90.0..=90.0).contains(&point.y) {
                return Err(AreaError::Corner { ring: number, corner, lon: point.x, lat: point.y });
            }
        }
        let next = points.iter().cycle().skip(1);
        let steps = points.iter().zip(next).map(|(a, b)| (b, b.x - a.x));
        let around = steps.clone().filter(|(_, step)| step.abs() == 360.0).count();
        let mut turn = 0;
        let place = |point: &Coord<f64>, turn: i32| {
            let lon = normal(point.x);
            let own = ((point.x - lon) / 360.0).round() as i32;
            Corner { at: Coord { x: lon, y: point.y }, turn: turn + own }
        };
        let mut corners = Vec::with_capacity(points.len() + 1);
        corners.extend(points.first().map(|point| place(point, 0)));
        for (point, step) in steps {
            if step.abs() > 180.0 && !(step.abs() == 360.0 && around.is_multiple_of(2)) {
                turn -= (step / 360.0).round() as i32;
            }
            corners.push(place(point, turn));
        }
        Ok(Self { corners })
    }

    pub(super) fn steps(&self) -> impl Iterator<Item = (Corner, Corner)> {
        self.corners.windows(2).map(|pair| (pair[0], pair[1]))
    }

    pub(super) fn first(&self) -> Coord<f64> {
        self.corners[0].at
    }

    /// The pole that it is closed over, where it winds around the Earth: the nearer one, north where they are as near.
    pub(super) fn pole(&self) -> Option<Pole> {
        let turns = self.corners.last().map_or(0, |last| last.turn - self.corners[0].turn);
        if turns % 2 == 0 {
            return None;
        }
        let area: f64 = self.steps().map(|(a, b)| (a.at.y + b.at.y) / 2.0 * a.width_to(&b)).sum();
        Some(if area * f64::from(turns) >= 0.0 { Pole::North } else { Pole::South })
    }

    /// Its westernmost and easternmost corners.
    pub(super) fn ends(&self) -> (Corner, Corner) {
        let first = (self.corners[0], self.corners[0]);
        self.corners.iter().fold(first, |(west, east), corner| {
            (
                if corner.is_west_of(&west) { *corner } else { west },
                if east.is_west_of(corner) { *corner } else { east },
            )
        })
    }
}

/// A pole of the Earth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pole {
    North,
    South,
}
