//! Components that are held from one pass to the next.

use ndarray::{Array3, Axis};
use tessera_core::ScaleCounts;
use tessera_pca::Rgba;

use anyhow::Result;
use tessera_pca::PictureBasis;

/// All components of the pixels of a raster, strip by strip from the north, (rows, cols, components) each.
#[derive(Default)]
pub(super) struct Components {
    pub(super) strips: Vec<Array3<f32>>,
    pub(super) counts: ScaleCounts,
}

impl Components {
    /// The colours of each strip, which is given back then.
    pub(super) fn colours(
        self,
        basis: &PictureBasis,
        zone: Option<u8>,
        work: &mut dyn FnMut(&Rgba) -> Result<()>,
    ) -> Result<()> {
        let in_order = basis.shown().iter().enumerate().all(|(at, shown)| at == *shown);
        for strip in self.strips {
            // Those behind the ones that are shown are not looked at.
            let shown = if in_order { strip } else { strip.select(Axis(2), basis.shown()) };
            work(&basis.stretch_of(zone).apply(shown.view())?)?;
        }
        Ok(())
    }
}
