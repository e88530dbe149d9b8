//! Moments of plain numbers.

use std::ops::Range;

use ndarray::{Array2, ArrayView2, Axis, s};

use crate::triangle::Triangle;
use crate::{Moments, MomentsError};

/// Rows that a thread takes at a time.
const SHARE_ROWS: usize = 1024;

impl Moments {
    /// The moments of plain numbers, (pixels, channels), all in float64, on all threads of rayon's pool. A row that holds
    /// a NaN is not valid, as in dequantized pixels, and does not count.
    ///
    /// # Errors
    /// [`MomentsError::ChannelCount`] for no column or more than [`MAX_CHANNELS`](crate::MAX_CHANNELS).
    ///
    /// ```
    /// use ndarray::array;
    /// use tessera_pca::Moments;
    ///
    /// let moments = Moments::of_rows(array![[1.0_f32, 2.0], [3.0, 6.0], [f32::NAN, 1.0]].view())?;
    /// assert_eq!(moments.count(), 2);
    /// assert_eq!(moments.covariance(), Some(array![[2.0, 4.0], [4.0, 8.0]]));
    /// # Ok::<(), tessera_pca::MomentsError>(())
    /// ```
    pub fn of_rows<T>(rows: ArrayView2<'_, T>) -> Result<Self, MomentsError>
    where
        T: Copy + Into<f64> + Send + Sync,
    {
        let none = Self::new(rows.ncols())?;
        let shares = rows.nrows().div_ceil(SHARE_ROWS);
        if shares == 0 { Ok(none) } else { Ok(of_shares(rows, 0..shares)) }
    }
}

/// The moments of some shares, halved in the same places whoever takes the halves.
fn of_shares<T>(rows: ArrayView2<'_, T>, shares: Range<usize>) -> Moments
where
    T: Copy + Into<f64> + Send + Sync,
{
    if shares.len() <= 1 {
        let first = shares.start * SHARE_ROWS;
        let last = rows.nrows().min(first + SHARE_ROWS);
        return of_share(rows.slice(s![first..last, ..]));
    }
    let middle = shares.start + shares.len() / 2;
    let (mut left, right) =
        rayon::join(|| of_shares(rows, shares.start..middle), || of_shares(rows, middle..shares.end));
    left.add(&right);
    left
}

fn of_share<T: Copy + Into<f64>>(rows: ArrayView2<'_, T>) -> Moments {
    let channels = rows.ncols();
    let mut values = Vec::with_capacity(rows.len());
    for row in rows.outer_iter() {
        let start = values.len();
        values.extend(row.iter().map(|&value| value.into()));
        if values[start..].iter().any(|value: &f64| value.is_nan()) {
            values.truncate(start);
        }
    }
    let count = values.len() / channels;
    // As many values as rows and columns say, so the shape fits.
    let values = Array2::from_shape_vec((count, channels), values).unwrap_or_default();
    let products = values.t().dot(&values);
    let sum = values.sum_axis(Axis(0)).to_vec();
    Moments::from_parts(count as u64, sum, Triangle::from_fn(channels, |i, j| products[(i, j)]))
}
