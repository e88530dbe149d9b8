//! Filling the shards of a zone store.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tessera_core::{Archive, Mosaic, ScaleCounts, Tile, TileId};

use crate::zone_write::inputs::Inputs;
use crate::zone_write::lock::Lock;
use crate::zone_write::pair::{ShardFile, WholeObject};
use crate::zone_write::partial::{Partial, put};
use crate::zone_write::record::{FailedTile, ObjectRecord, Record};
use crate::zone_write::shard::{Assembler, Between, grid_of};
use crate::{FillEvent, FillOptions, FillReport, FillState, UnitReport, ZoneFillError, ZoneUnit, ZoneWriter};

/// What a process takes beside the tiles of a shard.
const OVERHEAD: u64 = 64 << 20;
/// With this much memory the end of one shard, which waits for the disk, and the beginning of the next go side by side.
const ENOUGH_FOR_TWO: u64 = 256 << 20;

/// Fills shards from an archive.
pub(crate) struct Filler<'a> {
    pub(crate) writer: &'a ZoneWriter,
    pub(crate) archive: &'a dyn Archive,
    pub(crate) options: &'a FillOptions,
    pub(crate) assembler: Assembler,
    pub(crate) partial: Partial,
    pub(crate) told: &'a (dyn Fn(FillEvent<'_>) + Sync),
    pub(crate) stop: &'a (dyn Fn() -> bool + Sync),
}

/// What was put together of a shard.
struct Made {
    embeddings: Option<WholeObject>,
    scales: Option<WholeObject>,
    counts: ScaleCounts,
    chunks: u64,
    failed: Vec<(TileId, String)>,
}

