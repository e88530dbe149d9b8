//! The inner loop of dequantizing.

use crate::ScaleLimit;

/// How results are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stores {
    /// Through the cache.
    Cached,
    /// Around it. An output that does not fit in the cache would otherwise be read from memory once before it is
    /// overwritten: a third of all traffic.
    Streaming,
}

impl Stores {
    /// Outputs from 8 MiB on, larger than a core's share of any cache, are streamed.
    pub(crate) fn for_output(bytes: usize) -> Self {
        if bytes >= 8 << 20 { Self::Streaming } else { Self::Cached }
    }
}

/// What a pixel's values are multiplied by: its scale, or NaN where it is not valid.
#[inline(always)]
pub(crate) fn factor(scale: f32, limit: ScaleLimit) -> f32 {
    if limit.admits(scale) { scale } else { f32::NAN }
}

/// A row of pixels: `data` and `out` hold the same number of values, a whole number of times the scales.
pub(crate) fn scale_row(data: &[i8], scales: &[f32], limit: ScaleLimit, stores: Stores, out: &mut [f32]) {
    if scales.is_empty() || data.len() != out.len() || !data.len().is_multiple_of(scales.len()) {
        return;
    }
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has AVX2, as was just asked.
        unsafe {
            if stores == Stores::Streaming && x86::can_stream(data, scales, out) {
                x86::scale_row_streaming(data, scales, limit, out);
            } else {
                x86::scale_row_cached(data, scales, limit, out);
            }
        }
        return;
    }
    let _ = stores;
    scale_row_plain(data, scales, limit, out);
}

/// Compiled for whatever its caller was compiled for.
#[inline(always)]
fn scale_row_plain(data: &[i8], scales: &[f32], limit: ScaleLimit, out: &mut [f32]) {
    let channels = data.len() / scales.len();
    if channels == 0 {
        return;
    }
    for ((data, out), scale) in data.chunks_exact(channels).zip(out.chunks_exact_mut(channels)).zip(scales) {
        let factor = factor(*scale, limit);
        for (out, q) in out.iter_mut().zip(data) {
            *out = f32::from(*q) * factor;
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        _mm_loadl_epi64, _mm_sfence, _mm_stream_ps, _mm256_castps256_ps128, _mm256_cvtepi8_epi32,
        _mm256_cvtepi32_ps, _mm256_extractf128_ps, _mm256_mul_ps, _mm256_set1_ps,
    };

    use super::{factor, scale_row_plain};
    use crate::ScaleLimit;

    /// Whether a row can be streamed: whole vectors of eight channels, and an output aligned to 16 bytes.
    pub(super) fn can_stream(data: &[i8], scales: &[f32], out: &[f32]) -> bool {
        (data.len() / scales.len()).is_multiple_of(8) && out.as_ptr().addr().is_multiple_of(16)
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn scale_row_cached(data: &[i8], scales: &[f32], limit: ScaleLimit, out: &mut [f32]) {
        scale_row_plain(data, scales, limit, out);
    }

    /// The caller has asked [`can_stream`].
    #[target_feature(enable = "avx2")]
    pub(super) fn scale_row_streaming(data: &[i8], scales: &[f32], limit: ScaleLimit, out: &mut [f32]) {
        let channels = data.len() / scales.len();
        if channels == 0 {
            return;
        }
        for ((data, out), scale) in
            data.chunks_exact(channels).zip(out.chunks_exact_mut(channels)).zip(scales)
        {
            let factor = _mm256_set1_ps(factor(*scale, limit));
            for (data, out) in data.chunks_exact(8).zip(out.chunks_exact_mut(8)) {
                // SAFETY: `data` has 8 bytes, which the unaligned load reads, and `out` 8 floats, which the two
                // stores write. `out` starts a multiple of 32 bytes after an address aligned to 16, so both stores are
                // aligned as `_mm_stream_ps` demands.
                unsafe {
                    let q = _mm256_cvtepi8_epi32(_mm_loadl_epi64(data.as_ptr().cast()));
                    let values = _mm256_mul_ps(_mm256_cvtepi32_ps(q), factor);
                    _mm_stream_ps(out.as_mut_ptr(), _mm256_castps256_ps128(values));
                    _mm_stream_ps(out.as_mut_ptr().add(4), _mm256_extractf128_ps::<1>(values));
                }
            }
        }
        // Streaming stores are weakly ordered: the fence makes them visible before anything that follows, as another
        // thread that is handed the array expects.
        _mm_sfence();
    }
}
