//! The parameter `intersects`.

use serde_json::Value;

use super::problem::Problem;

/// The most positions of a geometry.
const POSITIONS: usize = 20_000;

/// Longitude and latitude in degrees.
pub(super) type Position = [f64; 2];

/// What the geometries of GeoJSON are made of.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Shapes {
    pub(super) points: Vec<Position>,
    pub(super) lines: Vec<Vec<Position>>,
    /// Each of its rings, of which the last position is the first.
    pub(super) polygons: Vec<Vec<Vec<Position>>>,
    positions: usize,
}

impl Shapes {
    /// Reads a geometry of any type of GeoJSON (RFC 7946). Heights are passed over.
    pub(super) fn parse(geometry: &Value) -> Result<Self, Problem> {
        let mut shapes = Self::default();
        shapes.add(geometry)?;
        if shapes.positions == 0 {
            return Err(wrong(geometry, "a geometry with at least one position"));
        }
        Ok(shapes)
    }

    fn add(&mut self, geometry: &Value) -> Result<(), Problem> {
        let expected = "a GeoJSON geometry: an object with type and coordinates";
        let kind = geometry.get("type").and_then(Value::as_str).ok_or_else(|| wrong(geometry, expected))?;
        if kind == "GeometryCollection" {
            let list = geometry.get("geometries").and_then(Value::as_array);
            let list = list.ok_or_else(|| wrong(geometry, "a list of geometries"))?;
            return list.iter().try_for_each(|geometry| self.add(geometry));
        }
        let at = geometry.get("coordinates").ok_or_else(|| wrong(geometry, expected))?;
        match kind {
            "Point" => {
                let point = self.position(at)?;
                self.points.push(point);
            }
            "MultiPoint" => {
                let points = self.positions(at)?;
                self.points.extend(points);
            }
            "LineString" => self.line(at)?,
            "MultiLineString" => list(at)?.iter().try_for_each(|line| self.line(line))?,
            "Polygon" => self.polygon(at)?,
            "MultiPolygon" => list(at)?.iter().try_for_each(|polygon| self.polygon(polygon))?,
            _ => return Err(wrong(geometry, expected)),
        }
        Ok(())
    }

    fn line(&mut self, value: &Value) -> Result<(), Problem> {
        let line = self.positions(value)?;
        if line.len() < 2 {
            return Err(wrong(value, "a line of at least two positions"));
        }
        self.lines.push(line);
        Ok(())
    }

    fn polygon(&mut self, value: &Value) -> Result<(), Problem> {
        let rings = list(value)?.iter().map(|ring| self.ring(ring)).collect::<Result<Vec<_>, _>>()?;
        if rings.is_empty() {
            return Err(wrong(value, "a polygon of at least one ring"));
        }
        self.polygons.push(rings);
        Ok(())
    }

    fn ring(&mut self, value: &Value) -> Result<Vec<Position>, Problem> {
        let ring = self.positions(value)?;
        if ring.len() < 4 || ring.first() != ring.last() {
            return Err(wrong(value, "a ring of at least four positions, the last of which is the first"));
        }
        Ok(ring)
    }

    fn positions(&mut self, value: &Value) -> Result<Vec<Position>, Problem> {
        list(value)?.iter().map(|position| self.position(position)).collect()
    }

    fn position(&mut self, value: &Value) -> Result<Position, Problem> {
        self.positions += 1;
        if self.positions > POSITIONS {
            return Err(wrong(&"longer".into(), &format!("at most {POSITIONS} positions")));
        }
        let numbers = list(value)?;
        let number = |at: usize| numbers.get(at).and_then(Value::as_f64);
        match (number(0), number(1)) {
            (Some(lon), Some(lat)) if (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat) => {
                Ok([lon, lat])
            }
            _ => Err(wrong(value, "a longitude of -180 to 180 and a latitude of -90 to 90")),
        }
    }
}

fn list(value: &Value) -> Result<&Vec<Value>, Problem> {
    value.as_array().ok_or_else(|| wrong(value, "a list"))
}

fn wrong(value: &Value, expected: &str) -> Problem {
    Problem::parameter("intersects, or what is in it,", value, expected)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_type_of_geometry() {
        let of = |kind: &str, coordinates: Value| {
            Shapes::parse(&json!({"type": kind, "coordinates": coordinates})).unwrap()
        };
        let ring = json!([[0, 0], [1, 0], [1, 1], [0, 0]]);
        assert_eq!(of("Point", json!([1, 2, 300])).points, [[1.0, 2.0]]);
        assert_eq!(of("MultiPoint", json!([[1, 2], [3, 4]])).points.len(), 2);
        assert_eq!(of("LineString", json!([[1, 2], [3, 4]])).lines, [vec![[1.0, 2.0], [3.0, 4.0]]]);
        assert_eq!(of("MultiLineString", json!([[[1, 2], [3, 4]], [[1, 2], [3, 4]]])).lines.len(), 2);
        assert_eq!(of("Polygon", json!([ring, ring])).polygons[0].len(), 2);
        assert_eq!(of("MultiPolygon", json!([[ring], [ring]])).polygons.len(), 2);
        let point = json!({"type": "Point", "coordinates": [1, 2]});
        let inner = json!({"type": "GeometryCollection", "geometries": [point, point]});
        let all =
            Shapes::parse(&json!({"type": "GeometryCollection", "geometries": [inner, point]})).unwrap();
        assert_eq!(all.points.len(), 3);
    }

    #[test]
    fn what_is_no_geometry() {
        for value in [
            json!(null),
            json!([]),
            json!({"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}}),
            json!({"type": "Circle", "coordinates": [1, 2]}),
            json!({"type": "Point"}),
            json!({"type": "Point", "coordinates": [1]}),
            json!({"type": "Point", "coordinates": ["1", "2"]}),
            json!({"type": "Point", "coordinates": [181, 2]}),
            json!({"type": "Point", "coordinates": [1, 90.1]}),
            json!({"type": "MultiPoint", "coordinates": []}),
            json!({"type": "LineString", "coordinates": [[1, 2]]}),
            json!({"type": "Polygon", "coordinates": []}),
            json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [0, 0]]]}),
            json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}),
            json!({"type": "GeometryCollection", "geometries": []}),
            json!({"type": "GeometryCollection"}),
            json!({"type": "MultiPoint", "coordinates": vec![[1, 2]; POSITIONS + 1]}),
        ] {
            assert!(Shapes::parse(&value).unwrap_err().to_string().starts_with("intersects"), "{value:.80}");
        }
    }
}
