//! A web server: ranges, and nothing else.

use std::io::{ErrorKind, Read};
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tessera_core::{ByteRange, ByteRanges, ByteStore, Folder, ObjectChanged, ObjectRange};
use tessera_io::{RemoteError, RemoteNotice, RemoteTrouble};

use crate::faults::{FaultProxy, Faults};
use crate::support::{WebServer, open, pattern, quick};

struct Site {
    dir: tempfile::TempDir,
    _server: WebServer,
    proxy: FaultProxy,
}

/// A web server behind a proxy that counts.
fn site() -> Site {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("a b")).unwrap();
    std::fs::write(dir.path().join("a b/%c=1"), pattern(100_000, 1)).unwrap();
    std::fs::write(dir.path().join("empty"), b"").unwrap();
    let server = WebServer::start(dir.path());
    let proxy = FaultProxy::start(server.address, Faults::default());
    Site { dir, _server: server, proxy }
}

#[test]
fn ranges_are_those_of_a_folder_for_one_request_each() {
    let site = site();
    let (remote, store) = open(quick(), &site.proxy.url());
    let folder = Folder::new(site.dir.path());
    let ranges = [
        ByteRange::All,
        ByteRange::From { offset: 7, length: 1000 },
        ByteRange::From { offset: 99_999, length: 1 },
        ByteRange::From { offset: 99_999, length: 2 },
        ByteRange::From { offset: 100_000, length: 1 },
        ByteRange::From { offset: 100_000, length: 0 },
        ByteRange::From { offset: 100_001, length: 0 },
        ByteRange::From { offset: u64::MAX, length: 2 },
        ByteRange::Last(10),
        ByteRange::Last(100_000),
        ByteRange::Last(1 << 40),
        ByteRange::Last(0),
    ];
    let (mut here, mut there) = (Vec::new(), vec![1; 99]);
    for object in ["a b/%c=1", "empty", "absent", "a b/absent"] {
        for range in ranges {
            let before = site.proxy.requests();
            let expected = folder.read_into(object, range, &mut here);
            let got = store.read_into(object, range, &mut there);
            match (expected, got) {
                (Ok(expected), Ok(got)) => assert_eq!((expected, &here), (got, &there), "{object} {range:?}"),
                (Err(expected), Err(got)) => {
                    assert_eq!(
                        (expected.kind(), got.kind()),
                        (ErrorKind::UnexpectedEof, ErrorKind::UnexpectedEof)
                    );
                }
                other => panic!("{object} {range:?}: {other:?}"),
            }
            // This server takes the end of an object that is longer than the object for a mistake.
            let more = u64::from(object == "a b/%c=1" && range == ByteRange::Last(1 << 40));
            assert!(site.proxy.requests() <= before + 1 + more, "{object} {range:?}");
        }
        assert_eq!(folder.size(object).unwrap(), store.size(object).unwrap());
    }
    assert_eq!((remote.traffic().requests, remote.traffic().retries), (site.proxy.requests(), 1));
    // Of a range that is too long by a byte nothing is read of what is there of it.
    assert_eq!(remote.traffic().bytes_read + 1, site.proxy.bytes());
    for outside in ["../x", "/x", "a//b", ".", "a/", ""] {
        assert_eq!(
            store.read_into(outside, ByteRange::All, &mut there).unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
    }
}

#[test]
fn many_ranges_come_from_many_requests_at_once() {
    let site = site();
    site.proxy.set(Faults { latency: std::time::Duration::from_millis(20), ..Faults::default() });
    let (_remote, store) = open(quick().in_flight(8), &site.proxy.url());
    let bytes = pattern(100_000, 1);
    let ranges: Vec<ObjectRange<'_>> = (0..64)
        .map(|at| ObjectRange {
            object: "a b/%c=1",
            range: ByteRange::From { offset: at * 1500, length: 1000 },
        })
        .chain([ObjectRange { object: "absent", range: ByteRange::All }])
        .collect();
    let since = std::time::Instant::now();
    let taken = Mutex::new(vec![0; ranges.len()]);
    let ask = || {
        store.read_many(&ranges, &|at, got| {
            let expected = bytes.get(at * 1500..at * 1500 + 1000).filter(|_| at < 64);
            assert_eq!(got.unwrap(), expected);
            taken.lock().unwrap()[at] += 1;
            ControlFlow::Continue(())
        });
    };
    ask();
    assert!(since.elapsed().as_millis() < 65 * 20 / 2, "one after another: {:?}", since.elapsed());
    assert_eq!(site.proxy.requests(), 65);
    // From inside of a pool of one thread, and of all threads of a pool at once.
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.broadcast(|_| ask());
        pool.install(|| rayon::join(ask, ask));
    }
    assert_eq!(*taken.lock().unwrap(), vec![1 + 1 + 2 + 3 + 2; 65]);
}

#[test]
fn what_is_enough_ends_it_and_what_panics_does_too() {
    let site = site();
    let (_remote, store) = open(quick().in_flight(4), &site.proxy.url());
    let ranges = vec![ObjectRange { object: "a b/%c=1", range: ByteRange::Last(9) }; 500];
    let taken = AtomicUsize::new(0);
    store.read_many(&ranges, &|_, _| {
        if taken.fetch_add(1, Ordering::SeqCst) < 10 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    assert!(site.proxy.requests() < 100, "{}", site.proxy.requests());
    let panics = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store
            .read_many(&ranges, &|at, _| if at == 3 { panic!("at last") } else { ControlFlow::Continue(()) });
    }));
    assert!(panics.is_err());
    store.read_many(&[], &|_, _| unreachable!());
}

