//! Lines of text, coloured or not.

use std::time::Duration;

/// The columns that every line fits into.
pub(crate) const WIDTH: usize = 100;

/// How a piece of a line looks on a terminal.
#[derive(Clone, Copy)]
pub(crate) enum Paint {
    Plain,
    Title,
    Code,
    Dim,
    Good,
    Bad,
}

/// What has been written so far.
#[derive(Default)]
pub(crate) struct Screen {
    pub(crate) text: String,
    /// Whether to send escape codes.
    pub(crate) colour: bool,
    /// Whether to show times, the one thing that differs from run to run.
    pub(crate) clock: bool,
}

impl Screen {
    /// A line, made of pieces.
    pub(crate) fn line(&mut self, pieces: &[(Paint, &str)]) {
        let start = self.text.len();
        for &(paint, piece) in pieces {
            let code = match paint {
                Paint::Plain => "",
                Paint::Title => "1",
                Paint::Code => "36",
                Paint::Dim => "2",
                Paint::Good => "32",
                Paint::Bad => "31",
            };
            if self.colour && !code.is_empty() {
                self.text.push_str(&format!("\x1b[{code}m{piece}\x1b[0m"));
            } else {
                self.text.push_str(piece);
            }
        }
        let end = start + self.text[start..].trim_end().len();
        self.text.truncate(end);
        self.text.push('\n');
    }

    /// An empty line.
    pub(crate) fn gap(&mut self) {
        self.line(&[]);
    }

    /// The number and name of a part, then in one line why it matters.
    pub(crate) fn title(&mut self, name: &str, why: &str) {
        self.gap();
        self.line(&[(Paint::Title, name)]);
        self.line(&[(Paint::Plain, "   "), (Paint::Plain, why)]);
        self.gap();
    }

    /// The lines between `// show: <name>` and `// end` of a source: what is shown is what runs.
    pub(crate) fn code(&mut self, label: &str, source: &str, name: &str) {
        let shown = source.lines().skip_while(|line| line.trim() != format!("// show: {name}")).skip(1);
        let shown: Vec<&str> = shown.take_while(|line| line.trim() != "// end").collect();
        let indent = |line: &&str| line.len() - line.trim_start().len();
        let margin = shown.iter().map(indent).min().unwrap_or(0);
        for (row, line) in shown.into_iter().enumerate() {
            let label = if row == 0 { label } else { "" };
            self.line(&[(Paint::Plain, &format!("   {label:<11}")), (Paint::Code, &line[margin..])]);
        }
    }

    /// The statement without its columns and quotes, broken before UNION and ORDER BY where it is too long.
    pub(crate) fn sql(&mut self, label: &str, sql: &str) {
        let mut parts = sql.split("SELECT ");
        let mut short = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let columns = part.find(" FROM ").filter(|&at| part[..at].contains('`'));
            let from = columns.map_or(part.to_owned(), |at| format!("..{}", &part[at..]));
            short.push_str(&format!("SELECT {from}"));
        }
        let mut short = short.replace('`', "");
        let margin = label.chars().count();
        if margin + short.len() > WIDTH {
            short = short.replace(" ORDER BY ", "\n  ORDER BY ").replace(" UNION ALL ", "\nUNION ALL ");
        }
        for (at, line) in short.lines().enumerate() {
            let label = if at == 0 { label.to_owned() } else { " ".repeat(margin) };
            self.line(&[(Paint::Plain, &label), (Paint::Code, line)]);
        }
    }

    /// A time in milliseconds, if times are shown.
    pub(crate) fn time(&self, time: Duration) -> String {
        if self.clock { format!("{:.1} ms", time.as_secs_f64() * 1e3) } else { "-".to_owned() }
    }
}

/// `12345` as `12,345`.
pub(crate) fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}
