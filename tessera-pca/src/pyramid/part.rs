//! What a pyramid is made of.

use tessera_core::Region;

use super::hash::Hash;

/// How far pixels may reach beyond the box of a part, in degrees: two kilometres from north to south.
const MARGIN: f64 = 0.02;
/// The same from west to east on the equator: 1.1 km. The raster of a tile reaches beyond its cell by the slant of the
/// cell, half a kilometre at most.
const EQUATOR_MARGIN: f64 = 0.01;

/// A part of the pixels that a pyramid is made of: a tile, or a shard of a zone store.
///
/// ```
/// use tessera_core::Region;
/// use tessera_pca::PyramidPart;
///
/// let part = PyramidPart::new("0.1,52,0.2,52.1".parse()?, "96 MB, 2024-05-01T12:00:00Z");
/// assert_eq!((part.region.west(), part.region.north()), (0.1, 52.1));
/// assert_ne!(part, PyramidPart::new(part.region, "96 MB, 2024-06-01T12:00:00Z"));
/// # Ok::<(), tessera_core::RegionError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PyramidPart {
    /// The box that holds its pixels. The box of a tile's cell will do: how far its pixels reach beyond is known.
    pub region: Region,
    /// A text that is another when its bytes are.
    pub stamp: String,
}

impl PyramidPart {
    /// A part with its stamp.
    #[must_use]
    pub fn new(region: Region, stamp: impl Into<String>) -> Self {
        Self { region, stamp: stamp.into() }
    }

    /// What tells it from any other, and from itself once its bytes are others.
    pub(super) fn hash(&self) -> Hash {
        let edges = [self.region.west(), self.region.south(), self.region.east(), self.region.north()];
        let edges: Vec<u8> = edges.iter().flat_map(|edge| edge.to_le_bytes()).collect();
        Hash::of(&[&edges, self.stamp.as_bytes()])
    }

    /// The box with all that its pixels may reach.
    pub(super) fn reach(&self) -> Region {
        let region = &self.region;
        let (south, north) = ((region.south() - MARGIN).max(-90.0), (region.north() + MARGIN).min(90.0));
        let cos = south.abs().max(north.abs()).to_radians().cos();
        let margin = MARGIN.max(EQUATOR_MARGIN / cos.max(1e-6));
        let turn = if region.crosses_antimeridian() { 360.0 } else { 0.0 };
        let width = region.east() + turn - region.west() + 2.0 * margin;
        let own = |lon: f64| {
            if lon < -180.0 {
                lon + 360.0
            } else if lon > 180.0 {
                lon - 360.0
            } else {
                lon
            }
        };
        let (west, east) = (own(region.west() - margin), own(region.east() + margin));
        // A box that cannot be told from what it leaves out is the whole way round.
        let all = || Region::new(-180.0, south, 180.0, north);
        let reach =
            if width < 180.0 { Region::new(west, south, east, north).or_else(|_| all()) } else { all() };
        reach.unwrap_or(Region::WORLD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(west: f64, south: f64, east: f64, north: f64) -> Region {
        PyramidPart::new(Region::new(west, south, east, north).unwrap(), "").reach()
    }

    #[test]
    fn a_part_reaches_beyond_its_box_and_around_the_earth() {
        let near = |a: Region, b: (f64, f64, f64, f64)| {
            let a = (a.west(), a.south(), a.east(), a.north());
            [(a.0, b.0), (a.1, b.1), (a.2, b.2), (a.3, b.3)].iter().all(|(a, b)| (a - b).abs() < 1e-9)
        };
        assert!(near(reach(0.1, 0.0, 0.2, 0.1), (0.08, -0.02, 0.22, 0.12)));
        // A tile at 80° slants by 572 m, which is 0.03° there.
        assert!(reach(2.9, 80.0, 3.0, 80.1).east() > 3.03);
        assert!(near(reach(179.9, 0.0, 180.0, 0.1), (179.88, -0.02, -179.98, 0.12)));
        assert!(near(reach(-180.0, 0.0, -179.9, 0.1), (179.98, -0.02, -179.88, 0.12)));
        assert!(near(reach(179.9, 0.0, -179.9, 0.1), (179.88, -0.02, -179.88, 0.12)));
        assert!(near(reach(-180.0, -90.0, 180.0, 90.0), (-180.0, -90.0, 180.0, 90.0)));
        assert!(near(reach(0.0, 89.9, 0.1, 90.0), (-180.0, 89.88, 180.0, 90.0)));
    }

    #[test]
    fn a_stamp_and_a_box_make_a_hash() {
        let part =
            |west, stamp: &str| PyramidPart::new(Region::new(west, 0.0, 1.0, 1.0).unwrap(), stamp).hash();
        assert_eq!(part(0.0, "a"), part(0.0, "a"));
        assert_ne!(part(0.0, "a"), part(0.0, "b"));
        assert_ne!(part(0.0, "a"), part(0.5, "a"));
    }
}
