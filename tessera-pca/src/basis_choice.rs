//! A basis made of another one.

use ndarray::{Array1, Array2, Axis};

use crate::Basis;

/// A choice of components that a basis does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BasisChoiceError {
    /// A component that is not there, counted from 0.
    #[error("component {} of a basis of {components}: expected 1 to {components}", got.wrapping_add(1))]
    Component {
        /// The component asked for, counted from 0.
        got: usize,
        /// The components that there are.
        components: usize,
    },
    /// No component.
    #[error("no component was chosen: expected one at least")]
    Nothing,
    /// Bases of different channels.
    #[error("a basis of {got} channels beside one of {expected}: expected the same")]
    Channels {
        /// The channels of the other one.
        got: usize,
        /// The channels of this one.
        expected: usize,
    },
}

impl Basis {
    /// Some of the components, counted from 0, in the order given: which of them are red, green and blue, say.
    ///
    /// # Errors
    /// [`BasisChoiceError`] for none, or one that is not there.
    ///
    /// ```
    /// use tessera_pca::{Basis, BasisParts};
    ///
    /// let basis = Basis::from_parts(BasisParts {
    ///     mean: vec![1.0, 2.0],
    ///     components: vec![vec![0.6, 0.8], vec![0.8, -0.6]],
    ///     explained_variance: vec![4.0, 1.0],
    ///     explained_variance_ratio: vec![0.8, 0.2],
    ///     deviations: None,
    /// })?;
    /// assert_eq!(basis.select(&[1, 0])?.explained_variance().to_vec(), [1.0, 4.0]);
    /// assert!(basis.select(&[2]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn select(&self, components: &[usize]) -> Result<Self, BasisChoiceError> {
        if components.is_empty() {
            return Err(BasisChoiceError::Nothing);
        }
        if let Some(&got) = components.iter().find(|&&k| k >= self.len()) {
            return Err(BasisChoiceError::Component { got, components: self.len() });
        }
        let pick = |list: &Array1<f64>| list.select(Axis(0), components);
        Ok(self.with_components(
            self.components().select(Axis(0), components),
            pick(self.explained_variance()),
            pick(self.explained_variance_ratio()),
        ))
    }

    /// The same components, put in the order of those of another basis that they are nearest to, and turned to the same
    /// side: so that colours do not jump where a basis is fitted again, to another year say. The axes stay what they are.
    ///
    /// Pairs are made from the greatest |cosine| downwards; what is left over keeps its order and its sign.
    ///
    /// # Errors
    /// [`BasisChoiceError::Channels`] where the other one is of other channels.
    ///
    /// ```
    /// use tessera_pca::{Basis, BasisParts};
    ///
    /// let of = |components: Vec<Vec<f64>>| Basis::from_parts(BasisParts {
    ///     mean: vec![0.0; 2],
    ///     components,
    ///     explained_variance: vec![1.1, 1.0],
    ///     explained_variance_ratio: vec![0.5, 0.4],
    ///     deviations: None,
    /// });
    /// let (last_year, this_year) = (of(vec![vec![1.0, 0.0], vec![0.0, 1.0]])?, of(vec![vec![0.0, -1.0], vec![1.0, 0.0]])?);
    /// let aligned = this_year.aligned_to(&last_year)?;
    /// assert_eq!(aligned.components(), last_year.components());
    /// assert_eq!(aligned.explained_variance().to_vec(), [1.0, 1.1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn aligned_to(&self, other: &Self) -> Result<Self, BasisChoiceError> {
        if other.channels() != self.channels() {
            return Err(BasisChoiceError::Channels { got: other.channels(), expected: self.channels() });
        }
        let cosines = other.components().dot(&self.components().t());
        let mut pairs: Vec<(usize, usize)> = (0..other.len().min(self.len()))
            .flat_map(|to| (0..self.len()).map(move |own| (to, own)))
            .collect();
        pairs.sort_by(|a, b| cosines[*b].abs().total_cmp(&cosines[*a].abs()));
        let mut order = vec![None; self.len()];
        let mut taken = vec![false; self.len()];
        for (to, own) in pairs {
            if order[to].is_none() && !taken[own] {
                (order[to], taken[own]) = (Some((own, cosines[(to, own)].signum())), true);
            }
        }
        let mut rest = (0..self.len()).filter(|own| !taken[*own]);
        let order: Vec<(usize, f64)> = order
            .into_iter()
            .map(|pair| pair.or_else(|| Some((rest.next()?, 1.0))))
            .collect::<Option<_>>()
            .unwrap_or_default();
        let mut aligned = self.select(&order.iter().map(|(own, _)| *own).collect::<Vec<_>>())?;
        let signs: Array1<f64> = order.iter().map(|(_, sign)| *sign).collect();
        let components: Array2<f64> = aligned.components() * &signs.insert_axis(Axis(1));
        aligned = aligned.with_components(
            components,
            aligned.explained_variance().clone(),
            aligned.explained_variance_ratio().clone(),
        );
        Ok(aligned)
    }

    /// A short text that tells this basis from others: 32 digits of a BLAKE3 hash of its numbers.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = blake3::Hasher::new();
        hash.update(&(self.len() as u64).to_le_bytes());
        let lists = [self.mean(), self.explained_variance(), self.explained_variance_ratio()];
        let numbers = lists
            .into_iter()
            .flatten()
            .chain(self.components())
            .chain(self.deviations().into_iter().flatten());
        for number in numbers {
            hash.update(&number.to_le_bytes());
        }
        let mut text = hash.finalize().to_hex().to_string();
        text.truncate(32);
        text
    }
}
