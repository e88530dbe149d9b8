//! Four cells into one.

/// Puts the means of 2 × 2 cells of a child into its quarter of the parent: north-west, north-east, south-west,
/// south-east. Both are `edge` × `edge` cells of red, green, blue and alpha.
///
/// Alpha is the mean of the four; the colour is their mean weighted by alpha, so that what is transparent has no colour to
/// give. Both are rounded to the nearest.
pub(super) fn halve_into(child: &[u8], edge: usize, parent: &mut [u8], quarter: usize) {
    let half = edge / 2;
    let (top, left) = (quarter / 2 * half, quarter % 2 * half);
    let (child, _) = child.as_chunks::<4>();
    let (parent, _) = parent.as_chunks_mut::<4>();
    let rows = parent.chunks_exact_mut(edge).skip(top);
    for (two, out) in child.chunks_exact(2 * edge).zip(rows) {
        let (north, south) = two.split_at(edge);
        let ((north, _), (south, _)) = (north.as_chunks::<2>(), south.as_chunks::<2>());
        for ((out, north), south) in out[left..].iter_mut().zip(north).zip(south) {
            *out = mean([north[0], north[1], south[0], south[1]]);
        }
    }
}

/// The mean of four cells.
#[inline]
fn mean(cells: [[u8; 4]; 4]) -> [u8; 4] {
    let alpha: u32 = cells.iter().map(|cell| u32::from(cell[3])).sum();
    if alpha == 4 * 255 {
        let sum = |k: usize| cells.iter().map(|cell| u32::from(cell[k])).sum::<u32>();
        return [0, 1, 2, 3].map(|k| ((sum(k) + 2) / 4) as u8);
    }
    // A quarter of the least alpha is none.
    if alpha < 2 {
        return [0; 4];
    }
    let colour = |k: usize| {
        let sum: u32 = cells.iter().map(|cell| u32::from(cell[k]) * u32::from(cell[3])).sum();
        ((sum + alpha / 2) / alpha) as u8
    };
    [colour(0), colour(1), colour(2), ((alpha + 2) / 4) as u8]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn means_are_those_of_real_numbers(cells: [[u8; 4]; 4], opaque in 0..5_usize, clear in 0..5_usize) {
            let mut cells = cells;
            cells.iter_mut().take(opaque).for_each(|cell| cell[3] = 255);
            cells.iter_mut().skip(4 - clear).for_each(|cell| cell[3] = 0);
            let got = mean(cells);
            let alpha: f64 = cells.iter().map(|cell| f64::from(cell[3])).sum();
            prop_assert!((f64::from(got[3]) - alpha / 4.0).abs() <= 0.5);
            if got[3] == 0 {
                prop_assert_eq!(got, [0; 4]);
                return Ok(());
            }
            for (k, got) in got[..3].iter().enumerate() {
                let sum: f64 = cells.iter().map(|cell| f64::from(cell[k]) * f64::from(cell[3])).sum();
                prop_assert!((f64::from(*got) - sum / alpha).abs() <= 0.5 + 1e-9);
            }
        }
    }

    #[test]
    fn an_edge_fades_and_never_darkens() {
        let (red, clear) = ([255, 0, 0, 255], [0; 4]);
        assert_eq!(mean([red, clear, red, clear]), [255, 0, 0, 128]);
        assert_eq!(mean([red, clear, clear, clear]), [255, 0, 0, 64]);
        assert_eq!(mean([[255, 0, 0, 1], clear, clear, clear]), [0; 4]);
        assert_eq!(mean([[9, 7, 0, 1], clear, [10, 7, 0, 1], clear]), [10, 7, 0, 1]);
        assert_eq!(mean([[1, 2, 3, 255], [2, 2, 3, 255], [2, 2, 3, 255], [1, 2, 4, 255]]), [2, 2, 3, 255]);
    }

    #[test]
    fn every_quarter_has_its_place() {
        let mut parent = vec![0; 4 * 4 * 4];
        for quarter in 0..4 {
            let child: Vec<u8> =
                (0..16).flat_map(|at| [quarter * 10 + at / 4 / 2 * 2 + at % 4 / 2, 0, 0, 255]).collect();
            halve_into(&child, 4, &mut parent, usize::from(quarter));
        }
        let red: Vec<u8> = parent.as_chunks::<4>().0.iter().map(|cell| cell[0]).collect();
        assert_eq!(red, [0, 1, 10, 11, 2, 3, 12, 13, 20, 21, 30, 31, 22, 23, 32, 33]);
    }
}
