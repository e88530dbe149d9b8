//! So many threads.

use rayon::ThreadPool;

use crate::must;

/// A pool of so many threads.
#[must_use]
pub fn pool(threads: usize) -> ThreadPool {
    must(rayon::ThreadPoolBuilder::new().num_threads(threads).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_as_many_threads_as_it_says() {
        for threads in [1, 2, 3] {
            assert_eq!(pool(threads).install(rayon::current_num_threads), threads);
        }
    }
}
