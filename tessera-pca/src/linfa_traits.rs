//! The traits of linfa, which stands on an older ndarray. This is the only place that knows both.

use linfa::dataset::DatasetBase;
use linfa::traits::{Fit, PredictInplace, Transformer};
use ndarray::ArrayView2;

use crate::{Basis, FitError, Moments, PcaParams};

impl From<linfa::Error> for FitError {
    fn from(error: linfa::Error) -> Self {
        Self::Linfa { cause: error.to_string() }
    }
}

/// The same numbers for the newer ndarray.
fn bridge<'a, T>(records: &'a nd16::CowArray<'_, T, nd16::Ix2>) -> ArrayView2<'a, T> {
    let numbers = records.as_slice().unwrap_or_default();
    match ArrayView2::from_shape(records.dim(), numbers) {
        Ok(view) => view,
        Err(error) => unreachable!("records in standard layout have a slice of their shape: {error}"),
    }
}

/// Fits to the records, (pixels, channels), in float64. A row that holds a NaN does not count.
impl<F, D, T> Fit<nd16::ArrayBase<D, nd16::Ix2>, T, FitError> for PcaParams
where
    F: linfa::Float + Into<f64>,
    D: nd16::Data<Elem = F>,
{
    type Object = Basis;

    fn fit(&self, dataset: &DatasetBase<nd16::ArrayBase<D, nd16::Ix2>, T>) -> Result<Basis, FitError> {
        let records = dataset.records().as_standard_layout();
        let moments = Moments::of_rows(bridge(&records))?;
        // The method of the type itself, which takes moments.
        PcaParams::fit(self, &moments)
    }
}

/// Projects rows, (pixels, channels), to (pixels, components).
///
/// # Panics
/// Where rows have another number of channels, or the target another shape: linfa's traits have no way to return an
/// error. [`Basis::transform_rows`] returns one.
impl<F, D> PredictInplace<nd16::ArrayBase<D, nd16::Ix2>, nd16::Array2<F>> for Basis
where
    F: linfa::Float + Into<f64>,
    D: nd16::Data<Elem = F>,
{
    fn predict_inplace(&self, records: &nd16::ArrayBase<D, nd16::Ix2>, target: &mut nd16::Array2<F>) {
        assert_eq!(
            records.ncols(),
            self.channels(),
            "rows must have as many numbers as the basis has channels"
        );
        assert_eq!(target.dim(), (records.nrows(), self.len()), "the target must be (rows, components)");
        let records = records.as_standard_layout();
        match self.transform_rows(bridge(&records)) {
            Ok(projected) => {
                target.iter_mut().zip(&projected).for_each(|(to, &value)| *to = F::cast(value));
            }
            Err(error) => unreachable!("the number of channels was checked: {error}"),
        }
    }

    fn default_target(&self, records: &nd16::ArrayBase<D, nd16::Ix2>) -> nd16::Array2<F> {
        nd16::Array2::zeros((records.nrows(), self.len()))
    }
}

/// Projects the records of a data set; targets and weights stay.
///
/// # Panics
/// As [`PredictInplace`].
impl<F, D, T> Transformer<DatasetBase<nd16::ArrayBase<D, nd16::Ix2>, T>, DatasetBase<nd16::Array2<F>, T>>
    for Basis
where
    F: linfa::Float + Into<f64>,
    D: nd16::Data<Elem = F>,
{
    fn transform(
        &self,
        dataset: DatasetBase<nd16::ArrayBase<D, nd16::Ix2>, T>,
    ) -> DatasetBase<nd16::Array2<F>, T> {
        let mut projected = self.default_target(&dataset.records);
        self.predict_inplace(&dataset.records, &mut projected);
        DatasetBase::new(projected, dataset.targets).with_weights(dataset.weights)
    }
}
