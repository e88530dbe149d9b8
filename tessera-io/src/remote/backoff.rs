//! When a request is sent again.

use std::time::{Duration, Instant, SystemTime};

use super::failure::Failure;
use super::{RemoteOptions, RemoteTrouble};

/// What is left of the patience with one request: its attempts and its time, which begin again with each bit of progress.
#[derive(Debug)]
pub(super) struct Backoff {
    /// All that were sent.
    pub(super) attempts: u32,
    most: u32,
    without_progress: u32,
    since: Instant,
    total: Duration,
    first: Duration,
    longest: Duration,
}

/// Where nobody has answered yet, a name is rather mistyped or a server not running than the network broken.
const ATTEMPTS_TO_CONNECT: u32 = 3;

/// The least that counts as progress; each attempt gives at least so much of a body, or uses up patience.
pub(super) const PROGRESS: u64 = 64 << 10;

impl Backoff {
    pub(super) fn new(options: &RemoteOptions) -> Self {
        Self {
            attempts: 0,
            most: options.attempts,
            without_progress: 0,
            since: Instant::now(),
            total: options.total,
            first: options.first_wait,
            longest: options.longest_wait,
        }
    }

    /// Begins an attempt.
    pub(super) fn attempt(&mut self) {
        self.attempts += 1;
        self.without_progress += 1;
    }

    /// Begins anew, as part of a body came.
    pub(super) fn progress(&mut self) {
        self.without_progress = 0;
        self.since = Instant::now();
    }

    /// How long to wait before the next attempt; why not, where it is the last. By exponential back-off with full jitter,
    /// (<https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>), and never shorter than the server asks.
    pub(super) fn wait(&self, failure: Failure, answered_before: bool) -> Result<Duration, Failure> {
        let connecting = matches!(failure.trouble, RemoteTrouble::NoHost(_) | RemoteTrouble::NoConnection(_))
            && !answered_before;
        let most = if connecting { self.most.min(ATTEMPTS_TO_CONNECT) } else { self.most };
        if !failure.trouble.may_pass() || self.without_progress >= most {
            return Err(failure);
        }
        let doublings = self.without_progress.saturating_sub(1).min(31);
        let ceiling = self.first.saturating_mul(1 << doublings).min(self.longest);
        let jittered = ceiling.mul_f64(fastrand::f64());
        let wait = match failure.retry_after {
            // Those who were sent away together shall not come back together.
            Some(after) => after.saturating_add(jittered.min(self.first)),
            None => jittered,
        };
        let left = self.total.saturating_sub(self.since.elapsed());
        match failure.retry_after {
            _ if wait <= left => Ok(wait),
            Some(after) => {
                let answer = match failure.trouble {
                    RemoteTrouble::Busy(answer) => answer,
                    other => other.to_string(),
                };
                Err(Failure { trouble: RemoteTrouble::BusyFor { answer, after }, ..failure })
            }
            None => Err(failure),
        }
    }
}

/// The time that a `Retry-After` names, in seconds or as a date (RFC 9110, 10.2.3); nothing where it is neither.
pub(super) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    match text.parse::<u64>() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let date = httpdate::parse_http_date(text).ok()?;
            Some(date.duration_since(now).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy(retry_after: Option<u64>) -> Failure {
        let mut failure = Failure::of(RemoteTrouble::Busy("503".into()));
        failure.retry_after = retry_after.map(Duration::from_secs);
        failure
    }

    #[test]
    fn waits_grow_and_end() {
        let options = RemoteOptions::new()
            .attempts(6)
            .waits(Duration::from_millis(100), Duration::from_millis(500))
            .retry_time(Duration::from_secs(60));
        let mut backoff = Backoff::new(&options);
        for ceiling in [100, 200, 400, 500, 500] {
            backoff.attempt();
            for _ in 0..100 {
                assert!(backoff.wait(busy(None), true).unwrap() <= Duration::from_millis(ceiling));
            }
        }
        backoff.attempt();
        assert!(backoff.wait(busy(None), true).is_err());
        backoff.progress();
        backoff.attempt();
        assert!(backoff.wait(busy(None), true).is_ok(), "progress begins anew");
        assert_eq!(backoff.attempts, 7);
    }

    #[test]
    fn a_server_is_waited_for_as_it_asks_and_not_for_ever() {
        let options = RemoteOptions::new().retry_time(Duration::from_secs(60));
        let mut backoff = Backoff::new(&options);
        backoff.attempt();
        let wait = backoff.wait(busy(Some(7)), true).unwrap();
        assert!(wait >= Duration::from_secs(7) && wait < Duration::from_secs(8));
        let refused = backoff.wait(busy(Some(3600)), true).unwrap_err();
        assert!(matches!(refused.trouble, RemoteTrouble::BusyFor { after, .. } if after.as_secs() == 3600));
    }

    #[test]
    fn what_does_not_pass_is_not_tried_again() {
        let mut backoff = Backoff::new(&RemoteOptions::new());
        backoff.attempt();
        assert!(backoff.wait(Failure::of(RemoteTrouble::NoBucket("x".into())), true).is_err());
        let refused = || Failure::of(RemoteTrouble::NoConnection("refused".into()));
        backoff.attempt();
        assert!(backoff.wait(refused(), false).is_ok());
        backoff.attempt();
        assert!(backoff.wait(refused(), false).is_err() && backoff.wait(refused(), true).is_ok());
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        assert_eq!(retry_after(" 120", now), Some(Duration::from_secs(120)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-1", now), None);
    }
}
