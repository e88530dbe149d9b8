//! What is served of a store is what is served of a folder.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HOST, IF_NONE_MATCH, IF_RANGE,
    LOCATION, RANGE,
};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use tessera_core::{
    ByteRange, ByteRanges, DatasetVersion, Folder, ObjectChanged, PixelGrid, Stamp, TileId, Year,
};
use tessera_stac::{CatalogOptions, Location, TileRecord, TileStore, write_catalog};

use super::app;
use super::objects::Objects;
use super::root::Root;
use super::served::Served;
use crate::report::Report;

/// A folder as a store that fails when it is told to, and takes note of what it is asked.
struct Elsewhere {
    folder: Folder,
    mood: Arc<AtomicU8>,
    asked: Arc<Mutex<Vec<String>>>,
}

const WELL: u8 = 0;
const DOWN: u8 = 1;
/// The next object that is read was replaced.
const REPLACED: u8 = 2;
const FORBIDDEN: u8 = 3;

impl Elsewhere {
    fn ask(&self, what: String) -> io::Result<()> {
        self.asked.lock().unwrap().push(what);
        match self.mood.load(Ordering::Relaxed) {
            DOWN => Err(io::Error::new(io::ErrorKind::TimedOut, "secret-key-4711 at 10.0.0.1")),
            FORBIDDEN => Err(io::ErrorKind::PermissionDenied.into()),
            _ => Ok(()),
        }
    }
}

impl ByteRanges for Elsewhere {
    fn name(&self) -> String {
        self.folder.name()
    }

    fn read_into(&self, object: &str, range: ByteRange, out: &mut Vec<u8>) -> io::Result<bool> {
        self.ask(format!("get {object}"))?;
        self.folder.read_into(object, range, out)
    }

    fn reader(&self, object: &str, range: ByteRange) -> io::Result<Option<Box<dyn io::Read + '_>>> {
        self.ask(format!("get {object} {range:?}"))?;
        if self.mood.compare_exchange(REPLACED, WELL, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            return Err(ObjectChanged { object: object.to_owned() }.into());
        }
        self.folder.reader(object, range)
    }

    fn size(&self, object: &str) -> io::Result<Option<u64>> {
        self.ask(format!("size {object}"))?;
        self.folder.size(object)
    }

    fn stamp(&self, object: &str) -> io::Result<Option<Stamp>> {
        self.ask(format!("stamp {object}"))?;
        self.folder.stamp(object)
    }
}

struct Both {
    here: Router,
    there: Router,
    mood: Arc<AtomicU8>,
    asked: Arc<Mutex<Vec<String>>>,
}

/// A catalogue without items as files, and large and small objects beside its files.
fn catalogue() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let records = ["grid_0.15_52.05", "grid_7.05_47.05"].map(|name| {
        let tile: TileId = name.parse().unwrap();
        let store = Location::url(&format!("https://example.org/{name}.zarr")).unwrap();
        let grid = PixelGrid::of_tile(tile).unwrap();
        let record = TileRecord::new(tile, Year::new(2024).unwrap(), DatasetVersion::named("v1"), grid);
        record.store(TileStore::new(store, 3).unwrap())
    });
    let options = CatalogOptions::default().items(false).map(false);
    write_catalog(folder.path(), records, options).unwrap();
    fs::create_dir_all(folder.path().join("a.zarr/c")).unwrap();
    let large: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    fs::write(folder.path().join("a.zarr/c/0"), large).unwrap();
    fs::write(folder.path().join("a.zarr/.zarray"), "{}").unwrap();
    fs::write(folder.path().join("empty"), "").unwrap();
    fs::write(folder.path().join(".hidden"), "no").unwrap();
    folder
}

fn both(path: &Path) -> Both {
    let (mood, asked) = (Arc::new(AtomicU8::new(WELL)), Arc::default());
    let served = |root: Root| {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        app::app(Served::open(root, address, None, Report::new(false, true)).unwrap(), false)
    };
    let (path, at, noted): (PathBuf, _, Arc<Mutex<Vec<String>>>) =
        (path.to_owned(), Arc::clone(&mood), Arc::clone(&asked));
    let here = served(Root::open(&path).unwrap());
    let anew = move || {
        let (folder, mood, asked) = (Folder::new(&path), Arc::clone(&at), Arc::clone(&noted));
        Arc::new(Elsewhere { folder, mood, asked }) as Arc<dyn ByteRanges>
    };
    let there = served(Root::Objects(Arc::new(Objects::open(Box::new(anew)).unwrap())));
    Both { here, there, mood, asked }
}

