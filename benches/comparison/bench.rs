//! One run: its options, criterion, and the ratios that stand at its end.

use std::time::Duration;

use criterion::Criterion;

use crate::options::Options;
use crate::ratios::Ratios;

/// How long criterion measures a contender, if it is fast.
pub(crate) const MEASUREMENT: Duration = Duration::from_millis(500);

/// What all scenarios share.
pub(crate) struct Bench {
    pub(crate) options: Options,
    pub(crate) criterion: Criterion,
    pub(crate) ratios: Vec<Ratios>,
}

impl Bench {
    pub(crate) fn new(options: Options) -> Self {
        // Few samples and few resamples: the ratios, not these, carry the comparison.
        let criterion = Criterion::default()
            .without_plots()
            .sample_size(10)
            .warm_up_time(Duration::from_millis(200))
            .measurement_time(MEASUREMENT)
            .nresamples(10_000)
            .configure_from_args();
        Bench { options, criterion, ratios: Vec::new() }
    }

    /// The end: all ratios together.
    pub(crate) fn finish(self) {
        self.criterion.final_summary();
        for ratios in &self.ratios {
            println!("{ratios}");
        }
    }
}
