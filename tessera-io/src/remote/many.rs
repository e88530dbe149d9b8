//! Many ranges at once.

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tessera_core::{ObjectRange, TakeRange};
use tokio::task::AbortHandle;

use super::objects::Objects;

/// Which range it was, and what came of it.
type Answer = (usize, io::Result<Option<Vec<u8>>>);

/// What the requests of one call and those who take their answers share.
#[derive(Debug, Default)]
struct Desk {
    state: Mutex<State>,
    /// Something came, or was taken.
    news: Condvar,
}

#[derive(Debug, Default)]
struct State {
    answers: VecDeque<Answer>,
    /// Requests that were begun and whose answers have not been taken to their end.
    open: usize,
    /// The next range to be asked for.
    next: usize,
    /// Whether no more is wanted.
    stopped: bool,
    /// Memory of answers that were taken.
    spare: Vec<Vec<u8>>,
    requests: Vec<AbortHandle>,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all, so that nobody waits for what does not come.
    fn stop(&self) {
        let mut state = self.lock();
        state.stopped = true;
        state.answers.clear();
        for request in state.requests.drain(..) {
            request.abort();
        }
        drop(state);
        self.news.notify_all();
    }
}

/// Stops where a taker panics.
struct StopOnPanic<'a>(&'a Desk);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

/// One call: ranges that are asked for as others are taken.
struct Many<'a> {
    objects: &'a Arc<Objects>,
    ranges: &'a [ObjectRange<'a>],
    take: &'a TakeRange<'a>,
    desk: Arc<Desk>,
}

/// Asks for ranges, so many at once as may be in flight, and has each answer taken as it comes.
///
/// The thread that asks takes answers itself. While more than one waits it also calls threads of rayon's pool to help; it
/// never waits for one of them to come, so that nothing depends on the pool having one to spare: every answer that nobody
/// else takes, this thread does, and it runs no foreign work while it waits for them. At the end it waits for helpers that
/// are at work, and for those that have not begun, which rayon lets a thread of its pool run itself.
///
/// Answers that are held are no more than may be in flight: one is asked for only when another one was taken.
pub(super) fn read_many(objects: &Arc<Objects>, ranges: &[ObjectRange<'_>], take: &TakeRange<'_>) {
    let many = Many { objects, ranges, take, desk: Arc::default() };
    let at_once = objects.line.shared.options.fetching.in_flight;
    {
        let mut state = many.desk.lock();
        while state.open < at_once && many.ask(&mut state) {}
    }
    let most_helpers = rayon::current_num_threads() - usize::from(rayon::current_thread_index().is_some());
    let helpers = AtomicUsize::new(0);
    rayon::in_place_scope(|scope| {
        let _guard = StopOnPanic(&many.desk);
        while let Some((answer, more)) = many.wait() {
            if more && helpers.load(Ordering::Relaxed) < most_helpers {
                helpers.fetch_add(1, Ordering::Relaxed);
                scope.spawn(|_| {
                    let _guard = StopOnPanic(&many.desk);
                    while let Some(answer) = many.next() {
                        many.taken(answer);
                    }
                    helpers.fetch_sub(1, Ordering::Relaxed);
                });
            }
            many.taken(answer);
        }
    });
}

impl Many<'_> {
    /// Sends the next request; false where there is none.
    fn ask(&self, state: &mut State) -> bool {
        if state.stopped {
            return false;
        }
        let Some(wanted) = self.ranges.get(state.next) else { return false };
        let at = state.next;
        state.next += 1;
        state.open += 1;
        let (objects, desk) = (Arc::clone(self.objects), Arc::clone(&self.desk));
        let (object, range) = (wanted.object.to_owned(), wanted.range);
        let out = state.spare.pop().unwrap_or_default();
        let task = self.objects.line.shared.gate.handle().spawn(async move {
            let mut sent = Sent { at, desk, answer: None };
            sent.answer = Some(objects.read(&object, range, out).await);
        });
        // Ended ones are let go of now and then.
        if state.requests.len() >= 64 {
            state.requests.retain(|request| !request.is_finished());
        }
        state.requests.push(task.abort_handle());
        true
    }

    /// The next answer, as soon as there is one, and whether there are more; none at the end.
    fn wait(&self) -> Option<(Answer, bool)> {
        let mut state = self.desk.lock();
        loop {
            if state.stopped {
                return None;
            }
            if let Some(answer) = state.answers.pop_front() {
                return Some((answer, !state.answers.is_empty()));
            }
            if state.open == 0 {
                return None;
            }
            state = self.desk.news.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next answer, if one is there.
    fn next(&self) -> Option<Answer> {
        self.desk.lock().answers.pop_front()
    }

    /// Gives an answer to who wants it, and asks for the next.
    fn taken(&self, (at, answer): Answer) {
        let (answer, spare) = match answer {
            Ok(Some(bytes)) => ((self.take)(at, Ok(Some(&bytes))), Some(bytes)),
            Ok(None) => ((self.take)(at, Ok(None)), None),
            Err(error) => ((self.take)(at, Err(error)), None),
        };
        if let ControlFlow::Break(()) = answer {
            self.desk.stop();
            return;
        }
        let mut state = self.desk.lock();
        state.spare.extend(spare);
        state.open -= 1;
        self.ask(&mut state);
        drop(state);
        self.desk.news.notify_all();
    }
}

/// Brings an answer, whatever happens to the request.
struct Sent {
    at: usize,
    desk: Arc<Desk>,
    answer: Option<io::Result<Option<Vec<u8>>>>,
}

impl Drop for Sent {
    fn drop(&mut self) {
        let lost = || Err(io::Error::other("a request was dropped"));
        let mut state = self.desk.lock();
        if !state.stopped {
            state.answers.push_back((self.at, self.answer.take().unwrap_or_else(lost)));
            drop(state);
            self.desk.news.notify_all();
        }
    }
}
