//! The rasters that answer a query.

use anyhow::{Result, bail};
use clap::ValueEnum;
use tessera_core::{Query, ZonePart, Zones};

use super::GridArgs;
use crate::raster::{Cells, Raster};

/// What a cell of another grid gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Resampling {
    /// The pixel that contains the centre of the cell
    Nearest,
    /// The mean of the vectors of all pixels whose centres lie in the cell, with their number: float32
    Mean,
}

/// The rasters that answer a query: one on a grid, or one for each UTM zone.
pub(crate) fn rasters<'z>(
    query: &Query,
    zones: &'z dyn Zones,
    grid: &GridArgs,
    resampling: Resampling,
) -> Result<Vec<Raster<'z>>> {
    let Some(covering) = grid.covering(query.area())? else {
        let raster =
            |part: ZonePart<'z>| Raster { zones: vec![part.number()], cells: Cells::Pixels(Box::new(part)) };
        return same_depth(query.native(zones)?.into_iter().map(raster).collect());
    };
    let cells = match resampling {
        Resampling::Nearest => Cells::Pixels(Box::new(query.nearest(zones, covering)?)),
        Resampling::Mean => Cells::Means(Box::new(query.mean(zones, covering)?)),
    };
    Ok(vec![Raster { zones: query.area().zones(), cells }])
}

/// Refuses zones that differ in their channels: their pixels are not of one dataset.
fn same_depth(rasters: Vec<Raster<'_>>) -> Result<Vec<Raster<'_>>> {
    let depth = |raster: &Raster<'_>| raster.cells.channels();
    for pair in rasters.windows(2) {
        if depth(&pair[0]) != depth(&pair[1]) {
            bail!(
                "UTM zones {:?} and {:?} have {} and {} channels: expected the same",
                pair[0].zones,
                pair[1].zones,
                depth(&pair[0]),
                depth(&pair[1])
            );
        }
    }
    Ok(rasters)
}