async fn ask(
    app: &Router,
    method: Method,
    path: &str,
    headers: &[(axum::http::HeaderName, &str)],
) -> (StatusCode, HeaderMap, Result<Bytes, axum::Error>) {
    let mut request = Request::builder().method(method).uri(path).header(HOST, "localhost:8080");
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let answer =
        TowerToHyperService::new(app.clone()).call(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = answer.into_parts();
    (parts.status, parts.headers, to_bytes(Body::new(body), usize::MAX).await)
}

#[tokio::test]
async fn a_store_is_served_as_a_folder_is() {
    let folder = catalogue();
    let both = both(folder.path());
    for path in [
        "/",
        "/catalog.json",
        "/2024/collection.json",
        "/2024/items.parquet",
        "/2024/coverage.bits.gz",
        "/2024/e000n50/grid_0.15_52.05_2024.json",
        "/2024/e000n50/grid_0.25_52.05_2024.json",
        "/map/main.js",
        "/a.zarr/c/0",
        "/a.zarr/.zarray",
        "/a.zarr",
        "/2024",
        "/empty",
        "/nothing",
        "/.hidden",
        "/../catalog.json",
        "/%2e%2e/catalog.json",
        "/a.zarr/c/0/deeper",
        "/api",
        "/api/collections",
        "/api/collections/tessera-v1-2024",
        "/api/collections/tessera-v1-2024/items",
        "/api/search?bbox=0,50,5,55",
    ] {
        for method in [Method::GET, Method::HEAD] {
            for range in
                ["", "bytes=0-9", "bytes=100-", "bytes=-5", "bytes=-9999999", "bytes=9999999-", "bytes=5-2"]
            {
                // Of nothing there is no part (RFC 9110, 14.1.2), though tower-http gives one of a file.
                if path == "/empty" && !range.is_empty() {
                    continue;
                }
                let headers = if range.is_empty() { vec![] } else { vec![(RANGE, range)] };
                let here = ask(&both.here, method.clone(), path, &headers).await;
                let there = ask(&both.there, method.clone(), path, &headers).await;
                let what = format!("{method} {path} {range}");
                assert_eq!(here.0, there.0, "{what}");
                if here.0 != StatusCode::RANGE_NOT_SATISFIABLE {
                    assert_eq!(here.2.unwrap(), there.2.unwrap(), "{what}");
                    for name in [CONTENT_TYPE, CONTENT_LENGTH, ACCEPT_RANGES, LOCATION] {
                        assert_eq!(here.1.get(&name), there.1.get(&name), "{what} {name}");
                    }
                }
                assert_eq!(here.1.get(CONTENT_RANGE), there.1.get(CONTENT_RANGE), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_client_has_is_not_sent_again() {
    let folder = catalogue();
    let Both { there, asked, .. } = both(folder.path());
    let (status, headers, _) = ask(&there, Method::GET, "/a.zarr/c/0", &[]).await;
    assert_eq!(status, StatusCode::OK);
    let tag = headers[ETAG].to_str().unwrap().to_owned();
    asked.lock().unwrap().clear();
    for known in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
        let (status, headers, body) =
            ask(&there, Method::GET, "/a.zarr/c/0", &[(IF_NONE_MATCH, &known)]).await;
        assert_eq!((status, body.unwrap().len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
        assert_eq!(headers[ETAG], tag.as_str());
    }
    assert!(asked.lock().unwrap().iter().all(|what| what == "stamp a.zarr/c/0"));
    for (known, expected) in [(tag.as_str(), StatusCode::PARTIAL_CONTENT), ("\"x\"", StatusCode::OK)] {
        let range = [(RANGE, "bytes=0-9"), (IF_RANGE, known)];
        assert_eq!(ask(&there, Method::GET, "/a.zarr/c/0", &range).await.0, expected);
    }
    // A range of the client is the range that the store is asked for.
    asked.lock().unwrap().clear();
    ask(&there, Method::GET, "/a.zarr/c/0", &[(RANGE, "bytes=1000-1999")]).await.2.unwrap();
    let expected = ["stamp a.zarr/c/0", "get a.zarr/c/0 From { offset: 1000, length: 1000 }"];
    assert_eq!(*asked.lock().unwrap(), expected);
}

#[tokio::test]
async fn trouble_of_the_store_is_told_without_its_secrets() {
    let folder = catalogue();
    let Both { there, mood, .. } = both(folder.path());
    mood.store(DOWN, Ordering::Relaxed);
    for path in ["/catalog.json", "/a.zarr/c/0", "/api/collections", "/api/search"] {
        let (status, _, body) = ask(&there, Method::GET, path, &[]).await;
        assert_eq!(status, StatusCode::BAD_GATEWAY, "{path}");
        let text = String::from_utf8(body.unwrap().to_vec()).unwrap();
        assert!(text.contains("store") && !text.contains("4711") && !text.contains("10.0.0.1"), "{text}");
    }
    mood.store(FORBIDDEN, Ordering::Relaxed);
    assert_eq!(ask(&there, Method::GET, "/a.zarr/c/1", &[]).await.0, StatusCode::NOT_FOUND);
    // One that was replaced since it was looked at is begun anew.
    mood.store(REPLACED, Ordering::Relaxed);
    let (status, _, body) = ask(&there, Method::GET, "/a.zarr/c/0", &[]).await;
    assert_eq!((status, body.unwrap().len()), (StatusCode::OK, 3_000_000));
    assert_eq!(mood.load(Ordering::Relaxed), WELL);
}
