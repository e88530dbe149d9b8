//! What servers and networks do on bad days: the bytes come, or an error, and never others.

use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::Duration;

use proptest::prelude::*;
use tessera_core::{ByteRange, ByteRanges, ObjectChanged, ObjectRange};
use tessera_io::RemoteError;

use crate::faults::{FaultProxy, Faults};
use crate::support::{WebServer, open, pattern, quick};

/// What came: of how many ranges bytes, and which errors.
struct Outcome {
    right: usize,
    errors: Vec<std::io::Error>,
    disturbed: u64,
    retries: u64,
}

const OBJECTS: usize = 3;
const LENGTH: usize = 300_000;
const RANGES: u64 = 60;

/// Reads many ranges of some objects on a bad day, and looks at each byte.
fn read(faults: Faults) -> Outcome {
    let dir = tempfile::tempdir().unwrap();
    let objects: Vec<Vec<u8>> = (0..OBJECTS).map(|at| pattern(LENGTH, at as u64)).collect();
    for (at, bytes) in objects.iter().enumerate() {
        std::fs::write(dir.path().join(format!("{at}")), bytes).unwrap();
    }
    let server = WebServer::start(dir.path());
    let seed = faults.seed;
    let proxy = FaultProxy::start(server.address, faults);
    let (remote, store) = open(quick(), &proxy.url());
    let names: Vec<String> = (0..OBJECTS).map(|at| at.to_string()).collect();
    let mut at = seed;
    let mut chance = || {
        at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (at >> 33) as usize
    };
    let wanted: Vec<(usize, ByteRange, std::ops::Range<usize>)> = (0..RANGES)
        .map(|_| {
            let object = chance() % OBJECTS;
            let start = chance() % LENGTH;
            let length = 1 + chance() % (LENGTH - start).min(100_000);
            match chance() % 5 {
                0 => (object, ByteRange::Last(length as u64), LENGTH - length..LENGTH),
                1 => (object, ByteRange::All, 0..LENGTH),
                _ => {
                    let range = ByteRange::From { offset: start as u64, length: length as u64 };
                    (object, range, start..start + length)
                }
            }
        })
        .collect();
    let ranges: Vec<ObjectRange<'_>> = wanted
        .iter()
        .map(|(object, range, _)| ObjectRange { object: &names[*object], range: *range })
        .collect();
    let outcome = Mutex::new((0, Vec::new()));
    store.read_many(&ranges, &|at, got| {
        let mut outcome = outcome.lock().unwrap();
        match got {
            Ok(got) => {
                let (object, range, expected) = &wanted[at];
                assert!(got == Some(&objects[*object][expected.clone()]), "wrong bytes: {object} {range:?}");
                outcome.0 += 1;
            }
            Err(error) => outcome.1.push(error),
        }
        ControlFlow::Continue(())
    });
    let (right, errors) = outcome.into_inner().unwrap();
    assert_eq!(right + errors.len(), RANGES as usize);
    let traffic = remote.traffic();
    assert_eq!(traffic.requests, proxy.requests());
    assert_eq!(traffic.requests - traffic.retries, RANGES, "what was asked for, and what was repeated");
    Outcome { right, errors, disturbed: proxy.disturbed(), retries: traffic.retries }
}

#[test]
fn undisturbed_each_range_is_a_request() {
    let outcome = read(Faults::default());
    assert_eq!((outcome.right, outcome.disturbed, outcome.retries), (RANGES as usize, 0, 0));
}

#[test]
fn each_trouble_passes() {
    let none = Faults { seed: 7, ..Faults::default() };
    for (what, faults) in [
        ("busy", Faults { busy: 0.1, burst: 2, ..none.clone() }),
        ("busy, asking to wait", Faults { busy: 0.05, retry_after: Some("1".into()), ..none.clone() }),
        ("resets", Faults { reset: 0.3, ..none.clone() }),
        ("truncated", Faults { truncated: 0.3, ..none.clone() }),
        ("slow", Faults { slow: 0.2, pause: Duration::from_millis(900), ..none.clone() }),
        ("whole", Faults { whole: 0.3, ..none.clone() }),
        ("shifted", Faults { shifted: 0.3, ..none.clone() }),
    ] {
        let outcome = read(faults);
        assert!(outcome.errors.is_empty(), "{what}: {:?}", outcome.errors);
        assert!(outcome.disturbed >= 3, "{what}: {}", outcome.disturbed);
        // A whole object in place of a range is an answer, if a large one.
        assert!((outcome.retries >= 3) != (what == "whole"), "{what}: {}", outcome.retries);
    }
}

#[test]
fn what_broke_is_gone_on_with_from_there() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = pattern(1 << 20, 3);
    std::fs::write(dir.path().join("x"), &bytes).unwrap();
    let server = WebServer::start(dir.path());
    let proxy = FaultProxy::start(server.address, Faults { truncated: 1.0, ..Faults::default() });
    let (remote, store) = open(quick(), &proxy.url());
    let mut out = Vec::new();
    // Each attempt brings half of what is missing, so that patience is used up only by the last ones.
    let error = store.read_into("x", ByteRange::All, &mut out).unwrap_err();
    assert!(RemoteError::of(&error).unwrap().may_pass(), "{error}");
    let ranges: Vec<_> = proxy.seen().into_iter().map(|seen| seen.range).collect();
    assert_eq!(ranges[0], None);
    assert_eq!(ranges[1].as_deref(), Some("bytes=524288-1048575"));
    assert_eq!(ranges[2].as_deref(), Some("bytes=786432-1048575"));
    assert!(remote.traffic().bytes_read < 1 << 20);
    proxy.set(Faults { seed: 1, truncated: 0.6, ..Faults::default() });
    assert!(store.read_into("x", ByteRange::All, &mut out).unwrap());
    assert!(out == bytes);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn on_the_worst_days_bytes_are_right_or_missing(seed in 0..u64::MAX, rate in 0.0..0.12) {
        let outcome = read(Faults {
            seed,
            busy: rate,
            burst: seed % 3,
            retry_after: Some("0".into()),
            reset: rate,
            truncated: rate,
            slow: rate / 4.0,
            pause: Duration::from_millis(700),
            whole: rate,
            shifted: rate,
            ..Faults::default()
        });
        for error in outcome.errors {
            prop_assert!(RemoteError::of(&error).is_some_and(RemoteError::may_pass), "{error}");
        }
    }

    #[test]
    fn versions_are_never_mixed(seed in 0..u64::MAX) {
        let outcome = read(Faults { seed, stale: 0.1, reset: 0.1, truncated: 0.1, ..Faults::default() });
        for error in outcome.errors {
            prop_assert!(ObjectChanged::is(&error) || RemoteError::of(&error).is_some(), "{error}");
        }
    }
}