impl Filler<'_> {
    pub(crate) fn all(&self, units: &[ZoneUnit]) -> FillReport {
        let (next, report) = (AtomicUsize::new(0), Mutex::new(FillReport::default()));
        let lane = || {
            while !(self.stop)() {
                let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                let one = self.unit(unit);
                (self.told)(FillEvent::Unit(&one));
                report.lock().unwrap_or_else(PoisonError::into_inner).add(&one);
            }
        };
        if self.lanes() > 1 && units.len() > 1 {
            std::thread::scope(|scope| {
                scope.spawn(lane);
                lane();
            });
        } else {
            lane();
        }
        report.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn lanes(&self) -> u64 {
        if self.options.memory >= ENOUGH_FOR_TWO { 2 } else { 1 }
    }

    fn unit(&self, unit: &ZoneUnit) -> UnitReport {
        self.try_unit(unit).unwrap_or_else(|error| UnitReport {
            unit: unit.clone(),
            state: FillState::Failed(error),
            failed: Vec::new(),
            counts: ScaleCounts::default(),
            chunks: 0,
            bytes: 0,
        })
    }

    fn try_unit(&self, unit: &ZoneUnit) -> Result<UnitReport, ZoneFillError> {
        let place = self.writer.build().record(unit.zone, unit.year, unit.row, unit.col);
        let inputs = Inputs::look(self.archive, &unit.tiles, unit.year)?;
        let before = Record::read(&place).map_err(ZoneFillError::io(&place))?;
        if before
            .as_ref()
            .is_some_and(|record| record.is_of(&inputs, self.options.limit) && self.is_there(unit, record))
        {
            (self.told)(FillEvent::Bytes(self.pixels_of(unit)));
            let (state, counts) = (FillState::Unchanged, ScaleCounts::default());
            return Ok(UnitReport { unit: unit.clone(), state, failed: vec![], counts, chunks: 0, bytes: 0 });
        }
        self.check_nothing_is_lost(unit, before.as_ref(), &inputs)?;
        let made = self.make(unit, &inputs)?;
        let bytes =
            [&made.embeddings, &made.scales].into_iter().flatten().map(|object| object.record.bytes).sum();
        let Made { embeddings, scales, counts, chunks, failed } = made;
        let told = failed.iter().map(|(tile, why)| FailedTile { tile: tile.to_string(), why: why.clone() });
        let mut record = Record::new(&inputs, self.options.limit, told.collect(), counts);
        record.embeddings = embeddings.as_ref().map(|object| object.record.clone());
        record.scales = scales.as_ref().map(|object| object.record.clone());
        self.put(unit, record, embeddings, scales)?;
        Ok(UnitReport { unit: unit.clone(), state: FillState::Written, failed, counts, chunks, bytes })
    }

    /// Bytes of the pixels of a shard.
    fn pixels_of(&self, unit: &ZoneUnit) -> u64 {
        let grid =
            self.writer.lattice(unit.zone).and_then(|zone| grid_of(unit, &self.writer.layout(), &zone));
        let pixels = grid.map_or(0, |grid| grid.full().pixels() as u64);
        pixels * (self.writer.channels() as u64 + 4)
    }

    /// Whether the objects that a record tells of are there, each of its size.
    fn is_there(&self, unit: &ZoneUnit, record: &Record) -> bool {
        let same = |path: Option<PathBuf>, object: Option<&ObjectRecord>| {
            path.and_then(|path| fs::metadata(path).ok()).map(|file| file.len())
                == object.map(|object| object.bytes)
        };
        let [embeddings, scales] = self.writer.objects(unit);
        same(embeddings, record.embeddings.as_ref()) && same(scales, record.scales.as_ref())
    }

    /// A shard that holds what the archive does not have, or nobody knows what, is not written over unless told.
    fn check_nothing_is_lost(
        &self,
        unit: &ZoneUnit,
        before: Option<&Record>,
        inputs: &Inputs,
    ) -> Result<(), ZoneFillError> {
        let Some(before) = before else {
            let there = self.writer.objects(unit).into_iter().flatten().any(|path| path.exists());
            return if there && !self.options.overwrite {
                Err(ZoneFillError::Unrecorded { unit: unit.to_string() })
            } else {
                Ok(())
            };
        };
        let lost: Vec<TileId> =
            before.tiles().filter(|tile| !inputs.tiles().any(|have| have == *tile)).collect();
        match lost.first() {
            Some(&example) if !self.options.prune => Err(ZoneFillError::Missing {
                unit: unit.to_string(),
                archive: self.archive.name(),
                count: lost.len(),
                example,
            }),
            _ => Ok(()),
        }
    }

    /// Puts the shard together, without the tiles that cannot be read.
    fn make(&self, unit: &ZoneUnit, inputs: &Inputs) -> Result<Made, ZoneFillError> {
        let (memory, lanes) = (self.options.memory, self.lanes());
        let budget = memory.saturating_sub(OVERHEAD) / lanes;
        let mut failed: Vec<(TileId, String)> = Vec::new();
        let mut done = 0;
        loop {
            let mut tiles: Vec<Box<dyn Tile>> = Vec::new();
            for id in inputs.tiles() {
                if failed.iter().any(|(bad, _)| *bad == id) {
                    continue;
                }
                match self.open(unit, id) {
                    Ok(tile) => tiles.extend(tile),
                    Err(why) => failed.push((id, why)),
                }
            }
            let zone = self.writer.lattice(unit.zone);
            let grid = zone.and_then(|zone| grid_of(unit, &self.writer.layout(), &zone));
            let (Some(grid), false) = (grid, tiles.is_empty()) else {
                let (embeddings, scales, counts) = (None, None, ScaleCounts::default());
                return Ok(Made { embeddings, scales, counts, chunks: 0, failed });
            };
            let mut mosaic = Mosaic::new(grid, tiles, self.options.limit)?;
            let needed = mosaic.prepared_bytes(self.writer.layout().inner_edge() as usize);
            if needed > budget {
                let (unit, tiles) = (unit.to_string(), inputs.tiles().count());
                let (needed, budget) = ((lanes * needed + OVERHEAD).div_ceil(1 << 20), memory >> 20);
                return Err(ZoneFillError::Memory { unit, needed, tiles, budget });
            }
            let partial = ZoneFillError::io(&self.writer.build().partial());
            let mut embeddings = ShardFile::begin(&self.partial).map_err(&partial)?;
            let mut scales = ShardFile::begin(&self.partial).map_err(&partial)?;
            // Bytes that were told before a tile failed are not told again.
            let counted = AtomicUsize::new(0);
            let told = |bytes: u64| {
                if counted.fetch_add(1, Ordering::Relaxed) >= done {
                    (self.told)(FillEvent::Bytes(bytes));
                }
            };
            let between = Between { told: &told, stop: self.stop };
            match self.assembler.write(unit, &mut mosaic, (&mut embeddings, &mut scales), &between) {
                Ok(counts) => {
                    let chunks = embeddings.chunks();
                    let embeddings = embeddings.finish().map_err(&partial)?;
                    let scales = scales.finish().map_err(&partial)?;
                    return Ok(Made { embeddings, scales, counts, chunks, failed });
                }
                Err(error) => match error.tile() {
                    Some(tile) => {
                        done = done.max(counted.into_inner());
                        failed.push(tile);
                    }
                    None => return Err(error),
                },
            }
        }
    }

    /// Opens a tile that the store can hold; why not, where it cannot. `None` where the archive has lost it.
    fn open(&self, unit: &ZoneUnit, id: TileId) -> Result<Option<Box<dyn Tile>>, String> {
        let Some(tile) = self.archive.open(id, unit.year).map_err(|error| error.to_string())? else {
            return Ok(None);
        };
        if tile.channels() != self.writer.channels() {
            let (got, expected) = (tile.channels(), self.writer.channels());
            return Err(format!("it has {got} channels: expected {expected}, as the store has"));
        }
        let on_lattice =
            self.writer.lattice(unit.zone).is_some_and(|zone| tile.grid().offset_in(&zone).is_some());
        if !on_lattice {
            let (west, north, zone) = (tile.grid().west(), tile.grid().north(), tile.grid().zone());
            return Err(format!(
                "its corner ({west}, {north}) in {zone} is off the 10 m lattice of the store's zone"
            ));
        }
        Ok(Some(tile))
    }

    /// Puts both objects in their place, and the record. Killed on the way, the record says that the shard is not whole;
    /// and two processes never mix their objects.
    fn put(
        &self,
        unit: &ZoneUnit,
        record: Record,
        embeddings: Option<WholeObject>,
        scales: Option<WholeObject>,
    ) -> Result<(), ZoneFillError> {
        let (build, sync) = (self.writer.build(), self.options.sync);
        let place = build.record(unit.zone, unit.year, unit.row, unit.col);
        let lock = build.lock_of(unit.zone);
        // Long writes to disk come before the lock.
        for object in [&embeddings, &scales].into_iter().flatten().filter(|_| sync) {
            object.file.as_file().sync_all().map_err(ZoneFillError::io(object.file.path()))?;
        }
        let _one = Lock::wait(&lock).map_err(ZoneFillError::io(&lock))?;
        record.write(&place, &self.partial, sync).map_err(ZoneFillError::io(&place))?;
        for (path, object) in self.writer.objects(unit).into_iter().zip([embeddings, scales]) {
            let Some(path) = path else { continue };
            let done = match object {
                Some(object) => put(object.file, &path, sync),
                None => match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                    _ => Ok(()),
                },
            };
            done.map_err(ZoneFillError::io(&path))?;
        }
        record.completed().write(&place, &self.partial, sync).map_err(ZoneFillError::io(&place))
    }
}
