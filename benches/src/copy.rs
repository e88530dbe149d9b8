//! Copying memory, which filling memory is measured against.

use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

/// `memcpy`: a piece for each thread of the pool. Both are of the same length.
pub fn copy(from: &[f32], to: &mut [f32]) {
    let piece = from.len().div_ceil(rayon::current_num_threads()).max(1);
    to.par_chunks_mut(piece).zip(from.par_chunks(piece)).for_each(|(to, from)| to.copy_from_slice(from));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_all_of_it() {
        let from: Vec<f32> = (0..1001).map(|v| v as f32).collect();
        let mut to = vec![0.0; from.len()];
        copy(&from, &mut to);
        assert_eq!(from, to);
        copy(&[], &mut []);
    }
}
