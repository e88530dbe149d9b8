//! What the name of a tile, its path and its options say.

use tessera_core::{CHANNELS, DatasetVersion, PixelGrid, TileId, Year};

use crate::check::settle_grid;
use crate::npy_head::NpyHead;
use crate::pair::Pair;
use crate::place::Place;
use crate::{Landmask, NpyTileOptions, TileError, TileNotice};

/// What the name of a tile, its path and its options say, and where they disagree.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) id: TileId,
    pub(crate) year: Option<Year>,
    pub(crate) version: DatasetVersion,
    pub(crate) notices: Vec<TileNotice>,
}

impl Said {
    /// Of a tile in this place. What is given wins, and a difference is told.
    pub(crate) fn of(pair: &Pair, place: &Place, options: &NpyTileOptions) -> Result<Self, TileError> {
        let Some(id) = pair.named else { return Err(TileError::Nameless { path: pair.embeddings.clone() }) };
        let mut notices = Vec::new();
        let year = options.year.or(place.year);
        if let (Some(given), Some(path)) = (options.year, place.year)
            && given != path
        {
            notices.push(TileNotice::Year { given, path });
        }
        let version = options.version.clone().unwrap_or_else(|| place.version.clone());
        if version != place.version && place.version != DatasetVersion::Unknown {
            notices.push(TileNotice::Version { given: version.clone(), path: place.version.clone() });
        }
        Ok(Self { id, year, version, notices })
    }

    /// Where its pixels lie. `converted` is the file of scales that are not used as they are.
    pub(crate) fn settle(
        &mut self,
        pair: &Pair,
        dim: (usize, usize, usize),
        landmask: Option<&Landmask>,
        converted: Option<&NpyHead>,
        options: &NpyTileOptions,
    ) -> Result<PixelGrid, TileError> {
        let notices = &mut self.notices;
        let grid = settle_grid(self.id, dim, landmask, options.any_shape, &pair.embeddings, notices)?;
        if dim.2 != CHANNELS {
            notices.push(TileNotice::Channels { got: dim.2 });
        }
        if let Some(scales) = converted {
            let (dtype, fortran_order) =
                (scales.header().dtype().to_owned(), scales.header().fortran_order());
            notices.push(TileNotice::ScalesConverted { dtype, fortran_order });
        }
        Ok(grid)
    }
}
