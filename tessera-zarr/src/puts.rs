//! Objects that are put in their place, as many at once as their store likes.

use std::collections::VecDeque;
use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use tessera_core::ByteStore;

use crate::WriteError;

/// The most bytes that wait to be put, and are being put: what is encoded faster than it is sent waits for that.
const MOST_BYTES: usize = 64 << 20;

/// Puts objects into a store: at once, where nothing has to be waited for, and on threads of its own otherwise.
pub(crate) struct Puts<'a> {
    store: &'a dyn ByteStore,
    queue: Option<&'a Queue>,
}

/// What the threads share.
#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(String, Vec<u8>)>,
    /// Bytes that wait or are being put.
    held: usize,
    closed: bool,
    failed: Option<(String, io::Error)>,
}

/// Closes the queue when the work is done, however it ends.
struct Closing<'a>(&'a Queue);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.locked().closed = true;
        self.0.changed.notify_all();
    }
}

/// How many requests to a store wait for their answers at once, each on a thread of its own.
pub(crate) fn lanes(store: &dyn ByteStore) -> usize {
    const MOST: usize = 64;
    store.fetching().in_flight.clamp(1, MOST)
}

/// Does work that puts objects; done, all of them are in their place. The first that cannot be put ends it.
pub(crate) fn with_puts<T, E: From<WriteError>>(
    store: &dyn ByteStore,
    work: impl FnOnce(&Puts<'_>) -> Result<T, E>,
) -> Result<T, E> {
    let lanes = lanes(store);
    if lanes <= 1 {
        return work(&Puts { store, queue: None });
    }
    let queue = Queue::default();
    let done = std::thread::scope(|scope| {
        let _closing = Closing(&queue);
        for _ in 0..lanes {
            scope.spawn(|| queue.put_all(store));
        }
        work(&Puts { store, queue: Some(&queue) })
    });
    match queue.state.into_inner().unwrap_or_else(PoisonError::into_inner).failed {
        Some((object, cause)) => Err(WriteError::Io { object: place(store, &object), cause }.into()),
        None => done,
    }
}

impl Puts<'_> {
    pub(crate) fn store(&self) -> &dyn ByteStore {
        self.store
    }

    /// Puts an object in its place, now or soon.
    pub(crate) fn put(&self, object: String, bytes: &[u8]) -> Result<(), WriteError> {
        let result = match self.queue {
            None => self.store.put(&object, bytes),
            Some(queue) => queue.push(object.clone(), bytes),
        };
        result.map_err(|cause| WriteError::Io { object: place(self.store, &object), cause })
    }
}

impl Queue {
    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(
        &'a self,
        state: MutexGuard<'a, State>,
        mut until: impl FnMut(&State) -> bool,
    ) -> MutexGuard<'a, State> {
        self.changed.wait_while(state, |state| !until(state)).unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, object: String, bytes: &[u8]) -> io::Result<()> {
        let fits = |state: &State| {
            state.failed.is_some() || state.held == 0 || state.held + bytes.len() <= MOST_BYTES
        };
        let mut state = self.wait(self.locked(), fits);
        if let Some((_, error)) = &state.failed {
            // Ends the work; the error itself is told at the end.
            return Err(io::Error::new(error.kind(), error.to_string()));
        }
        state.held += bytes.len();
        state.waiting.push_back((object, bytes.to_vec()));
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    fn put_all(&self, store: &dyn ByteStore) {
        loop {
            let mut state = self.wait(self.locked(), |state| state.closed || !state.waiting.is_empty());
            let Some((object, bytes)) = state.waiting.pop_front() else { return };
            drop(state);
            let result = store.put(&object, &bytes);
            let mut state = self.locked();
            state.held -= bytes.len();
            if let Err(error) = result {
                state.failed.get_or_insert((object, error));
            }
            if state.failed.is_some() {
                let waiting = std::mem::take(&mut state.waiting);
                state.held -= waiting.iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
            }
            drop(state);
            self.changed.notify_all();
        }
    }
}

/// What to call an object in a message: a path, or an address.
pub(crate) fn place(store: &dyn ByteStore, object: &str) -> String {
    format!("{}/{object}", store.name())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tessera_core::{ByteRange, ByteRanges, Fetching, ObjectWriter};

    use super::*;

    /// Takes its time over every object, and refuses those that are called so.
    #[derive(Default)]
    struct Slow {
        now: AtomicUsize,
        most: AtomicUsize,
        done: AtomicUsize,
    }

    impl ByteRanges for Slow {
        fn name(&self) -> String {
            "slow".into()
        }
        fn read_into(&self, _: &str, _: ByteRange, _: &mut Vec<u8>) -> io::Result<bool> {
            Ok(false)
        }
        fn size(&self, _: &str) -> io::Result<Option<u64>> {
            Ok(None)
        }
        fn fetching(&self) -> Fetching {
            Fetching { in_flight: 4, ..Fetching::default() }
        }
    }

    impl ByteStore for Slow {
        fn create(&self, _: &str) -> io::Result<Box<dyn ObjectWriter>> {
            Err(io::ErrorKind::Unsupported.into())
        }
        fn put(&self, object: &str, bytes: &[u8]) -> io::Result<()> {
            self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(3));
            self.now.fetch_sub(1, Ordering::SeqCst);
            self.done.fetch_add(bytes.len(), Ordering::SeqCst);
            if object == "refused" { Err(io::Error::new(io::ErrorKind::StorageFull, "full")) } else { Ok(()) }
        }
        fn put_new(&self, _: &str, _: &[u8]) -> io::Result<bool> {
            Ok(false)
        }
        fn remove(&self, _: &str) -> io::Result<bool> {
            Ok(false)
        }
    }

    #[test]
    fn many_are_put_at_once_and_no_more_wait_than_memory_allows() {
        let (store, piece) = (Slow::default(), vec![7; 3 << 20]);
        let held = with_puts(&store, |puts| {
            let mut held = 0;
            for at in 0..60 {
                puts.put(format!("{at}"), &piece)?;
                held = held.max((at + 1) * piece.len() - store.done.load(Ordering::SeqCst));
            }
            Ok::<_, WriteError>(held)
        });
        // What is being counted as done may not be taken from what is held yet: one object a thread.
        assert!(held.unwrap() <= MOST_BYTES + 4 * piece.len());
        assert_eq!(store.done.load(Ordering::SeqCst), 60 * piece.len());
        assert!((2..=4).contains(&store.most.load(Ordering::SeqCst)));
    }

    #[test]
    fn the_first_that_is_refused_ends_it_and_is_told_with_its_kind() {
        let store = Slow::default();
        let put = AtomicUsize::new(0);
        let error = with_puts(&store, |puts| {
            puts.put("refused".into(), b"x")?;
            for at in 0..10_000 {
                puts.put(format!("{at}"), b"x")?;
                std::thread::sleep(Duration::from_millis(1));
                put.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, WriteError>(())
        })
        .unwrap_err();
        assert_eq!(error.to_string(), "cannot write slow/refused");
        assert_eq!(error.io_error().map(io::Error::kind), Some(io::ErrorKind::StorageFull));
        assert!(put.into_inner() < 10_000);
    }
}
