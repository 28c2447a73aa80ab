//! Medians, percentiles and how they are written.

use std::time::Duration;

/// The value below which a share of all values lies (nearest rank); the default for no values.
pub(crate) fn percentile<T: Copy + PartialOrd + Default>(values: &[T], share: f64) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// The middle value.
pub(crate) fn median<T: Copy + PartialOrd + Default>(values: &[T]) -> T {
    percentile(values, 0.5)
}

/// The median of ratios with the smallest and the largest: `0.98 (0.95–1.01)`.
pub(crate) fn ratio(ratios: &[f64]) -> String {
    let (low, high) = (percentile(ratios, 0.0), percentile(ratios, 1.0));
    format!("**{:.3}** ({low:.3}–{high:.3})", median(ratios))
}

/// The median and the 99th percentile of latencies: `0.12 / 0.80 ms`.
pub(crate) fn latency(latencies: &[Duration]) -> String {
    let ms = |share| percentile(latencies, share).as_secs_f64() * 1e3;
    format!("{:.2} / {:.2} ms", ms(0.5), ms(0.99))
}
