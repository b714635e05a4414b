//! A figure that was measured several times: its least, its middle and its most.

use serde::Serialize;

#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Figure {
    pub(crate) min: f64,
    pub(crate) median: f64,
    pub(crate) max: f64,
}

impl Figure {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Self { min: values[0], median: values[values.len() / 2], max: values[values.len() - 1] }
    }

    /// The middle with its bounds, to so many decimal places.
    pub(crate) fn text(self, places: usize) -> String {
        format!("{:.places$} ({:.places$} to {:.places$})", self.median, self.min, self.max)
    }
}
