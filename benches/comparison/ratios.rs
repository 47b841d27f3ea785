//! Ratios of medians of interleaved runs, and the noise beside them.
//!
//! Criterion measures one contender after the other, so a machine that gets busy meanwhile slows one of them and not the
//! others. Here they take turns: what disturbs, disturbs all. Each stands in a round twice, as if it were two; the ratio
//! of these two, which should be 1, shows what a ratio is worth.

use std::fmt;
use std::time::{Duration, Instant};

use crate::text::{ratio, time};

/// How long to measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rounds {
    most: usize,
    least: usize,
    /// Rounds are added up to this time.
    budget: Duration,
    /// A sample is at least this long: short runs are repeated.
    sample: Duration,
}

impl Rounds {
    /// For figures.
    pub(crate) const MANY: Rounds =
        Rounds { most: 50, least: 9, budget: Duration::from_secs(2), sample: Duration::from_millis(1) };
    /// To see that it works.
    pub(crate) const ONE: Rounds = Rounds { most: 1, least: 1, budget: Duration::ZERO, sample: Duration::ZERO };
}

/// The table of a scenario.
#[derive(Debug)]
pub(crate) struct Ratios {
    name: String,
    title: String,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    case: String,
    contender: String,
    rounds: usize,
    median: f64,
    /// To the median of the last contender.
    ratio: f64,
    /// Of the second turn's median to the first one's.
    control: f64,
}

impl Ratios {
    pub(crate) fn new(name: &str, title: &str) -> Self {
        Ratios { name: name.to_owned(), title: title.to_owned(), rows: Vec::new() }
    }

    /// Measures one case: `run(n)` runs the n-th contender once.
    pub(crate) fn measure(&mut self, case: &str, names: &[&str], rounds: Rounds, mut run: impl FnMut(usize)) {
        // Also the warm-up: statements are prepared, pages are in memory.
        let repeats: Vec<u32> = (0..names.len()).map(|contender| repeats(rounds, || run(contender))).collect();
        let mut turns: Vec<[Vec<f64>; 2]> = names.iter().map(|_| Default::default()).collect();
        let start = Instant::now();
        let mut round = 0;
        while round < rounds.least || (round < rounds.most && start.elapsed() < rounds.budget) {
            for place in 0..2 * names.len() {
                // Every other round goes backward, so that nobody always follows the same one.
                let place = if round % 2 == 0 { place } else { 2 * names.len() - 1 - place };
                let (contender, turn) = (place % names.len(), place / names.len());
                let start = Instant::now();
                for _ in 0..repeats[contender] {
                    run(contender);
                }
                turns[contender][turn].push(start.elapsed().as_secs_f64() / f64::from(repeats[contender]));
            }
            round += 1;
        }
        let medians: Vec<f64> = turns.iter().map(|turns| median(turns.concat())).collect();
        let reference = medians.last().copied().unwrap_or(f64::NAN);
        for ((name, [first, second]), median_of_both) in names.iter().zip(turns).zip(medians) {
            self.rows.push(Row {
                case: case.to_owned(),
                contender: (*name).to_owned(),
                rounds: round,
                median: median_of_both,
                ratio: median_of_both / reference,
                control: median(second) / median(first),
            });
        }
    }
}

/// How many runs make a sample long enough for the clock.
fn repeats(rounds: Rounds, mut run: impl FnMut()) -> u32 {
    let mut repeats = 1_u32;
    loop {
        let start = Instant::now();
        for _ in 0..repeats {
            run();
        }
        if start.elapsed() >= rounds.sample || repeats >= 1 << 16 {
            return repeats;
        }
        repeats *= 2;
    }
}

fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    match samples.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => samples[odd / 2],
        even => (samples[even / 2 - 1] + samples[even / 2]) / 2.0,
    }
}

impl fmt::Display for Ratios {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}: {}", self.name, self.title)?;
        writeln!(f, "  {:14} {:24} {:>10} {:>8} {:>6} {:>7}", "", "", "median", "ratio", "A/A", "rounds")?;
        let mut last = "";
        for row in &self.rows {
            let case = if row.case == last { "" } else { &row.case };
            last = &row.case;
            let (contender, rounds) = (&row.contender, row.rounds);
            let (median, ratio, control) = (time(row.median), ratio(row.ratio), ratio(row.control));
            writeln!(f, "  {case:14} {contender:24} {median:>10} {ratio:>8} {control:>6} {rounds:>7}")?;
        }
        Ok(())
    }
}
