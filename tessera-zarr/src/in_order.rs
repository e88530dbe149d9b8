//! Work done on all threads whose results are taken in order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::scratch::{Scratch, with_scratch};

/// What the threads share.
struct Turns<F, E> {
    take: F,
    /// The step whose turn it is.
    next: usize,
    failed: Option<E>,
}

/// Does `work` for the steps 0..count on all threads of rayon's pool, and hands each result with the scratch memory it
/// was made in to `take`, one at a time, in order. At most one result a thread is in memory: a thread that is early
/// waits for its turn. It waits only for steps that another thread has begun, so all come to their end, on one thread
/// too. The first error, in order, ends it.
pub(crate) fn in_order<T: Send, E: Send>(
    count: usize,
    work: impl Fn(usize, &mut Scratch) -> Result<T, E> + Sync,
    take: impl FnMut(T, &mut Scratch) -> Result<(), E> + Send,
) -> Result<(), E> {
    let shared = Mutex::new(Turns { take, next: 0, failed: None });
    let (turn, claimed) = (Condvar::new(), AtomicUsize::new(0));
    let worker = |scratch: &mut Scratch| {
        loop {
            let at = claimed.fetch_add(1, Ordering::Relaxed);
            if at >= count {
                return;
            }
            let result = work(at, scratch);
            let state = shared.lock().unwrap_or_else(PoisonError::into_inner);
            let waiting = |state: &mut Turns<_, E>| state.next != at && state.failed.is_none();
            let mut state = turn.wait_while(state, waiting).unwrap_or_else(PoisonError::into_inner);
            if state.failed.is_some() {
                return;
            }
            if let Err(error) = result.and_then(|result| (state.take)(result, scratch)) {
                state.failed = Some(error);
            }
            state.next += 1;
            turn.notify_all();
        }
    };
    rayon::scope(|scope| {
        for _ in 0..rayon::current_num_threads().min(count) {
            scope.spawn(|_| with_scratch(worker));
        }
    });
    let state = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    state.failed.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_the_first_error_ends_it() {
        let mut taken = Vec::new();
        in_order(
            500,
            |at, _| Ok::<_, ()>(at),
            |at, _| {
                taken.push(at);
                Ok(())
            },
        )
        .unwrap();
        assert_eq!(taken, (0..500).collect::<Vec<_>>());
        taken.clear();
        let fails = |at: usize, _: &mut Scratch| if at == 70 || at == 90 { Err(at) } else { Ok(at) };
        assert_eq!(
            in_order(500, fails, |at, _| {
                taken.push(at);
                Ok(())
            }),
            Err(70)
        );
        assert_eq!(taken, (0..70).collect::<Vec<_>>());
        assert_eq!(in_order(0, |at, _| Err::<(), _>(at), |(), _| Ok(())), Ok(()));
    }
}
