//! Chunks side by side, put together to what is fetched in one go.

use tessera_core::{ByteRange, Fetching};

/// How many runs each thread gets at least where nothing has to be waited for, so that all end at about the same time.
const RUNS_A_THREAD: u64 = 4;

/// A work with the place of its chunk.
pub(super) struct Placed<W> {
    pub(super) work: W,
    /// Which object.
    pub(super) object: usize,
    /// Offset and length; `None` where the chunk is all of the object.
    pub(super) range: Option<(u64, u64)>,
}

impl<W> Placed<W> {
    pub(super) fn byte_range(&self) -> ByteRange {
        self.range.map_or(ByteRange::All, |(offset, length)| ByteRange::From { offset, length })
    }

    fn start(&self) -> u64 {
        self.range.map_or(0, |(offset, _)| offset)
    }

    fn end(&self) -> Option<u64> {
        self.range.and_then(|(offset, length)| offset.checked_add(length))
    }
}

/// Works whose chunks are fetched in one go: of one object, by their offsets. At least one.
pub(super) struct Run<W>(pub(super) Vec<Placed<W>>);

impl<W> Run<W> {
    /// Which object.
    pub(super) fn object(&self) -> usize {
        self.0.first().map_or(0, |one| one.object)
    }

    /// What is fetched.
    pub(super) fn range(&self) -> ByteRange {
        match self.0.as_slice() {
            [one] => one.byte_range(),
            all => {
                let offset = all.first().map_or(0, Placed::start);
                let end = all.iter().filter_map(Placed::end).max().unwrap_or(offset);
                ByteRange::From { offset, length: end - offset }
            }
        }
    }
}

/// Puts works together whose chunks lie side by side.
pub(super) fn runs<W>(mut placed: Vec<Placed<W>>, fetching: Fetching) -> Vec<Run<W>> {
    let mut most = fetching.most;
    if fetching.in_flight <= 1 {
        let total: u64 = placed.iter().filter_map(|one| one.range).map(|(_, length)| length.min(most)).sum();
        most = most.min(total / (rayon::current_num_threads() as u64 * RUNS_A_THREAD));
    }
    placed.sort_by_key(|one| (one.object, one.start()));
    let mut runs: Vec<Run<W>> = Vec::new();
    let (mut first, mut end) = (0, None);
    for one in placed {
        let joins = match (runs.last().and_then(|run| run.0.last()), end, one.end()) {
            (Some(last), Some(end), Some(own_end)) => {
                last.object == one.object
                    && one.start().saturating_sub(end) <= fetching.gap
                    && own_end.max(end) - first <= most
            }
            _ => false,
        };
        if joins {
            end = end.max(one.end());
        } else {
            (first, end) = (one.start(), one.end());
            runs.push(Run(Vec::new()));
        }
        if let Some(run) = runs.last_mut() {
            run.0.push(one);
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FAR: Fetching = Fetching { gap: 16 << 10, most: 1 << 20, in_flight: 16 };

    proptest! {
        #[test]
        fn runs_hold_all_and_are_bounded(
            chunks in prop::collection::vec((0..3_usize, 0..4_u64 << 20, 1..200_000_u64), 0..60), far: bool,
        ) {
            let fetching = if far { FAR } else { Fetching::default() };
            let placed = chunks.iter().enumerate().map(|(work, (object, offset, length))| {
                Placed { work, object: *object, range: Some((*offset, *length)) }
            });
            let runs = runs(placed.collect(), fetching);
            let mut seen: Vec<usize> = runs.iter().flat_map(|run| &run.0).map(|one| one.work).collect();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..chunks.len()).collect::<Vec<_>>());
            for run in &runs {
                let ByteRange::From { offset, length } = run.range() else { panic!() };
                prop_assert!(run.0.len() == 1 || length <= fetching.most);
                let within = |one: &Placed<usize>| one.object == run.object() && one.start() >= offset
                    && one.end().unwrap() <= offset + length;
                prop_assert!(run.0.iter().all(within));
            }
            // Where requests cost a wait, neighbours are two runs only if one would be too long or the gap too wide.
            for pair in runs.windows(2).filter(|pair| far && pair[0].object() == pair[1].object()) {
                let end = pair[0].0.iter().filter_map(Placed::end).max().unwrap();
                let next = &pair[1].0[0];
                let long = next.end().unwrap().max(end) - pair[0].0[0].start() > fetching.most;
                prop_assert!(long || next.start().saturating_sub(end) > fetching.gap);
            }
        }
    }

    #[test]
    fn neighbours_are_fetched_together() {
        let at = |object, range| Placed { work: (), object, range };
        let threads = rayon::current_num_threads() as u64 * RUNS_A_THREAD;
        let near = Fetching::default();
        let neighbours = || (0..10 * threads).map(|at_| at(0, Some((at_ * 1000, 1000)))).collect();
        assert_eq!(runs(neighbours(), near).len() as u64, threads);
        assert_eq!(runs(neighbours(), FAR).len() as u64, 1);
        let apart = (0..10).map(|at_| at(0, Some((at_ << 20, 1000))));
        assert_eq!(runs(apart.collect(), FAR).len(), 10);
        for fetching in [near, FAR] {
            assert_eq!(runs(vec![at(0, None), at(1, None)], fetching).len(), 2);
            // Ranges that overlap, or cannot be, are an affair of the one who decodes them.
            assert_eq!(runs(vec![at(0, Some((u64::MAX, 9))), at(0, Some((3, u64::MAX)))], fetching).len(), 2);
        }
    }
}
