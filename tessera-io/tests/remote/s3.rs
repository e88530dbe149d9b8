//! A server of S3, where there is one.

use std::io::{ErrorKind, Write};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tessera_core::{ByteRange, ByteRanges, ByteStore, ObjectChanged, ObjectRange};
use tessera_io::{Location, Remote, RemoteError, RemoteNotice, RemoteOptions, RemoteStore, RemoteTrouble};

use crate::faults::{Conditional, FaultProxy, Faults};
use crate::support::{open, pattern, quick};
use crate::weed::Weed;

/// A server with an empty bucket of a name, and a proxy before it.
fn server(bucket: &str) -> Option<(Arc<Weed>, FaultProxy)> {
    let weed = Weed::shared()?;
    weed.bucket(bucket);
    let proxy = FaultProxy::start(weed.s3, Faults::default());
    Some((weed, proxy))
}

fn options(weed: &Weed, proxy: &FaultProxy) -> RemoteOptions {
    quick().idle_timeout(std::time::Duration::from_secs(10)).variables(weed.variables(&proxy.url()))
}

fn names(store: &RemoteStore, folder: &str) -> Vec<String> {
    store.walk(folder).unwrap().into_iter().map(|(name, _)| name).collect()
}

fn trouble(error: &std::io::Error) -> RemoteTrouble {
    match RemoteError::of(error) {
        Some(RemoteError::Request { trouble, .. }) => trouble.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn objects_are_put_read_listed_and_removed() {
    let Some((weed, proxy)) = server("objects") else { return };
    let (remote, store) = open(options(&weed, &proxy), "s3://objects/a prefix+é");
    let bytes = pattern(300_000, 1);
    let odd = "x=1/ü & <b>+%41";
    for object in [odd, "x=1/c", "d"] {
        store.put(object, &bytes).unwrap();
    }
    let mut out = Vec::new();
    for (range, expected) in [
        (ByteRange::All, 0..300_000),
        (ByteRange::From { offset: 5, length: 100 }, 5..105),
        (ByteRange::Last(9), 299_991..300_000),
        (ByteRange::Last(1 << 40), 0..300_000),
    ] {
        let before = proxy.requests();
        assert!(store.read_into(odd, range, &mut out).unwrap());
        assert!(out == bytes[expected], "{range:?}");
        assert_eq!(proxy.requests(), before + 1, "{range:?}");
    }
    for (offset, length) in [(299_999, 2), (300_000, 1), (1 << 40, 1)] {
        let error = store.read_into(odd, ByteRange::From { offset, length }, &mut out).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof, "{error}");
    }
    for range in [ByteRange::All, ByteRange::Last(4), ByteRange::From { offset: 3, length: 2 }] {
        assert!(!store.read_into("absent", range, &mut out).unwrap());
    }
    store.put("empty", b"").unwrap();
    for range in [ByteRange::All, ByteRange::Last(4)] {
        assert!(store.read_into("empty", range, &mut out).unwrap() && out.is_empty(), "{range:?}");
    }
    assert_eq!(names(&store, ""), ["d", "empty", "x=1/c", odd]);
    assert_eq!(names(&store, "x=1"), ["x=1/c", odd]);
    assert_eq!(store.list("").unwrap(), ["d", "empty", "x=1"]);
    assert_eq!(store.list("x=1").unwrap(), ["c", "ü & <b>+%41"]);
    assert!(store.list("nothing").unwrap().is_empty() && store.walk("x").unwrap().is_empty());
    // A walk tells what asking for each does.
    for (name, stamp) in store.walk("").unwrap() {
        assert_eq!(store.stamp(&name).unwrap(), Some(stamp), "{name}");
    }
    assert_eq!((store.size("d").unwrap(), store.size("absent").unwrap()), (Some(300_000), None));
    assert!(store.remove("d").unwrap() && !store.remove("d").unwrap() && store.stamp("d").unwrap().is_none());
    assert_eq!(remote.traffic().retries, 0);
    assert_eq!(remote.traffic().requests, proxy.requests());
    assert!(remote.notices().is_empty(), "{:?}", remote.notices());
}

#[test]
fn another_version_is_never_mixed_in() {
    let Some((weed, proxy)) = server("versions") else { return };
    let (_remote, store) = open(options(&weed, &proxy), "s3://versions");
    let (_, other) = open(options(&weed, &proxy), "s3://versions");
    let mut out = Vec::new();
    other.put("x", b"0123456789").unwrap();
    assert!(store.read_into("x", ByteRange::Last(5), &mut out).unwrap());
    other.put("x", b"abcdefghij").unwrap();
    let error = store.read_into("x", ByteRange::From { offset: 0, length: 5 }, &mut out).unwrap_err();
    assert!(ObjectChanged::is(&error), "{error}");
    let seen = proxy.seen();
    assert!(seen.last().unwrap().if_match.is_some() && seen[seen.len() - 3].if_match.is_none());
    store.forget("x");
    assert!(store.read_into("x", ByteRange::All, &mut out).unwrap() && out == b"abcdefghij");
    // What one writes oneself is known.
    store.put("x", b"z").unwrap();
    assert!(store.read_into("x", ByteRange::All, &mut out).unwrap() && out == b"z");
}

#[test]
fn large_objects_go_in_parts_and_appear_whole() {
    let Some((weed, proxy)) = server("parts") else { return };
    let (remote, store) = open(options(&weed, &proxy).part_size(5 << 20), "s3://parts/p");
    let bytes = pattern((12 << 20) + 345, 2);
    let mut writer = store.create("large").unwrap();
    for piece in bytes.chunks(700_001) {
        writer.write_all(piece).unwrap();
    }
    writer.flush().unwrap();
    assert!(names(&store, "").is_empty() && store.size("large").unwrap().is_none());
    writer.finish().unwrap();
    let mut out = Vec::new();
    assert!(store.read_into("large", ByteRange::All, &mut out).unwrap() && out == bytes);
    let seen = proxy.seen();
    let count = |method: &str, with: &str| {
        seen.iter().filter(|seen| seen.method == method && seen.path.contains(with)).count()
    };
    assert_eq!(
        (count("POST", "uploads="), count("PUT", "partNumber="), count("POST", "uploadId=")),
        (1, 3, 1)
    );
    // One whole part is no reason for an upload in parts.
    store.put("one", &bytes[..5 << 20]).unwrap();
    let mut writer = store.create("one-too").unwrap();
    writer.write_all(&bytes[..5 << 20]).unwrap();
    writer.finish().unwrap();
    store.put("two", &bytes[..(5 << 20) + 1]).unwrap();
    let seen = proxy.seen();
    assert_eq!(
        seen.iter().map(|seen| seen.method.as_str()).collect::<Vec<_>>(),
        ["PUT", "PUT", "POST", "PUT", "PUT", "POST"]
    );
    for (name, length) in [("one", 5 << 20), ("one-too", 5 << 20), ("two", (5 << 20) + 1)] {
        assert_eq!(store.size(name).unwrap(), Some(length), "{name}");
    }
    // Dropped, it leaves nothing, and what was there before.
    for object in ["large", "dropped"] {
        let mut writer = store.create(object).unwrap();
        writer.write_all(&pattern(11 << 20, 9)).unwrap();
        drop(writer);
        assert!(proxy.seen().iter().any(|seen| seen.method == "DELETE" && seen.path.contains("uploadId=")));
    }
    assert_eq!(names(&store, ""), ["large", "one", "one-too", "two"]);
    store.forget("large");
    assert!(store.read_into("large", ByteRange::All, &mut out).unwrap() && out == bytes);
    assert_eq!(remote.traffic().retries, 0);
}

#[test]
fn more_than_a_page_is_listed() {
    let Some((weed, proxy)) = server("pages") else { return };
    let (remote, store) = open(options(&weed, &proxy), "s3://pages");
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let store = &store;
            scope.spawn(move || {
                for at in (thread..1100).step_by(8) {
                    store.put(&format!("f/{at:04}/x"), b"x").unwrap();
                }
            });
        }
    });
    store.put("f.txt", b"not in it").unwrap();
    let before = remote.traffic().requests;
    let found = names(&store, "f");
    assert_eq!((found.len(), found[0].as_str(), found[1099].as_str()), (1100, "f/0000/x", "f/1099/x"));
    assert_eq!(remote.traffic().requests - before, 2);
    let listed = store.list("f").unwrap();
    assert_eq!((listed.len(), listed[1099].as_str()), (1100, "1099"));
    proxy.set(Faults { deny_list: 1.0, ..Faults::default() });
    let error = store.list("f").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert!(error.to_string().contains("s3://pages/f: list: not allowed (403 AccessDenied"), "{error}");
    let mut out = Vec::new();
    assert!(store.read_into("f/0001/x", ByteRange::All, &mut out).unwrap(), "reading needs no listing");
}

