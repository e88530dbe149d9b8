//! A smooth function on the sphere.

use super::random::Stream;

/// Mean radius of the Earth in metres.
const RADIUS: f64 = 6_371_000.0;

/// A sum of plane waves in the space around the sphere, of mean 0 and variance 1 over the Earth.
pub(super) struct Field {
    /// Wave vector, amplitude, phase.
    waves: Vec<([f64; 3], f64, f64)>,
}

impl Field {
    /// Waves of random directions, `shortest` to `longest` metres long, the longer the stronger.
    pub(super) fn new(random: &mut Stream, waves: usize, shortest: f64, longest: f64) -> Self {
        let mut waves: Vec<_> = (0..waves)
            .map(|_| {
                let direction = [random.normal(), random.normal(), random.normal()];
                let norm = direction.iter().map(|d| d * d).sum::<f64>().sqrt().max(1e-9);
                let length = shortest * (longest / shortest).powf(random.uniform());
                let k = direction.map(|d| d / norm * std::f64::consts::TAU * RADIUS / length);
                (k, length.powf(0.6), random.uniform() * std::f64::consts::TAU)
            })
            .collect();
        let norm = (waves.iter().map(|w| w.1 * w.1).sum::<f64>() / 2.0).sqrt();
        waves.iter_mut().for_each(|wave| wave.1 /= norm);
        Self { waves }
    }

    /// The value at a point of the unit sphere.
    pub(super) fn at(&self, [x, y, z]: [f64; 3]) -> f64 {
        self.waves
            .iter()
            .map(|([kx, ky, kz], amplitude, phase)| amplitude * (kx * x + ky * y + kz * z + phase).sin())
            .sum()
    }

    /// The value below which the field lies on this share of the sphere, from a few thousand random points.
    pub(super) fn quantile(&self, share: f64) -> f64 {
        let mut random = Stream::new(0);
        let mut values: Vec<f64> = (0..4096)
            .map(|_| {
                let (lon, sin_lat) = (random.uniform() * std::f64::consts::TAU, random.uniform() * 2.0 - 1.0);
                let cos_lat = (1.0 - sin_lat * sin_lat).sqrt();
                self.at([cos_lat * lon.cos(), cos_lat * lon.sin(), sin_lat])
            })
            .collect();
        values.sort_unstable_by(f64::total_cmp);
        let rank = (share * values.len() as f64) as usize;
        // A share of nothing lies below every value, a share of all above.
        match rank {
            0 => f64::NEG_INFINITY,
            rank => values.get(rank).copied().unwrap_or(f64::INFINITY),
        }
    }
}
