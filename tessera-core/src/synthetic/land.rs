//! What a synthetic pixel holds.

use ndarray::ArrayViewMut1;

use super::field::Field;
use super::random::{Stream, hash};
use crate::{UtmZone, Year};

/// Smooth fields that vectors are mixed from: the rank of the data.
const RANK: usize = 24;
/// Kinds of land cover, each with a mean vector.
const COVERS: usize = 6;
/// Standard deviation of a vector's entries, for scales near the 0.064 of real tiles.
const SPREAD: f64 = 2.5;

/// The synthetic Earth of one seed and year.
pub(super) struct Land {
    fields: Vec<Field>,
    /// (channels) of each field.
    mix: Vec<Vec<f32>>,
    cover: Field,
    /// (channels) of each kind of land cover.
    means: Vec<Vec<f32>>,
    water: (Field, f64),
    no_data: (Field, f64),
    noise_seed: u64,
}

impl Land {
    pub(super) fn new(seed: u64, channels: usize, water: f64, no_data: f64, year: Year) -> Self {
        // A stream for each purpose: the shape of the land does not depend on the number of channels.
        let stream = |purpose: u64| Stream::new(hash(seed).wrapping_add(purpose));
        let [mut waves, mut mixes, mut covers, mut waters, mut gaps] = [1, 2, 3, 4, 5].map(stream);
        // A year moves the seasons a little and changes the noise; rivers and fields stay where they are.
        let mut of_year = Stream::new(seed ^ hash(u64::from(year.number())));
        let fields = (0..RANK).map(|_| Field::new(&mut waves, 8, 60.0, 40_000.0)).collect();
        let mix = (1..=RANK)
            .map(|rank| {
                let strength = SPREAD * 0.6 * (rank as f64).powf(-0.7);
                (0..channels).map(|_| (strength * (mixes.normal() + 0.1 * of_year.normal())) as f32).collect()
            })
            .collect();
        let cover = Field::new(&mut covers, 8, 400.0, 8_000.0);
        let means = (0..COVERS)
            .map(|_| (0..channels).map(|_| (SPREAD * 0.5 * mixes.normal()) as f32).collect())
            .collect();
        let below = |field: Field, share: f64| {
            let level = field.quantile(share);
            (field, level)
        };
        let water = below(Field::new(&mut waters, 8, 800.0, 12_000.0), water);
        let no_data = below(Field::new(&mut gaps, 6, 300.0, 6_000.0), no_data);
        Self { fields, mix, cover, means, water, no_data, noise_seed: hash(seed ^ u64::from(year.number())) }
    }

    /// Fills the vector of the pixel at an easting and northing (metres) and longitude and latitude (degrees): NaN for
    /// water, infinity for no data, as [`Quantized::quantize`](crate::Quantized::quantize) takes them.
    pub(super) fn fill(
        &self,
        zone: UtmZone,
        easting: f64,
        northing: f64,
        (lon, lat): (f64, f64),
        pixel: &mut ArrayViewMut1<'_, f32>,
    ) {
        let (lon, lat) = (lon.to_radians(), lat.to_radians());
        let point = [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()];
        if self.no_data.0.at(point) < self.no_data.1 {
            return pixel.fill(f32::INFINITY);
        }
        if self.water.0.at(point) < self.water.1 {
            return pixel.fill(f32::NAN);
        }
        let cover =
            ((self.cover.at(point) + 2.0) / 4.0 * COVERS as f64).clamp(0.0, COVERS as f64 - 1.0) as usize;
        // One hash a pixel, one a channel: the pixel's address on the lattice of its zone is the seed.
        let address =
            (easting as i64 as u64) ^ ((northing as i64 as u64) << 28) ^ (u64::from(zone.number()) << 58);
        let mut noise = hash(address ^ self.noise_seed);
        for (value, mean) in pixel.iter_mut().zip(&self.means[cover]) {
            noise = hash(noise);
            // The difference of two uniforms: mean 0, variance 1/6.
            let (a, b) = ((noise as u32) as f32, ((noise >> 32) as u32) as f32);
            *value = mean + (a - b) / u32::MAX as f32 * SPREAD as f32 * 0.5;
        }
        for (field, mix) in self.fields.iter().zip(&self.mix) {
            let strength = field.at(point) as f32;
            pixel.iter_mut().zip(mix).for_each(|(value, mix)| *value += strength * mix);
        }
    }
}
