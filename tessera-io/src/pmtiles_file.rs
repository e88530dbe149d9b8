//! Map tiles as one archive.
//!
//! PMTiles version 3, <https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md>: one file on a plain web server, of
//! which a page fetches the ranges that it needs.

mod error;
mod gzip;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::path::Path;

use pmtiles::{Compression, PmTilesWriter, PmtError, TileCoord, TileId, TileType};
use serde_json::Value;

pub use error::PmTilesError;

use crate::MapTiles;
use crate::output::Output;
use gzip::Gzip;

/// Bytes of a map tile that may well be there twice: those of one colour are shorter, and noise never repeats.
const SHORT: usize = 4096;

/// What was packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PmTilesReport {
    /// Map tiles in the archive.
    pub map_tiles: u64,
    /// Its bytes.
    pub bytes: u64,
}

impl MapTiles {
    /// Packs all map tiles into one PMTiles archive, whose metadata are those of `tilejson.json`. It appears whole, or not
    /// at all, and the same map tiles give the same bytes.
    ///
    /// The archive is clustered: map tiles come by zoom and then along a Hilbert curve, so that what is seen together lies
    /// together. Of each no more than its number and its place are held, 8 and 24 bytes. After each one `progress` is told
    /// how many are done, and of how many; it may stop the work.
    ///
    /// # Errors
    /// No map tile, one that is damaged, a place that is taken while `overwrite` is false, or where the system refuses.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use tessera_core::{PyramidChunk, PyramidStore};
    /// use tessera_io::{MapTiles, MapTilesInfo};
    ///
    /// let folder = tempfile::tempdir()?;
    /// let map = MapTiles::create(folder.path().join("map"), 0..=0, &MapTilesInfo::new("One"))?;
    /// map.write_chunk(PyramidChunk::new(14, 0, 0), &[255; 4 * 256 * 256])?;
    /// let archive = folder.path().join("map.pmtiles");
    /// let report = map.pack(&archive, false, &mut |done, all| {
    ///     assert_eq!((done, all), (1, 1));
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert_eq!((report.map_tiles, report.bytes), (1, std::fs::metadata(&archive)?.len()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn pack(
        &self,
        path: impl AsRef<Path>,
        overwrite: bool,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<PmTilesReport, PmTilesError> {
        let path = path.as_ref();
        let folder = || self.path().to_owned();
        let output = Output::begin(path, overwrite)?;
        let failed = |error: PmtError| match error {
            PmtError::Reading(cause) => output.failed()(cause).into(),
            other => PmTilesError::Archive { path: path.to_owned(), why: other.to_string() },
        };
        let ids = self.stored()?;
        if ids.is_empty() {
            return Err(PmTilesError::Empty { folder: folder() });
        }
        let (zooms, info) = (self.zooms(), self.info());
        let ([west, south, east, north], (lon, lat)) = (info.bounds(), info.center());
        let mut archive = PmTilesWriter::new(TileType::Png)
            .precompressed(Compression::None)
            .internal_codec(Gzip)
            .min_zoom(*zooms.start())
            .max_zoom(*zooms.end())
            .bounds(west, south, east, north)
            .center(lon, lat)
            .center_zoom(info.center_zoom(&zooms))
            .metadata(Value::Object(self.metadata()).to_string())
            .dedup_by_key::<[u64; 2]>()
            .create(output.file())
            .map_err(failed)?;
        let all = ids.len() as u64;
        for (done, id) in (1..).zip(ids) {
            let coord = TileCoord::from(TileId::new(id).map_err(failed)?);
            let name = Self::file_of(coord.z(), coord.x(), coord.y());
            let file =
                self.read_file(&name).map_err(|cause| PmTilesError::MapTile { folder: folder(), cause })?;
            let file = file.ok_or_else(|| PmTilesError::Gone { path: self.path().join(&name) })?;
            archive.add_tile(coord, &file, key(&file)).map_err(failed)?;
            if progress(done, all).is_break() {
                return Err(PmTilesError::Stopped { path: path.to_owned(), done, all });
            }
        }
        archive.finalize().map_err(failed)?;
        Ok(PmTilesReport { map_tiles: all, bytes: output.commit()? })
    }
}

/// What tells a short map tile from all others: 128 bits of it.
fn key(file: &[u8]) -> Option<[u64; 2]> {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, file).hash(&mut hasher);
        hasher.finish()
    };
    (file.len() <= SHORT).then(|| [half(0), half(1)])
}
