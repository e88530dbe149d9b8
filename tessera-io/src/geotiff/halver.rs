//! Pictures of half the size.

use rayon::prelude::*;

use super::level::Level;

/// Makes half as many rows and columns of the rows of a picture, as they come from the north: each pixel is the mean of the
/// two by two that it takes the place of, of fewer at an edge of odd length.
///
/// Colours count by their alpha, so that what is transparent darkens nothing.
#[derive(Debug)]
pub(super) struct Halver {
    cols: usize,
    /// Rows that are yet to come.
    left: usize,
    /// A row that waits for the one below it.
    waiting: Vec<[u8; 4]>,
}

impl Halver {
    /// Of a picture of this size.
    pub(super) fn of(level: Level) -> Self {
        Self { cols: level.cols, left: level.rows, waiting: Vec::new() }
    }

    /// The columns of what is made.
    pub(super) fn cols(&self) -> usize {
        self.cols.div_ceil(2)
    }

    /// Takes the next rows, whole ones, and gives those that can be made with them.
    pub(super) fn take(&mut self, rows: &[[u8; 4]]) -> Vec<[u8; 4]> {
        let cols = self.cols;
        self.left = self.left.saturating_sub(rows.len() / cols);
        let mut all = std::mem::take(&mut self.waiting);
        all.extend_from_slice(rows);
        // The last row of an odd number has none below it.
        if self.left > 0 && !(all.len() / cols).is_multiple_of(2) {
            self.waiting = all.split_off(all.len() - cols);
        }
        let mut out = vec![[0; 4]; (all.len() / cols).div_ceil(2) * self.cols()];
        out.par_chunks_exact_mut(self.cols()).zip(all.par_chunks(2 * cols)).for_each(|(out, two)| {
            let (above, below) = two.split_at(cols);
            let mut below = below.chunks(2);
            for (out, above) in out.iter_mut().zip(above.chunks(2)) {
                *out = mean(above.iter().chain(below.next().unwrap_or_default()));
            }
        });
        out
    }
}

/// The mean of up to four pixels, colours by their alpha; transparent black where all are transparent.
fn mean<'a>(pixels: impl Iterator<Item = &'a [u8; 4]>) -> [u8; 4] {
    let (mut count, mut alphas, mut sums) = (0, 0, [0_u32; 3]);
    for &[red, green, blue, alpha] in pixels {
        let alpha = u32::from(alpha);
        count += 1;
        alphas += alpha;
        for (sum, colour) in sums.iter_mut().zip([red, green, blue]) {
            *sum += u32::from(colour) * alpha;
        }
    }
    // Rounded; what is called with no pixel has no alpha either.
    let alpha = (alphas + count / 2) / count.max(1);
    if alpha == 0 {
        return [0; 4];
    }
    // Means are not greater than the greatest.
    let [red, green, blue] = sums.map(|sum| ((sum + alphas / 2) / alphas) as u8);
    [red, green, blue, alpha as u8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_transparent_darkens_nothing() {
        let of = |pixels: &[[u8; 4]]| mean(pixels.iter());
        assert_eq!(of(&[[200, 100, 0, 255], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]), [200, 100, 0, 64]);
        assert_eq!(of(&[[255; 4]; 4]), [255; 4]);
        assert_eq!(of(&[[1, 2, 3, 255], [2, 2, 3, 255]]), [2, 2, 3, 255]);
        assert_eq!(of(&[[9, 9, 9, 1], [0; 4], [0; 4], [0; 4]]), [0; 4]);
        assert_eq!(of(&[[0, 0, 0, 100], [100, 0, 0, 50]]), [33, 0, 0, 75]);
        assert_eq!(of(&[]), [0; 4]);
    }

    #[test]
    fn rows_halve_however_they_come() {
        for (rows, cols) in [(1, 1), (2, 2), (5, 3), (6, 7), (9, 1)] {
            let pixels: Vec<[u8; 4]> =
                (0..rows * cols).map(|at| [(at * 7) as u8, at as u8, 0, 255]).collect();
            let level = Level { rows, cols, edge: 16 };
            let whole = Halver::of(level).take(&pixels);
            assert_eq!(whole.len(), rows.div_ceil(2) * cols.div_ceil(2));
            let at =
                |row: usize, col: usize| pixels.get(row * cols + col).filter(|_| col < cols && row < rows);
            for (row, out) in whole.chunks(cols.div_ceil(2)).enumerate() {
                for (col, out) in out.iter().enumerate() {
                    let four = [(0, 0), (0, 1), (1, 0), (1, 1)];
                    let four =
                        four.into_iter().filter_map(|(down, right)| at(2 * row + down, 2 * col + right));
                    assert_eq!(*out, mean(four));
                }
            }
            for step in 1..4 {
                let mut halver = Halver::of(level);
                let parts: Vec<_> = pixels.chunks(step * cols).flat_map(|part| halver.take(part)).collect();
                assert_eq!(parts, whole, "{rows} × {cols} by {step}");
            }
        }
    }
}
