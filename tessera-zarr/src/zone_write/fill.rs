//! Filling the shards of a zone store.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use tessera_core::{Archive, ByteStore, Mosaic, MosaicError, ScaleCounts, Tile, TileId};

use crate::puts::{lanes, place};
use crate::zone_write::build::Build;
use crate::zone_write::inputs::Inputs;
use crate::zone_write::pair::{ShardFile, WholeObject};
use crate::zone_write::record::{FailedTile, Record};
use crate::zone_write::settle::Settling;
use crate::zone_write::shard::{Assembler, Between, grid_of};
use crate::zone_write::there::{Found, There};
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
    pub(crate) store: &'a dyn ByteStore,
    pub(crate) records: &'a dyn ByteStore,
    pub(crate) there: There<'a>,
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
        let report = Mutex::new(FillReport::default());
        let tell = |one: &UnitReport| {
            (self.told)(FillEvent::Unit(one));
            report.lock().unwrap_or_else(PoisonError::into_inner).add(one);
        };
        let mut todo: Vec<(usize, &ZoneUnit)> = units.iter().enumerate().collect();
        // Where each question has to be waited for, shards that are whole are found by many at once: it takes no memory.
        let askers = lanes(self.records);
        if askers > 1 {
            let left = Mutex::new(Vec::new());
            self.each(&todo, askers, |at, unit| match self.unchanged(unit) {
                Ok((_, _, true)) => tell(&self.report(unit, FillState::Unchanged)),
                // What went wrong now may not do so again, and is told if it does.
                _ => left.lock().unwrap_or_else(PoisonError::into_inner).push((at, unit)),
            });
            todo = left.into_inner().unwrap_or_else(PoisonError::into_inner);
            todo.sort_unstable_by_key(|(at, _)| *at);
        }
        self.each(&todo, self.lanes() as usize, |_, unit| tell(&self.unit(unit)));
        report.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with each unit, so many at once, until it is told to stop.
    fn each<'u>(
        &self,
        units: &[(usize, &'u ZoneUnit)],
        lanes: usize,
        work: impl Fn(usize, &'u ZoneUnit) + Sync,
    ) {
        let next = AtomicUsize::new(0);
        let lane = || {
            while !(self.stop)() {
                let Some((at, unit)) = units.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
                work(*at, unit);
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..lanes.min(units.len()) {
                scope.spawn(lane);
            }
            lane();
        });
    }

    /// Bytes that both writers of a shard may hold.
    fn held(&self) -> u64 {
        self.store.held().saturating_mul(2)
    }

    fn lanes(&self) -> u64 {
        if self.options.memory >= ENOUGH_FOR_TWO.saturating_add(self.held().saturating_mul(2)) {
            2
        } else {
            1
        }
    }

    fn report(&self, unit: &ZoneUnit, state: FillState) -> UnitReport {
        let (failed, counts) = (Vec::new(), ScaleCounts::default());
        UnitReport { unit: unit.clone(), state, failed, counts, chunks: 0, bytes: 0 }
    }

    fn unit(&self, unit: &ZoneUnit) -> UnitReport {
        self.try_unit(unit).unwrap_or_else(|error| self.report(unit, FillState::Failed(error)))
    }

    /// The tiles of a shard, what is recorded of it, and whether it is there as it would be made again.
    fn unchanged(&self, unit: &ZoneUnit) -> Result<(Inputs, Option<Record>, bool), ZoneFillError> {
        let name = Build::record(unit.zone, unit.year, unit.row, unit.col);
        let inputs = Inputs::look(self.archive, &unit.tiles, unit.year)?;
        let failed = ZoneFillError::io(place(self.records, &name));
        let before = Record::read(self.records, &name).map_err(&failed)?;
        let Some(record) = before.as_ref().filter(|record| record.is_of(&inputs, self.options.limit)) else {
            return Ok((inputs, before, false));
        };
        let objects = self.writer.objects(unit);
        let found = self.there.find(&objects, record);
        match found.map_err(ZoneFillError::io(unit.to_string()))? {
            Found::Other => return Ok((inputs, before, false)),
            Found::Same => {}
            Found::Moved(record) => record.write(self.records, &name).map_err(failed)?,
        }
        (self.told)(FillEvent::Bytes(self.pixels_of(unit)));
        Ok((inputs, before, true))
    }

    fn try_unit(&self, unit: &ZoneUnit) -> Result<UnitReport, ZoneFillError> {
        let (inputs, before, unchanged) = self.unchanged(unit)?;
        if unchanged {
            return Ok(self.report(unit, FillState::Unchanged));
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
        let (build, objects) = (self.writer.build(), self.writer.objects(unit));
        let settling = Settling { build, store: self.store, records: self.records, objects };
        settling.put(unit, record, [embeddings, scales])?;
        Ok(UnitReport { unit: unit.clone(), state: FillState::Written, failed, counts, chunks, bytes })
    }

    /// Bytes of the pixels of a shard.
    fn pixels_of(&self, unit: &ZoneUnit) -> u64 {
        let grid =
            self.writer.lattice(unit.zone).and_then(|zone| grid_of(unit, &self.writer.layout(), &zone));
        let pixels = grid.map_or(0, |grid| grid.full().pixels() as u64);
        pixels * (self.writer.channels() as u64 + 4)
    }

    /// A shard that holds what the archive does not have, or nobody knows what, is not written over unless told.
    fn check_nothing_is_lost(
        &self,
        unit: &ZoneUnit,
        before: Option<&Record>,
        inputs: &Inputs,
    ) -> Result<(), ZoneFillError> {
        let Some(before) = before else {
            for object in self.writer.objects(unit).into_iter().flatten().filter(|_| !self.options.overwrite)
            {
                self.store.forget(&object);
                let size = self.store.size(&object).map_err(ZoneFillError::io(place(self.store, &object)))?;
                if size.is_some() {
                    return Err(ZoneFillError::Unrecorded { unit: unit.to_string() });
                }
            }
            return Ok(());
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
        let overhead = OVERHEAD.saturating_add(self.held().saturating_mul(lanes));
        let budget = memory.saturating_sub(overhead) / lanes;
        let [first, second] = self.writer.objects(unit);
        let mut failed: Vec<(TileId, String)> = Vec::new();
        let mut done = 0;
        loop {
            let mut tiles: Vec<Box<dyn Tile>> = Vec::new();
            for id in inputs.tiles() {
                if failed.iter().any(|(bad, _)| *bad == id) {
                    continue;
                }
                // What may be there another time is waited for: a shard without it would look whole.
                let opened = self.archive.open(id, unit.year);
                match opened.map_err(|cause| (cause.may_pass(), cause)) {
                    Ok(None) => {}
                    Ok(Some(tile)) => match self.check(unit, &*tile) {
                        Ok(()) => tiles.push(tile),
                        Err(why) => failed.push((id, why)),
                    },
                    Err((true, cause)) => return Err(MosaicError::Tile { id, cause }.into()),
                    Err((false, cause)) => failed.push((id, cause.to_string())),
                }
            }
            let zone = self.writer.lattice(unit.zone);
            let grid = zone.and_then(|zone| grid_of(unit, &self.writer.layout(), &zone));
            let (Some(grid), Some(first), Some(second), false) = (grid, &first, &second, tiles.is_empty())
            else {
                let (embeddings, scales, counts) = (None, None, ScaleCounts::default());
                return Ok(Made { embeddings, scales, counts, chunks: 0, failed });
            };
            let mut mosaic = Mosaic::new(grid, tiles, self.options.limit)?;
            let needed = mosaic.prepared_bytes(self.writer.layout().inner_edge() as usize);
            if needed > budget {
                let (unit, tiles) = (unit.to_string(), inputs.tiles().count());
                let (needed, budget) =
                    (lanes.saturating_mul(needed).saturating_add(overhead).div_ceil(1 << 20), memory >> 20);
                return Err(ZoneFillError::Memory { unit, needed, tiles, budget });
            }
            let failed_at = |object: &String| ZoneFillError::io(place(self.store, object));
            let mut embeddings = ShardFile::begin(self.store, first).map_err(failed_at(first))?;
            let mut scales = ShardFile::begin(self.store, second).map_err(failed_at(second))?;
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
                    let embeddings = embeddings.finish().map_err(failed_at(first))?;
                    let scales = scales.finish().map_err(failed_at(second))?;
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

    /// Refuses a tile that the store cannot hold.
    fn check(&self, unit: &ZoneUnit, tile: &dyn Tile) -> Result<(), String> {
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
        Ok(())
    }
}