#[test]
fn a_reader_reads_no_more_than_it_must() {
    let site = site();
    let (_remote, store) = open(quick().most(10_000), &site.proxy.url());
    let range = ByteRange::From { offset: 5, length: 95_000 };
    let mut reader = store.reader("a b/%c=1", range).unwrap().unwrap();
    let mut out = vec![0; 15_000];
    reader.read_exact(&mut out).unwrap();
    assert_eq!((out.as_slice(), site.proxy.requests()), (&pattern(100_000, 1)[5..15_005], 2));
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest).unwrap();
    assert_eq!((rest.as_slice(), site.proxy.requests()), (&pattern(100_000, 1)[15_005..95_005], 10));
    assert!(store.reader("absent", range).unwrap().is_none());
}

#[test]
fn another_version_is_told_until_it_is_forgotten() {
    let site = site();
    let (_remote, store) = open(quick(), &site.proxy.url());
    let mut out = Vec::new();
    store.read_into("a b/%c=1", ByteRange::Last(5), &mut out).unwrap();
    let stamp = store.stamp("a b/%c=1").unwrap().unwrap();
    std::fs::write(site.dir.path().join("a b/%c=1"), pattern(100_001, 2)).unwrap();
    let error = store.read_into("a b/%c=1", ByteRange::Last(5), &mut out).unwrap_err();
    assert!(ObjectChanged::is(&error) && error.to_string().contains("/a%20b/%25c=1 was replaced"), "{error}");
    assert_ne!(store.stamp("a b/%c=1").unwrap().unwrap(), stamp);
    store.forget("a b/%c=1");
    assert!(store.read_into("a b/%c=1", ByteRange::Last(5), &mut out).unwrap());
    assert_eq!(out, pattern(100_001, 2)[99_996..]);
}

#[test]
fn a_server_without_ranges_is_read_whole_up_to_a_limit() {
    let site = site();
    site.proxy.set(Faults { whole: 1.0, ..Faults::default() });
    let (remote, store) = open(quick().whole_object_limit(100_000), &site.proxy.url());
    let mut out = Vec::new();
    for (range, expected) in [
        (ByteRange::From { offset: 10, length: 20 }, 10..30),
        (ByteRange::Last(7), 99_993..100_000),
        (ByteRange::All, 0..100_000),
    ] {
        assert!(store.read_into("a b/%c=1", range, &mut out).unwrap());
        assert_eq!(out, pattern(100_000, 1)[expected]);
    }
    let beyond = store.read_into("a b/%c=1", ByteRange::From { offset: 99_999, length: 2 }, &mut out);
    assert_eq!(beyond.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    let notices = remote.notices();
    assert!(matches!(&notices[..], [RemoteNotice::NoRanges { bytes: 100_000, .. }]), "{notices:?}");
    let (remote, store) = open(quick().whole_object_limit(99_999), &site.proxy.url());
    let error = store.read_into("a b/%c=1", ByteRange::Last(7), &mut out).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::FileTooLarge);
    assert!(error.to_string().contains("100000 bytes") && error.to_string().contains("99999"), "{error}");
    // Not read, beyond what was on its way.
    assert_eq!((remote.traffic().requests, remote.traffic().bytes_read), (1, 0));
}

#[test]
fn a_web_server_is_neither_listed_nor_written() {
    let site = site();
    let (_remote, store) = open(quick(), &site.proxy.url());
    let errors = [
        store.list("").unwrap_err(),
        store.walk("a b").unwrap_err(),
        store.put("x", b"y").unwrap_err(),
        store.put_new("x", b"y").unwrap_err(),
        store.create("x").err().unwrap(),
        store.remove("empty").unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
        assert!(error.to_string().contains(&site.proxy.url()), "{error}");
    }
    assert_eq!(site.proxy.requests(), 0);
}

#[test]
fn servers_that_are_not_there_are_told() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (url, found, kind) in [
        (format!("http://{nobody}/x"), "no connection (", ErrorKind::NotConnected),
        ("http://no-such-host.invalid/x".to_owned(), "the host is not found (", ErrorKind::HostUnreachable),
    ] {
        let (remote, store) = open(quick(), &url);
        let error = store.read_into("a", ByteRange::All, &mut Vec::new()).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with(&format!("{url}/a: read: {found}")) && text.contains("3 times"), "{text}");
        assert_eq!((error.kind(), remote.traffic().requests), (kind, 3));
        assert!(RemoteError::of(&error).unwrap().may_pass());
    }
}

#[test]
fn patience_ends() {
    let site = site();
    site.proxy.set(Faults { busy: 1.0, ..Faults::default() });
    let (remote, store) = open(quick().attempts(4), &site.proxy.url());
    let error = store.size("empty").unwrap_err();
    let Some(RemoteError::Request {
        status: Some(429 | 503),
        attempts: 4,
        trouble: RemoteTrouble::Busy(_),
        ..
    }) = RemoteError::of(&error)
    else {
        panic!("{error:?}")
    };
    assert_eq!((remote.traffic().requests, remote.traffic().retries), (4, 3));
    // Asked to wait for longer than there is patience for: told at once.
    site.proxy.set(Faults { busy: 1.0, retry_after: Some("3600".into()), ..Faults::default() });
    let error = store.size("empty").unwrap_err();
    assert!(error.to_string().contains("wait for 3600 s"), "{error}");
}
