//! What was sent, and how the database goes about it.

use std::fmt;

use blog::{BlogConnection, Statement, StatementLog};
use turbodiesel::backend::Dialect;
use turbodiesel::plan::Plan;

use crate::Result;
use crate::text::{cut, thousands};

/// The statements that a contender sent: how often each, and its plan.
pub(crate) type Sent = Vec<(usize, Plan)>;

/// Runs something once and asks for the plan of every statement that it sent.
pub(crate) fn record<C: BlogConnection<Backend: Dialect>, T>(
    conn: &mut C,
    run: impl FnOnce(&mut C) -> turbodiesel::Result<T>,
) -> Result<(T, Sent)> {
    let log = StatementLog::install(conn);
    let result = run(conn);
    // Nothing is recorded while times are taken.
    conn.set_instrumentation(None::<StatementLog>);
    let out = result?;

    let mut texts: Vec<(usize, Statement)> = Vec::new();
    for statement in log.take() {
        // From the end: in a loop it is one of the last few.
        match texts.iter_mut().rev().find(|(_, known)| known.sql == statement.sql) {
            Some((times, _)) => *times += 1,
            None => texts.push((1, statement)),
        }
    }
    let mut sent: Sent = Vec::new();
    for (times, statement) in texts {
        let plan = Plan::parse::<C::Backend>(&statement.sql, blog::explain(conn, &statement)?);
        match sent.iter_mut().find(|(_, known)| lines(known).eq(lines(&plan))) {
            Some((of_this_plan, _)) => *of_this_plan += times,
            None => sent.push((times, plan)),
        }
    }
    Ok((out, sent))
}

/// A plan as its database draws it, no line longer than a screen is wide.
fn lines(plan: &Plan) -> impl Iterator<Item = String> {
    let drawn = plan.to_string();
    let lines: Vec<String> = drawn.lines().filter(|line| *line != "QUERY PLAN").map(|line| cut(line, 108)).collect();
    lines.into_iter()
}

/// The plan of every statement, as often as it was sent.
fn each(sent: &Sent) -> Vec<Plan> {
    sent.iter().flat_map(|(times, plan)| std::iter::repeat_n(plan.clone(), *times)).collect()
}

/// The table of all contenders and cases of a scenario, and the plans below it.
pub(crate) struct Plans {
    name: String,
    title: String,
    cases: Vec<String>,
    contenders: Vec<(&'static str, Vec<Answer>)>,
}

/// What one contender did in one case; nothing where it took no part.
struct Answer(Option<(usize, Sent)>);

impl Plans {
    pub(crate) fn new(name: &str, title: &str) -> Self {
        Plans { name: name.to_owned(), title: title.to_owned(), cases: Vec::new(), contenders: Vec::new() }
    }

    /// A contender took part.
    pub(crate) fn sent(&mut self, contender: &'static str, case: &str, rows: usize, sent: Sent) {
        self.push(contender, case, Answer(Some((rows, sent))));
    }

    /// A contender took no part.
    pub(crate) fn absent(&mut self, contender: &'static str, case: &str) {
        self.push(contender, case, Answer(None));
    }

    fn push(&mut self, contender: &'static str, case: &str, answer: Answer) {
        if self.cases.last().is_none_or(|last| last != case) {
            self.cases.push(case.to_owned());
        }
        match self.contenders.iter_mut().find(|(name, _)| *name == contender) {
            Some((_, answers)) => answers.push(answer),
            None => self.contenders.push((contender, vec![answer])),
        }
    }
}

impl fmt::Display for Plans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n== {}: {}\n", self.name, self.title)?;
        write!(f, "  {:24}", "statements / rows")?;
        for case in &self.cases {
            write!(f, "{case:>18}")?;
        }
        writeln!(f)?;
        for (name, answers) in &self.contenders {
            write!(f, "  {name:24}")?;
            for answer in answers {
                write!(f, "{:>18}", answer.to_string())?;
            }
            writeln!(f)?;
        }
        let mut shown: Vec<(&str, Vec<Used<'_>>)> = Vec::new();
        for (name, answers) in &self.contenders {
            writeln!(f)?;
            let plans = self.plans(answers);
            // Two contenders with the same plans are told apart by their statements only.
            if let Some((first, _)) = shown.iter().find(|(_, known)| *known == plans) {
                writeln!(f, "  {name}: as {first}")?;
                continue;
            }
            for plan in &plans {
                if plans.len() == 1 {
                    writeln!(f, "  {name}")?;
                } else {
                    writeln!(f, "  {name}: {}", plan.cases.join(", "))?;
                }
                plan.write(f)?;
            }
            shown.push((name, plans));
        }
        self.compared(f)
    }
}

