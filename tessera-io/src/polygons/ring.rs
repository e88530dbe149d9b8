//! Rings, checked.

use ::geojson::Position;
use geo_types::{Coord, LineString, coord};

use super::GeoJsonProblem;

/// A ring as a closed line. `place` says where in the text it is.
pub(super) fn line_string(
    ring: &[Position],
    place: impl Fn() -> String,
) -> Result<LineString<f64>, GeoJsonProblem> {
    let positions = ring.iter().enumerate().map(|(index, position)| {
        // The parser takes any number of numbers.
        let &[x, y, ..] = position.as_slice() else {
            let place = format!("{}[{index}]", place());
            return Err(GeoJsonProblem::Position { place, got: position.as_slice().len() });
        };
        // So written, NaN is out of range.
        if (-360.0..=360.0).contains(&x) && (-90.0..=90.0).contains(&y) {
            Ok(coord! { x: x, y: y })
        } else {
            Err(GeoJsonProblem::Range { place: format!("{}[{index}]", place()), got: (x, y) })
        }
    });
    let positions: Vec<Coord<f64>> = positions.collect::<Result<_, _>>()?;
    match positions[..] {
        [first, .., last] if positions.len() >= 4 => {
            if first == last {
                Ok(LineString(positions))
            } else {
                Err(GeoJsonProblem::Open { place: place(), first: first.x_y(), last: last.x_y() })
            }
        }
        _ => Err(GeoJsonProblem::Short { place: place(), got: positions.len() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(positions: &[[f64; 2]]) -> Result<LineString<f64>, GeoJsonProblem> {
        let positions: Vec<Position> = positions.iter().map(|&position| position.into()).collect();
        line_string(&positions, || "here".to_owned())
    }

    #[test]
    fn a_closed_ring_keeps_its_positions() {
        let line = ring(&[[170.0, 0.0], [190.0, 0.0], [190.0, 90.0], [170.0, 0.0]]).unwrap();
        assert_eq!(line.0[1], coord! { x: 190.0, y: 0.0 });
        assert!(ring(&[[-360.0, -90.0], [360.0, -90.0], [0.0, 0.0], [-360.0, -90.0]]).is_ok());
    }

    #[test]
    fn what_is_no_ring_is_told() {
        let open = ring(&[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]).unwrap_err();
        assert_eq!(
            open.to_string(),
            "here: a ring from (0.0, 0.0) to (0.0, 1.0): expected the last position as the first"
        );
        for length in 0..4 {
            let short = ring(&vec![[0.0, 0.0]; length]);
            assert!(matches!(short, Err(GeoJsonProblem::Short { got, .. }) if got == length));
        }
        for position in [[361.0, 0.0], [0.0, 90.5], [f64::NAN, 0.0], [0.0, f64::INFINITY]] {
            let error = ring(&[[0.0, 0.0], position, [1.0, 1.0], [0.0, 0.0]]).unwrap_err();
            assert!(error.to_string().starts_with("here[1]: ("), "{error}");
        }
    }
}
