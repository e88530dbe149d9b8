//! Edges that are found by latitude.

use std::ops::RangeInclusive;

use geo_types::Rect;

use super::edge::Edge;

/// Many edges, gathered in buckets of latitude: what a point or a row of pixels has to be compared with is a few of
/// them, however many there are.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edges {
    edges: Vec<Edge>,
    south: f64,
    north: f64,
    /// Degrees of a bucket.
    height: f64,
    /// Where the edges of each bucket begin in `members`; one more at the end.
    starts: Vec<usize>,
    members: Vec<usize>,
}

impl Edges {
    pub(super) fn new(edges: Vec<Edge>) -> Self {
        let south = edges.iter().map(|edge| edge.south.y).fold(f64::MAX, f64::min);
        let north = edges.iter().map(|edge| edge.north.y).fold(f64::MIN, f64::max);
        // About one bucket an edge; higher ones where edges are long, so that they stand in four buckets on average.
        let heights: f64 = edges.iter().map(|edge| edge.north.y - edge.south.y).sum();
        let count = edges.len().clamp(1, 1 << 16) as f64;
        let height = ((north - south) / count).max(heights / (4.0 * count)).max(1e-9);
        let mut all = Self { edges, south, north, height, starts: Vec::new(), members: Vec::new() };
        all.sort();
        all
    }

    fn sort(&mut self) {
        let buckets = if self.edges.is_empty() { 1 } else { self.place(self.north) + 1 };
        let mut starts = vec![0; buckets + 1];
        for edge in &self.edges {
            self.span(edge).for_each(|bucket| starts[bucket + 1] += 1);
        }
        for bucket in 0..buckets {
            starts[bucket + 1] += starts[bucket];
        }
        let mut next = starts.clone();
        let mut members = vec![0; starts[buckets]];
        for (at, edge) in self.edges.iter().enumerate() {
            for bucket in self.span(edge) {
                members[next[bucket]] = at;
                next[bucket] += 1;
            }
        }
        (self.starts, self.members) = (starts, members);
    }

    /// Grows with the latitude, so that an edge is in every bucket between those of its ends.
    fn place(&self, lat: f64) -> usize {
        ((lat - self.south) / self.height) as usize
    }

    fn span(&self, edge: &Edge) -> RangeInclusive<usize> {
        self.place(edge.south.y)..=self.place(edge.north.y)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Edge> {
        self.edges.iter()
    }

    /// The edges of the buckets between two latitudes; one may come more than once.
    fn near(&self, south: f64, north: f64) -> impl Iterator<Item = &Edge> {
        let (low, high) = (south.max(self.south), north.min(self.north));
        let members = if low <= high {
            let (first, last) = (self.place(low), self.place(high));
            &self.members[self.starts[first]..self.starts[last + 1]]
        } else {
            &[]
        };
        members.iter().map(|&at| &self.edges[at])
    }

    /// Whether an odd number of edges crosses the parallel west of a point or at it. An edge has its southern end and
    /// not its northern one.
    pub(super) fn odd_west_of(&self, lon: f64, lat: f64) -> bool {
        let crosses = |edge: &&Edge| edge.south.y <= lat && lat < edge.north.y && edge.lon_at(lat) <= lon;
        self.near(lat, lat).filter(crosses).count() % 2 == 1
    }

    /// Whether an edge may pass through a box. Says no only where none does.
    pub(super) fn may_touch(&self, area: &Rect<f64>) -> bool {
        self.near(area.min().y, area.max().y).any(|edge| edge.may_touch(area))
    }
}
