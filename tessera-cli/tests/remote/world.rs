//! What there is to ask for: the same tiles as files, as stores of both formats and as a zone store, in a folder, on a web
//! server and in a bucket.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tessera_core::synthetic::Synthetic;
use tessera_core::{ByteStore, Tile, Year};
use tessera_io::{Remote, RemoteOptions};
use tessera_npy::{Existing, write_tile};

use crate::command::{done, words};
use crate::server::WebServer;
use crate::weed::Weed;

/// Two tiles of zone 31 that overlap, and one of zone 32; so near to the pole, they are narrow.
pub(crate) const TILES: [&str; 3] = ["grid_5.85_84.05", "grid_5.95_84.05", "grid_6.05_84.05"];
pub(crate) const BUCKET: &str = "chaos";

/// Makes tiles below a folder.
pub(crate) fn write_tiles(root: &Path, tiles: &[&str], seed: u64) {
    let year = Year::new(2024).unwrap();
    let synthetic = Synthetic::new(seed).channels(4).broken(true);
    for name in tiles {
        let tile = synthetic.tile(name.parse().unwrap(), year).unwrap();
        write_tile(root.join("2024"), tile.id(), &tile.view(), Existing::Refuse).unwrap();
    }
}

/// Makes a zone store of tiles by the command.
pub(crate) fn write_zones(dir: &Path, tiles: &Path, store: &Path) {
    let store = store.display();
    let create =
        format!("zone create {store} --zones 31,32 --years 2024 --dataset v1 --channels 4 --shard 512");
    done(&words(&create), &[], dir);
    done(&words(&format!("zone fill {store} {} --year 2024 --no-sync", tiles.display())), &[], dir);
}

/// The servers and what they have.
pub(crate) struct World {
    dir: tempfile::TempDir,
    pub(crate) web: WebServer,
    pub(crate) weed: Option<Arc<Weed>>,
}

impl World {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let files = dir.path().join("files");
        let tiles = files.join("v1");
        write_tiles(&tiles, &TILES, 5);
        let shown = files.display();
        for format in [2, 3] {
            let line = format!(
                "convert {shown}/v1 -o {shown}/stores{format} --format {format} --chunk 128 --year 2024 --no-sync"
            );
            done(&words(&line), &[], dir.path());
        }
        write_zones(dir.path(), &tiles, &files.join("zones.zarr"));
        let listing: Vec<_> = TILES.iter().map(|name| format!("2024/{name}/{name}.npy\n")).collect();
        std::fs::write(dir.path().join("listing.txt"), listing.concat()).unwrap();
        let points: Vec<_> = (0..60)
            .map(|at| format!("{},{}\n", 5.88 + 0.003 * f64::from(at), 84.02 + 0.001 * f64::from(at)))
            .collect();
        std::fs::write(dir.path().join("points.csv"), format!("lon,lat\n{}", points.concat())).unwrap();
        let web = WebServer::start(&files);
        let world = Self { dir, web, weed: Weed::shared() };
        if let Some(weed) = &world.weed {
            weed.bucket(BUCKET);
            let bucket = world.bucket("").unwrap();
            for (name, bytes) in crate::objects::of_folder(&files) {
                bucket.put(&name, &bytes).unwrap();
            }
        }
        world
    }

    /// A file beside what the servers have.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Where the server of S3 is, where there is one.
    pub(crate) fn s3(&self) -> Option<SocketAddr> {
        self.weed.as_ref().map(|weed| weed.s3)
    }

    /// The variables by which the command finds the bucket at an address.
    pub(crate) fn variables(&self, s3: Option<SocketAddr>) -> Vec<(String, String)> {
        match (&self.weed, s3) {
            (Some(weed), Some(s3)) => weed.variables(&format!("http://{s3}")),
            _ => Vec::new(),
        }
    }

    /// What is in the bucket below a name, asked for directly.
    pub(crate) fn bucket(&self, below: &str) -> Option<Arc<dyn ByteStore>> {
        let variables = self.variables(Some(self.s3()?));
        let remote = Remote::new(RemoteOptions::new().variables(variables)).unwrap();
        let url = format!("s3://{BUCKET}/{below}");
        Some(remote.store(&url.trim_end_matches('/').parse().unwrap()).unwrap())
    }
}