#[test]
fn of_many_who_put_the_same_one_wins() {
    let Some((weed, proxy)) = server("races") else { return };
    let (remote, store) = open(options(&weed, &proxy), "s3://races");
    for round in 0..10 {
        let winners = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for thread in 0..8 {
                let (store, winners) = (&store, &winners);
                scope.spawn(move || {
                    if store.put_new(&format!("lock{round}"), format!("{thread}").as_bytes()).unwrap() {
                        winners.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(winners.into_inner(), 1, "round {round}");
    }
    assert!(remote.notices().is_empty());
}

#[test]
fn a_server_that_does_not_keep_what_is_there_is_told() {
    let Some((weed, proxy)) = server("unconditional") else { return };
    for conditional in [Conditional::NotImplemented, Conditional::Ignored] {
        proxy.set(Faults { conditional, ..Faults::default() });
        let (remote, store) = open(options(&weed, &proxy), &format!("s3://unconditional/{conditional:?}"));
        assert!(store.put_new("a", b"one").unwrap() && !store.put_new("a", b"two").unwrap());
        assert!(store.put_new("b", b"one").unwrap() && !store.put_new("b", b"two").unwrap());
        let mut out = Vec::new();
        assert!(store.read_into("a", ByteRange::All, &mut out).unwrap() && out == b"one");
        let notices = remote.notices();
        assert!(matches!(&notices[..], [RemoteNotice::NoConditionalPut { .. }]), "{notices:?}");
    }
    // Nor is what is there put to the test by a store that knows nothing yet.
    let (_, store) = open(options(&weed, &proxy), "s3://unconditional/Ignored");
    assert!(!store.put_new("a", b"three").unwrap());
}

#[test]
fn refusals_are_clear_and_tell_no_secret() {
    let Some((weed, proxy)) = server("refusals") else { return };
    let with = |changes: &[(&str, &str)]| {
        let changes = changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        quick().variables(weed.variables(&proxy.url()).into_iter().chain(changes))
    };
    let mut out = Vec::new();
    let (remote, store) = open(with(&[]), "s3://absent-bucket/p");
    for error in [store.read_into("x", ByteRange::All, &mut out).unwrap_err(), store.list("").unwrap_err()] {
        assert!(matches!(trouble(&error), RemoteTrouble::NoBucket(_)), "{error}");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
    for changes in [[("AWS_SECRET_ACCESS_KEY", "hidden-and-wrong")], [("AWS_ACCESS_KEY_ID", "nobody")]] {
        let (remote, store) = open(with(&changes), "s3://refusals/p");
        for error in [
            store.read_into("x", ByteRange::All, &mut out).unwrap_err(),
            store.list("").unwrap_err(),
            store.put("x", b"y").unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
            assert!(matches!(trouble(&error), RemoteTrouble::Credentials(_)), "{error}");
            let text = format!("{error} {error:?} {store:?} {remote:?}");
            assert!(text.contains("AWS_SECRET_ACCESS_KEY") && !text.contains("hidden"), "{text}");
        }
        assert_eq!(remote.traffic().retries, 0, "a refusal is not tried again");
    }
    assert!(!format!("{remote:?} {store:?}").contains(crate::weed::SECRET));
    let none = Remote::new(quick()).unwrap().open(&"s3://refusals".parse().unwrap()).unwrap_err();
    assert!(matches!(none, RemoteError::NoCredentials { .. }));
}

/// The same as without troubles, or an error that may pass, and then nothing that looks whole.
#[test]
fn on_bad_days_writing_is_whole_or_nothing() {
    let Some((weed, proxy)) = server("bad-days") else { return };
    let large = pattern(11 << 20, 4);
    let (mut right, mut retries) = (0, 0);
    for seed in 0..25 {
        let rate = 0.04 * (seed % 4) as f64;
        proxy.set(Faults {
            seed,
            busy: rate,
            burst: 1,
            retry_after: Some("0".into()),
            reset: rate,
            truncated: rate,
            whole: rate,
            ..Faults::default()
        });
        let (remote, store) =
            open(options(&weed, &proxy).part_size(5 << 20), &format!("s3://bad-days/{seed}"));
        let small = pattern(100_000, seed);
        let written =
            [("small", &small), ("large", &large)].map(|(name, bytes)| (name, bytes, store.put(name, bytes)));
        let new = store.put_new("new", &small);
        let wanted: Vec<_> =
            (0..40).map(|at| ByteRange::From { offset: at * 2000, length: 1500 + at }).collect();
        let ranges: Vec<_> =
            wanted.iter().map(|range| ObjectRange { object: "small", range: *range }).collect();
        store.read_many(&ranges, &|at, got| {
            let offset = at * 2000;
            match got {
                Ok(Some(got)) => assert!(got == &small[offset..offset + 1500 + at]),
                Ok(None) => assert!(written[0].2.is_err()),
                Err(error) => assert!(RemoteError::of(&error).unwrap().may_pass(), "{error}"),
            }
            ControlFlow::Continue(())
        });
        retries += remote.traffic().retries;
        proxy.set(Faults::default());
        let mut out = Vec::new();
        for (name, bytes, result) in written {
            store.forget(name);
            match result {
                Ok(()) => {
                    assert!(
                        store.read_into(name, ByteRange::All, &mut out).unwrap() && out == **bytes,
                        "{seed} {name}"
                    );
                    right += 1;
                }
                Err(error) => {
                    assert!(RemoteError::of(&error).unwrap().may_pass(), "{error}");
                    // The answer may have been lost, of an object that is whole.
                    assert!(!store.read_into(name, ByteRange::All, &mut out).unwrap() || out == **bytes);
                }
            }
        }
        match new {
            Ok(new) => {
                assert!(new && store.read_into("new", ByteRange::All, &mut out).unwrap() && out == small);
            }
            Err(error) => assert!(RemoteError::of(&error).unwrap().may_pass(), "{error}"),
        }
    }
    assert!(right >= 40 && retries >= 40, "{right} right, {retries} retries");
}

#[test]
fn a_location_opens_what_it_names() {
    let Some((weed, proxy)) = server("locations") else { return };
    let remote = Remote::new(options(&weed, &proxy)).unwrap();
    let location: Location = "s3://locations/a/b.parquet".parse().unwrap();
    let store = remote.store(&location.parent().unwrap()).unwrap();
    store.put(&location.file_name().unwrap(), b"bytes").unwrap();
    assert_eq!(store.name(), "s3://locations/a");
    assert_eq!(
        remote.store(&"s3://locations".parse().unwrap()).unwrap().size("a/b.parquet").unwrap(),
        Some(5)
    );
}
