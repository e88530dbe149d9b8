//! How the values of components are distributed.

mod bytes;
mod component;
#[cfg(test)]
mod tests;

pub use bytes::ReadHistogramError;

use ndarray::{ArrayView3, Axis};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use tessera_core::{QuantizedView, ScaleLimit, Window};

use crate::{Basis, Mapping, Stretch, StretchError, StretchMethod, TransformError};
use component::Component;

/// Rows that are projected at a time: few, so that their components stay in the cache.
const ROWS: usize = 16;

/// How the values of components are distributed over the pixels of any number of tiles: what a [`Stretch`] needs of them,
/// and adds up, as [`Moments`](crate::Moments) are what a basis needs.
///
/// Each component has 2048 bins from −6 to 6 of its standard deviations, and the least and greatest value; what lies
/// outside is counted. Within a bin, values are taken as evenly spread: a percentile is off by less than a bin, 0.006
/// standard deviations, and by much less where many pixels are.
///
/// ```
/// use tessera_core::synthetic::Synthetic;
/// use tessera_core::{ScaleLimit, Year};
/// use tessera_pca::{Histogram, Moments, Pca, Stretch, StretchMethod};
///
/// let tile = Synthetic::new(7).shape(60, 40).tile("grid_-99.95_80.05".parse()?, Year::new(2024)?)?;
/// let (pixels, limit) = (tile.view(), ScaleLimit::default());
/// let basis = Pca::params(3).fit(&Moments::of_view(&pixels, limit)?)?;
/// let mut histogram = Histogram::new(&basis);
/// histogram.add_view(&basis, &pixels, limit)?;
/// assert_eq!(histogram.count(), pixels.count(limit).valid);
///
/// let stretch = histogram.stretch(StretchMethod::MinMax)?;
/// let projected = basis.transform(&pixels, limit)?;
/// assert_eq!(stretch, Stretch::fit(projected.view(), StretchMethod::MinMax)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    components: Vec<Component>,
}

/// Histograms that do not belong together.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HistogramError {
    /// Histograms of different bases.
    #[error(
        "histograms of different bases cannot be added: expected the same components with the same variances"
    )]
    Basis,
}

impl Histogram {
    /// The histogram of no pixel, on the components of a basis.
    #[must_use]
    pub fn new(basis: &Basis) -> Self {
        let deviation = |variance: &f64| variance.sqrt();
        Self { components: basis.explained_variance().iter().map(deviation).map(Component::new).collect() }
    }

    /// How many components there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.components.len()
    }

    /// Whether there is no component: never, as a basis has one at least.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.components.is_empty()
    }

    /// How many pixels were counted.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.components.first().map_or(0, Component::count)
    }

    /// The least and the greatest value of each component; `None` where no pixel was counted.
    #[must_use]
    pub fn ranges(&self) -> Option<Vec<(f32, f32)>> {
        self.components.iter().map(Component::range).collect()
    }

    /// Adds the valid pixels of a view, on all threads of rayon's pool; some rows are projected at a time.
    ///
    /// # Errors
    /// [`TransformError`] where the view has other channels than the basis. The basis must be the one of
    /// [`new`](Self::new); another number of components is refused.
    pub fn add_view(
        &mut self,
        basis: &Basis,
        view: &QuantizedView<'_>,
        limit: ScaleLimit,
    ) -> Result<(), TransformError> {
        if basis.len() != self.len() {
            return Err(TransformError::Channels { got: self.len(), expected: basis.len() });
        }
        let (rows, cols, _) = view.dim();
        let blocks: Vec<_> = Window::full(rows, cols).row_blocks(ROWS).collect();
        self.add_shares(&blocks, |own, block| {
            let part = view.window(*block)?;
            own.add_rows(basis.transform(&part, limit)?.view());
            Ok(())
        })
    }

    /// Adds projected pixels, (rows, cols, components): those whose components are all finite. Further components than
    /// the histogram has are not looked at; nothing is added where there are fewer.
    pub fn add_projected(&mut self, projected: ArrayView3<'_, f32>) {
        let blocks: Vec<_> = projected.axis_chunks_iter(Axis(0), ROWS).collect();
        // Adding rows does not fail.
        let _: Result<(), TransformError> = self.add_shares(&blocks, |own, block| {
            own.add_rows(*block);
            Ok(())
        });
    }

    /// Adds blocks of pixels, a share of them on each thread.
    fn add_shares<T: Sync>(
        &mut self,
        blocks: &[T],
        add: impl Fn(&mut Self, &T) -> Result<(), TransformError> + Sync,
    ) -> Result<(), TransformError> {
        let empty = Self { components: self.components.iter().map(Component::emptied).collect() };
        let threads = rayon::current_num_threads().max(1);
        let shares: Vec<_> = blocks.chunks(blocks.len().div_ceil(threads).max(1)).collect();
        let added: Result<Vec<Self>, TransformError> = shares
            .into_par_iter()
            .map(|share| {
                let mut own = empty.clone();
                share.iter().try_for_each(|block| add(&mut own, block))?;
                Ok(own)
            })
            .collect();
        added?.iter().for_each(|own| self.add(own));
        Ok(())
    }

    fn add_rows(&mut self, projected: ArrayView3<'_, f32>) {
        let count = self.components.len();
        if projected.dim().2 < count {
            return;
        }
        for row in projected.axis_iter(Axis(0)) {
            for pixel in row.axis_iter(Axis(0)) {
                if pixel.iter().take(count).all(|value| value.is_finite()) {
                    self.components.iter_mut().zip(pixel).for_each(|(own, &value)| own.add(value));
                }
            }
        }
    }

    /// Adds the histogram of other pixels.
    ///
    /// # Errors
    /// [`HistogramError::Basis`] where it is one of another basis; nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<(), HistogramError> {
        let same = self.len() == other.len()
            && self.components.iter().zip(&other.components).all(|(a, b)| a.deviation() == b.deviation());
        if !same {
            return Err(HistogramError::Basis);
        }
        self.add(other);
        Ok(())
    }

    fn add(&mut self, other: &Self) {
        self.components.iter_mut().zip(&other.components).for_each(|(a, b)| a.merge(b));
    }

    /// Some of its components, in the order given, counted from 0; `None` where it does not have one of them.
    #[must_use]
    pub fn select(&self, components: &[usize]) -> Option<Self> {
        let each = components.iter().map(|&k| self.components.get(k).cloned());
        Some(Self { components: each.collect::<Option<_>>()? })
    }

    /// The stretch that a method makes of these pixels: of the first three components, where there are more.
    ///
    /// # Errors
    /// [`StretchError`] where no pixel was counted, or the numbers of the method make no sense.
    pub fn stretch(&self, method: StretchMethod) -> Result<Stretch, StretchError> {
        let method = method.check()?;
        let mapping = |own: &Component| own.mapping(method).ok_or(StretchError::NoPixels);
        let mappings: Result<Vec<Mapping>, _> = self.components.iter().take(3).map(mapping).collect();
        Stretch::new(mappings?)
    }
}
