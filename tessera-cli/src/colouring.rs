//! How components become colours.

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use tessera_core::{DatasetVersion, ScaleLimit};
use tessera_pca::{Basis, Histogram, Moments, Pca, PictureBasis, Stretch, StretchMethod};

/// How components become colours.
#[derive(Debug, Clone, Args)]
pub(crate) struct ColourArgs {
    /// Which principal components are red, green and blue, as in 4,5,6
    #[arg(long, value_name = "R,G,B", default_value = "1,2,3", value_parser = parse_components)]
    pub(crate) components: Shown,

    /// How components become brightness
    #[arg(long, value_enum, default_value = "percentile")]
    pub(crate) stretch: StretchName,

    /// What becomes dark and what bright, with --stretch percentile [default: 2,98]
    #[arg(long, value_name = "LOW,HIGH", value_parser = parse_percentiles)]
    percentiles: Option<Percentiles>,

    /// More than 1 lightens what is dark, less than 1 darkens it: 0.1 to 10
    #[arg(long, default_value_t = 1.0)]
    gamma: f64,

    /// How strong the colours are: 0 (grey) to 10
    #[arg(long, default_value_t = 1.0)]
    saturation: f64,
}

/// How components become brightness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StretchName {
    /// From one percentile to another
    Percentile,
    /// From the least to the greatest value
    MinMax,
    /// Two standard deviations to either side of the mean
    Deviations,
    /// The same number of pixels at every brightness
    Equalize,
}

/// The components that are red, green and blue, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shown(pub(crate) [usize; 3]);

#[derive(Debug, Clone, Copy, PartialEq)]
struct Percentiles {
    low: f64,
    high: f64,
}

impl Default for Percentiles {
    fn default() -> Self {
        Self { low: 2.0, high: 98.0 }
    }
}

fn parse_components(text: &str) -> Result<Shown, String> {
    let expected = || format!("{text:?}: expected three numbers from 1 on, as in 4,5,6");
    let numbers: Vec<usize> =
        text.split(',').map(|one| one.trim().parse()).collect::<Result<_, _>>().map_err(|_| expected())?;
    match numbers[..] {
        [red, green, blue] if numbers.iter().all(|&number| (1..=4096).contains(&number)) => {
            Ok(Shown([red - 1, green - 1, blue - 1]))
        }
        _ => Err(expected()),
    }
}

fn parse_percentiles(text: &str) -> Result<Percentiles, String> {
    let numbers = text.split_once(',').map(|(low, high)| (low.trim().parse(), high.trim().parse()));
    match numbers {
        Some((Ok(low), Ok(high))) if 0.0 <= low && low < high && high <= 100.0 => {
            Ok(Percentiles { low, high })
        }
        _ => Err(format!("{text:?}: expected two percentiles with 0 <= low < high <= 100, as in 2,98")),
    }
}

impl ColourArgs {
    /// Refuses, before anything is read, numbers that make no sense.
    pub(crate) fn check(&self) -> Result<()> {
        if self.percentiles.is_some() && self.stretch != StretchName::Percentile {
            anyhow::bail!("--percentiles are those of --stretch percentile: expected that, or none of them");
        }
        let plain = tessera_pca::Mapping::Linear { low: 0.0, high: 1.0 };
        self.finish(Stretch::new(vec![plain])?)?;
        Ok(())
    }

    /// How many components a basis must have for those that are shown.
    pub(crate) fn depth(&self) -> usize {
        self.components.0.iter().max().map_or(3, |last| last + 1).max(3)
    }

    /// The method of the stretch.
    pub(crate) fn method(&self) -> StretchMethod {
        let Percentiles { low, high } = self.percentiles.unwrap_or_default();
        match self.stretch {
            StretchName::Percentile => StretchMethod::Percentile { low, high },
            StretchName::MinMax => StretchMethod::MinMax,
            StretchName::Deviations => StretchMethod::StandardDeviations(2.0),
            StretchName::Equalize => StretchMethod::Equalize,
        }
    }

    /// The method in words.
    pub(crate) fn words(&self) -> String {
        let Percentiles { low, high } = self.percentiles.unwrap_or_default();
        match self.stretch {
            StretchName::Percentile => format!("percentiles {low} to {high}"),
            StretchName::MinMax => "least to greatest value".into(),
            StretchName::Deviations => "two standard deviations around the mean".into(),
            StretchName::Equalize => "histogram equalization".into(),
        }
    }

    /// The stretch with gamma and saturation.
    pub(crate) fn finish(&self, stretch: Stretch) -> Result<Stretch> {
        Ok(stretch.gamma(self.gamma)?.saturation(self.saturation)?)
    }

    /// The basis of a picture: the components of a fitted basis that are shown, with the stretch that their histogram
    /// gives. The histogram is of all components of the basis.
    pub(crate) fn picture_basis(
        &self,
        dataset: &DatasetVersion,
        limit: ScaleLimit,
        basis: Basis,
        histogram: &Histogram,
    ) -> Result<PictureBasis> {
        let stretch = self.stretch_of(histogram)?;
        Ok(PictureBasis::showing(dataset.clone(), limit, basis, self.components.0.to_vec(), stretch)?)
    }

    /// The stretch of the components that are shown.
    pub(crate) fn stretch_of(&self, histogram: &Histogram) -> Result<Stretch> {
        let shown = histogram.select(&self.components.0);
        let shown = shown.with_context(|| {
            format!("a histogram of {} components: expected {} at least", histogram.len(), self.depth())
        })?;
        self.finish(shown.stretch(self.method())?)
    }
}

/// The basis of these moments, of so many components.
pub(crate) fn fit(moments: &Moments, components: usize, standardize: bool) -> Result<Basis> {
    if moments.count() == 0 {
        anyhow::bail!("no picture can be made: no pixel is valid, all are water or have no data");
    }
    Pca::params(components).standardize(standardize).fit(moments).context("no picture can be made")
}

/// Explained variance ratios of some components as percentages.
pub(crate) fn percentages(basis: &Basis) -> String {
    let each: Vec<_> =
        basis.explained_variance_ratio().iter().map(|r| format!("{:.1} %", r * 100.0)).collect();
    each.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_components_are_three_numbers() {
        assert_eq!(parse_components("4, 5,6"), Ok(Shown([3, 4, 5])));
        for wrong in ["", "1", "1,2", "1,2,3,4", "0,1,2", "a,b,c", "1,2,-3", "1,2,99999"] {
            assert!(parse_components(wrong).unwrap_err().contains("three numbers"), "{wrong}");
        }
    }

    #[test]
    fn percentiles_rise() {
        assert_eq!(parse_percentiles("0, 99.5"), Ok(Percentiles { low: 0.0, high: 99.5 }));
        for wrong in ["", "2", "98,2", "2,2", "-1,50", "2,101", "NaN,98", "2,98,99"] {
            assert!(parse_percentiles(wrong).is_err(), "{wrong}");
        }
    }
}
