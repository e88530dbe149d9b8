//! Which bytes are wanted, and how they are asked for.

use std::ops::Range;

use tessera_core::Fetching;

/// Bytes that lie together in an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) start: u64,
    pub(crate) length: u64,
    /// Where they go to: which row of the output.
    pub(crate) place: usize,
}

/// A range that is asked for, and the runs that lie in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) start: u64,
    pub(crate) length: u64,
    pub(crate) runs: Range<usize>,
}

impl Request {
    /// The bytes of a run in the answer.
    pub(crate) fn part<'a>(&self, run: &Run, answer: &'a [u8]) -> Option<&'a [u8]> {
        let from = usize::try_from(run.start.checked_sub(self.start)?).ok()?;
        answer.get(from..from.checked_add(usize::try_from(run.length).ok()?)?)
    }
}

/// Joins runs, which are in the order of their starts, to requests. Runs may overlap.
pub(crate) fn join(runs: &[Run], fetching: Fetching) -> Vec<Request> {
    let mut requests: Vec<Request> = Vec::new();
    for (at, run) in runs.iter().enumerate() {
        let end = run.start.saturating_add(run.length);
        if let Some(last) = requests.last_mut() {
            let last_end = last.start.saturating_add(last.length);
            let whole = end.max(last_end) - last.start;
            let near = run.start <= last_end.saturating_add(fetching.gap);
            if end <= last_end || (near && whole <= fetching.most) {
                last.length = whole;
                last.runs.end = at + 1;
                continue;
            }
        }
        requests.push(Request { start: run.start, length: run.length, runs: at..at + 1 });
    }
    requests
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fetching(gap: u64, most: u64) -> Fetching {
        Fetching { gap, most, in_flight: 1 }
    }

    fn joined(runs: &[(u64, u64)], gap: u64, most: u64) -> Vec<(u64, u64)> {
        let runs: Vec<_> = runs.iter().map(|&(start, length)| Run { start, length, place: 0 }).collect();
        join(&runs, fetching(gap, most)).iter().map(|request| (request.start, request.length)).collect()
    }

    #[test]
    fn near_runs_are_joined_up_to_a_size() {
        assert_eq!(joined(&[(0, 10), (10, 10), (20, 10)], 0, 100), [(0, 30)]);
        assert_eq!(joined(&[(0, 10), (15, 10), (31, 10)], 5, 100), [(0, 25), (31, 10)]);
        assert_eq!(joined(&[(0, 10), (10, 10), (20, 10)], 5, 20), [(0, 20), (20, 10)]);
        assert_eq!(joined(&[(0, 50), (50, 50)], 5, 20), [(0, 50), (50, 50)]);
        assert_eq!(joined(&[(0, 10), (0, 10), (4, 3), (5, 9)], 0, 100), [(0, 14)]);
        assert_eq!(joined(&[], 5, 20), []);
        assert_eq!(joined(&[(u64::MAX - 5, 5), (u64::MAX - 2, 2)], u64::MAX, u64::MAX), [(u64::MAX - 5, 5)]);
    }

    proptest! {
        #[test]
        fn every_run_lies_in_its_request(mut runs in prop::collection::vec((0..1000_u64, 1..50_u64), 0..40), gap in 0..40_u64, most in 1..300_u64) {
            runs.sort_unstable();
            let runs: Vec<_> = runs.iter().map(|&(start, length)| Run { start, length, place: 0 }).collect();
            let object: Vec<u8> = (0..1100_u32).map(|n| (n % 251) as u8).collect();
            let requests = join(&runs, fetching(gap, most));
            let mut next = 0;
            for request in &requests {
                prop_assert_eq!(request.runs.start, next);
                next = request.runs.end;
                let answer = &object[request.start as usize..(request.start + request.length) as usize];
                for run in &runs[request.runs.clone()] {
                    let expected = &object[run.start as usize..(run.start + run.length) as usize];
                    prop_assert_eq!(request.part(run, answer), Some(expected));
                }
                prop_assert!(request.runs.len() == 1 || request.length <= most.max(50));
            }
            prop_assert_eq!(next, runs.len());
            for pair in requests.windows(2) {
                let end = pair[0].start + pair[0].length;
                let joined = pair[1].start + runs[pair[1].runs.start].length - pair[0].start;
                prop_assert!(pair[1].start > end + gap || joined > most, "they could have been joined");
            }
        }
    }
}