impl Plans {
    /// The first contender beside the last one, in the last case in which both took part.
    fn compared(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [(naive, by_naive), .., (eager, by_eager)] = self.contenders.as_slice() else { return Ok(()) };
        let both = self.cases.iter().zip(by_naive).zip(by_eager).rev();
        let both = both.filter_map(|((case, one), other)| Some((case, &one.0.as_ref()?.1, &other.0.as_ref()?.1)));
        let Some((case, one, other)) = both.into_iter().next() else { return Ok(()) };
        writeln!(f, "\n  {naive} beside {eager}: {case}")?;
        for line in Plan::compare(&each(one), &each(other)).figures().lines() {
            writeln!(f, "    {line}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((rows, sent)) = &self.0 else { return f.write_str("-") };
        let statements = sent.iter().map(|(times, _)| times).sum();
        write!(f, "{} / {}", thousands(statements), thousands(*rows))
    }
}

/// A plan, and the cases in which a contender's statements had it.
struct Used<'a> {
    cases: Vec<&'a str>,
    /// In the largest of these cases.
    sent: &'a Sent,
}

impl PartialEq for Used<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cases == other.cases && shape(self.sent) == shape(other.sent)
    }
}

impl Used<'_> {
    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A loop's plans differ in the rows that the database expects.
        let mut shown: Vec<(usize, &Plan)> = Vec::new();
        for (times, plan) in self.sent {
            match shown.iter_mut().find(|(_, known)| outline(known).eq(outline(plan))) {
                Some((of_this_plan, _)) => *of_this_plan += times,
                None => shown.push((*times, plan)),
            }
        }
        for (times, plan) in shown {
            let mut times = if times == 1 { "1 x" } else { "n x" };
            for line in lines(plan) {
                writeln!(f, "    {times:3} {line}")?;
                times = "";
            }
        }
        Ok(())
    }
}

impl Plans {
    fn plans<'a>(&'a self, answers: &'a [Answer]) -> Vec<Used<'a>> {
        let mut plans: Vec<Used<'_>> = Vec::new();
        for (case, answer) in self.cases.iter().zip(answers) {
            let Some((_, sent)) = &answer.0 else { continue };
            match plans.iter_mut().find(|known| shape(known.sent) == shape(sent)) {
                Some(known) => {
                    known.cases.push(case);
                    known.sent = sent;
                }
                None => plans.push(Used { cases: vec![case], sent }),
            }
        }
        plans
    }
}

/// Plans without their numbers: how often a statement was sent, and how many rows the database expects.
fn shape(sent: &Sent) -> Vec<Vec<String>> {
    let mut outlines: Vec<Vec<String>> = Vec::new();
    for (_, plan) in sent {
        let outline: Vec<String> = outline(plan).collect();
        if !outlines.contains(&outline) {
            outlines.push(outline);
        }
    }
    outlines
}

fn outline(plan: &Plan) -> impl Iterator<Item = String> {
    let is_number = |word: &&str| word.parse::<f64>().is_ok() || word.starts_with("(rows=");
    lines(plan).map(move |line| line.split(' ').filter(|word| !is_number(word)).collect::<Vec<_>>().join(" "))
}
