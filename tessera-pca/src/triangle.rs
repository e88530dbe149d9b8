//! A symmetric matrix, of which the lower triangle is kept.

use ndarray::Array2;

/// The lower triangle of a symmetric matrix, row by row: (0,0), (1,0), (1,1), (2,0) …
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Triangle {
    size: usize,
    entries: Vec<f64>,
}

impl Triangle {
    /// How many entries a triangle of this size has; `None` where that overflows.
    pub(crate) fn entries_of(size: usize) -> Option<usize> {
        Some(size.checked_mul(size.checked_add(1)?)? / 2)
    }

    /// Zeros, of a size known to be small.
    pub(crate) fn zeros(size: usize) -> Self {
        Self { size, entries: vec![0.0; size * (size + 1) / 2] }
    }

    /// From entries (i, j ≤ i), of a size known to be small.
    pub(crate) fn from_fn(size: usize, mut entry: impl FnMut(usize, usize) -> f64) -> Self {
        let mut entries = Vec::with_capacity(size * (size + 1) / 2);
        for i in 0..size {
            entries.extend((0..=i).map(|j| entry(i, j)));
        }
        Self { size, entries }
    }

    /// From the entries in order; `None` where there are not as many as the size wants.
    pub(crate) fn from_vec(size: usize, entries: Vec<f64>) -> Option<Self> {
        (Self::entries_of(size) == Some(entries.len())).then_some(Self { size, entries })
    }

    /// The entries in order.
    pub(crate) fn entries(&self) -> &[f64] {
        &self.entries
    }

    /// The entries of the diagonal.
    pub(crate) fn diagonal(&self) -> impl Iterator<Item = f64> {
        (0..self.size).map(|i| self.entries[i * (i + 1) / 2 + i])
    }

    /// Adds another of the same size.
    pub(crate) fn add(&mut self, other: &Self) {
        self.entries.iter_mut().zip(&other.entries).for_each(|(a, b)| *a += b);
    }

    /// Multiplies every entry.
    pub(crate) fn scale(&mut self, factor: f64) {
        self.entries.iter_mut().for_each(|entry| *entry *= factor);
    }

    /// The whole matrix, each entry (i, j ≤ i) passed through `map`.
    pub(crate) fn to_square(&self, map: impl Fn(usize, usize, f64) -> f64) -> Array2<f64> {
        let mut square = Array2::zeros((self.size, self.size));
        let mut entries = self.entries.iter();
        for i in 0..self.size {
            for (j, &entry) in (0..=i).zip(&mut entries) {
                let value = map(i, j, entry);
                square[(i, j)] = value;
                square[(j, i)] = value;
            }
        }
        square
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn entries_stand_row_by_row() {
        let triangle = Triangle::from_fn(3, |i, j| (10 * i + j) as f64);
        assert_eq!(triangle.entries(), [0.0, 10.0, 11.0, 20.0, 21.0, 22.0]);
        assert_eq!(triangle.diagonal().collect::<Vec<_>>(), [0.0, 11.0, 22.0]);
        let square = triangle.to_square(|_, _, v| v);
        assert_eq!(square, array![[0.0, 10.0, 20.0], [10.0, 11.0, 21.0], [20.0, 21.0, 22.0]]);
        assert_eq!(Triangle::from_vec(3, triangle.entries().to_vec()), Some(triangle));
        assert_eq!(Triangle::from_vec(3, vec![0.0; 5]), None);
        assert_eq!(Triangle::entries_of(usize::MAX), None);
    }
}
