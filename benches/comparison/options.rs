//! What was asked for: by the environment, and by the arguments that criterion reads too.

use std::env;

use crate::Result;

/// What to run, and how large.
#[derive(Debug)]
pub(crate) struct Options {
    /// The names of the backends.
    pub(crate) backends: Vec<String>,
    /// What all sizes are divided by.
    scale: usize,
    /// Everything once, to see that it works.
    pub(crate) test: bool,
    /// Only what criterion does, as for a profiler.
    pub(crate) criterion_only: bool,
    /// Which scenarios are wanted: a part of their names, or the name of one of criterion's benchmarks in them.
    filter: Option<String>,
}

impl Options {
    /// `TURBODIESEL_BENCH`, `TURBODIESEL_BENCH_SCALE`, the filter and `--test`.
    pub(crate) fn from_environment() -> Result<Self> {
        let mut backends = vec!["sqlite".to_owned()];
        for name in env::var("TURBODIESEL_BENCH").unwrap_or_default().split(',').map(str::trim) {
            if !name.is_empty() && !backends.iter().any(|known| known == name) {
                backends.push(name.to_owned());
            }
        }
        let scale =
            match env::var("TURBODIESEL_BENCH_SCALE") {
                Ok(scale) => scale.parse().ok().filter(|&scale| scale > 0).ok_or_else(|| {
                    format!("TURBODIESEL_BENCH_SCALE divides all sizes: a number from 1, not `{scale}`")
                })?,
                Err(_) => 1,
            };
        let arguments: Vec<String> = env::args().skip(1).collect();
        let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
        Ok(Options {
            backends,
            scale,
            // As criterion has it: without cargo's `--bench` it was `cargo test` that ran this.
            test: has("--test") || !has("--bench"),
            criterion_only: has("--profile-time") || has("--list"),
            // Elsewhere a bare word may be the value of one of criterion's options.
            filter: arguments.first().filter(|first| !first.starts_with('-')).cloned(),
        })
    }

    /// A size, scaled.
    pub(crate) fn scaled(&self, size: usize) -> usize {
        (size / self.scale).max(1)
    }

    /// Sizes, scaled, each of them once.
    pub(crate) fn all_scaled(&self, sizes: &[usize]) -> Vec<usize> {
        let mut scaled: Vec<usize> = sizes.iter().map(|&size| self.scaled(size)).collect();
        scaled.dedup();
        scaled
    }

    /// Whether a scenario is wanted.
    pub(crate) fn wants(&self, scenario: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| scenario.contains(filter.as_str()) || filter.starts_with(scenario))
    }
}
