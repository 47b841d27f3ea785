//! A scenario: one question, the contenders that answer it, and the sizes at which they are asked.

use std::hint::black_box;
use std::time::Instant;

use criterion::{BenchmarkId, SamplingMode};
use turbodiesel::testing::TestDb;

use crate::Result;
use crate::backend::Backend;
use crate::bench::{Bench, MEASUREMENT};
use crate::plans::{self, Plans};
use crate::ratios::{Ratios, Rounds};

/// One way to the result.
pub(crate) struct Contender<C, In, Out> {
    /// Its name in all tables.
    pub(crate) name: &'static str,
    /// The code that is measured.
    pub(crate) run: fn(&mut C, &In) -> turbodiesel::Result<Out>,
    /// How many rows the database sent for that result.
    pub(crate) rows: fn(&Out) -> usize,
    /// It takes no part in cases that are larger.
    pub(crate) largest: usize,
}

/// One size, or one depth.
pub(crate) struct Case<In> {
    /// Its name in all tables.
    pub(crate) label: String,
    /// How large it is, for [`Contender::largest`].
    pub(crate) size: usize,
    /// Which of the databases.
    pub(crate) database: usize,
    /// What the contenders are given.
    pub(crate) input: In,
    /// Whether criterion measures it too.
    pub(crate) criterion: bool,
}

/// Contenders and cases. The last contender is what the others are compared with.
pub(crate) struct Scenario<'a, C, In, Out> {
    /// Its name: what a filter is matched with.
    pub(crate) name: String,
    /// What is asked.
    pub(crate) title: String,
    /// The contenders.
    pub(crate) contenders: &'a [Contender<C, In, Out>],
    /// The cases.
    pub(crate) cases: Vec<Case<In>>,
    /// What they run on.
    pub(crate) databases: &'a mut [TestDb<C>],
}

impl<C: Backend, In, Out: PartialEq> Scenario<'_, C, In, Out> {
    /// Plans first, then times.
    pub(crate) fn run(mut self, bench: &mut Bench) -> Result<()> {
        if bench.options.criterion_only {
            self.criterion(bench);
            return Ok(());
        }
        let plans = self.plans()?;
        println!("{plans}");
        self.criterion(bench);
        let rounds = if bench.options.test { Rounds::ONE } else { Rounds::MANY };
        let ratios = self.ratios(rounds);
        bench.ratios.push(ratios);
        Ok(())
    }

    /// What each contender sends in each case; it is an error if two of them come to different results.
    fn plans(&mut self) -> Result<Plans> {
        let mut plans = Plans::new(&self.name, &self.title);
        for case in &self.cases {
            let mut agreed: Option<(&str, Out)> = None;
            for contender in self.contenders {
                if case.size > contender.largest {
                    plans.absent(contender.name, &case.label);
                    continue;
                }
                let conn = &mut *self.databases[case.database];
                let (out, sent) = plans::record(conn, |conn| (contender.run)(conn, &case.input))?;
                plans.sent(contender.name, &case.label, (contender.rows)(&out), sent);
                match &agreed {
                    None => agreed = Some((contender.name, out)),
                    Some((_, first)) if *first == out => {}
                    Some((name, _)) => {
                        let (title, label) = (&self.title, &case.label);
                        return Err(format!("{title}, {label}: {name} and {} disagree", contender.name).into());
                    }
                }
            }
        }
        Ok(plans)
    }

    /// Criterion's report of the cases that stand for the others.
    fn criterion(&mut self, bench: &mut Bench) {
        let mut group = bench.criterion.benchmark_group(&self.name);
        // Iterations that grow from sample to sample would take N+1 seconds.
        group.sampling_mode(SamplingMode::Flat);
        for case in self.cases.iter().filter(|case| case.criterion) {
            for contender in self.contenders.iter().filter(|contender| case.size <= contender.largest) {
                let conn = &mut *self.databases[case.database];
                let start = Instant::now();
                contender.result(conn, &case.input);
                // So long that all samples fit: criterion warns otherwise.
                group.measurement_time(MEASUREMENT.max(start.elapsed() * 15));
                group.bench_function(BenchmarkId::new(contender.name, &case.label), |bencher| {
                    bencher.iter(|| contender.result(conn, &case.input));
                });
            }
        }
        group.finish();
    }

    fn ratios(&mut self, rounds: Rounds) -> Ratios {
        let mut ratios = Ratios::new(&self.name, &self.title);
        for case in &self.cases {
            let present: Vec<_> = self.contenders.iter().filter(|contender| case.size <= contender.largest).collect();
            let names: Vec<_> = present.iter().map(|contender| contender.name).collect();
            let conn = &mut *self.databases[case.database];
            ratios.measure(&case.label, &names, rounds, |contender| {
                black_box(present[contender].result(conn, &case.input));
            });
        }
        ratios
    }
}

impl<C, In, Out> Contender<C, In, Out> {
    /// The result, where a failure can only end the run: it worked a moment ago.
    fn result(&self, conn: &mut C, input: &In) -> Out {
        (self.run)(conn, black_box(input)).unwrap_or_else(|error| panic!("{}: {error}", self.name))
    }
}
