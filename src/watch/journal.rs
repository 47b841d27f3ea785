//! What was sent, counted: the state behind a [`Watcher`](super::Watcher), filled by the recorders of its connections.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::place::Stack;
use super::shape::{Kind, Shape, Value, hash_of};
use super::{log::Transactions, marks};

/// How many texts, values of a statement and scopes of a statement are remembered, so that a watcher may live long.
const TEXTS: usize = 2_048;
const VALUES: usize = 4_096;
const SCOPES: usize = 1_024;

#[derive(Debug, Default, Clone)]
pub(super) struct Journal {
    shapes: HashMap<String, Arc<Shape>>,
    numbers: HashMap<String, usize>,
    pub(super) entries: Vec<Entry>,
    pub(super) transactions: Transactions,
    pub(super) housekeeping: u64,
    pub(super) allowed: Vec<(Arc<str>, u64)>,
}

/// One statement, however often it was sent.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) shape: Arc<Shape>,
    pub(super) count: u64,
    pub(super) failures: u64,
    pub(super) total: Duration,
    pub(super) longest: Duration,
    pub(super) duplicates: u64,
    values: HashSet<u64>,
    firsts: HashMap<u64, First>,
    repeats: HashMap<(u64, Stack), Repeat>,
}

/// The first time that a scope sent a statement. Its place is not taken: most statements are sent once.
#[derive(Debug, Clone)]
struct First {
    keys: u64,
    load: Option<u64>,
}

/// The same statement from one place of one scope, the first time not counted.
#[derive(Debug, Clone, Default)]
struct Repeat {
    count: u64,
    keys: HashSet<u64>,
}

/// Reads that differ by the keys alone, from one place.
#[derive(Debug, Clone)]
pub(super) struct Repeated {
    pub(super) shape: Arc<Shape>,
    pub(super) count: u64,
    pub(super) keys: usize,
    pub(super) stack: Stack,
}

impl Journal {
    pub(super) fn shape(&mut self, sql: &str) -> Arc<Shape> {
        if let Some(shape) = self.shapes.get(sql) {
            return Arc::clone(shape);
        }
        let shape = Arc::new(Shape::of(sql));
        if self.shapes.len() >= TEXTS {
            self.shapes.clear();
        }
        self.shapes.insert(sql.to_owned(), Arc::clone(&shape));
        shape
    }

    /// Counts a statement that begins. The entry's number, for [`finished`](Self::finished); and what this time made an
    /// N+1 of `threshold` keys.
    pub(super) fn started(
        &mut self,
        shape: &Arc<Shape>,
        binds: &str,
        scope: u64,
        threshold: usize,
    ) -> (Option<usize>, Option<Repeated>) {
        if matches!(shape.kind, Kind::Housekeeping | Kind::Ping) {
            self.housekeeping += 1;
            return (None, None);
        }
        let number = self.number(shape);
        let Some(entry) = self.entries.get_mut(number) else { return (None, None) };
        entry.count += 1;
        // Of a text with its values in it, the values are the lookups too.
        let keys = keys(shape, binds);
        if entry.values.len() < VALUES && !entry.values.insert(hash_of(&(binds, keys))) {
            entry.duplicates += 1;
        }
        let repeated = match marks::allowed() {
            _ if shape.lookups.is_empty() => None,
            Some(reason) => {
                match self.allowed.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, count)) => *count += 1,
                    None => self.allowed.push((reason, 1)),
                }
                None
            }
            None => entry.sent(keys, marks::current_scope().unwrap_or(scope), threshold),
        };
        (Some(number), repeated)
    }

    pub(super) fn finished(&mut self, number: usize, time: Duration, failed: bool) {
        // None after `take`: the statement began before it.
        let Some(entry) = self.entries.get_mut(number) else { return };
        entry.total += time;
        entry.longest = entry.longest.max(time);
        entry.failures += u64::from(failed);
    }

    /// All that differ by at least `threshold` keys.
    pub(super) fn repeated(&self, threshold: usize) -> Vec<Repeated> {
        let mut found: Vec<Repeated> = Vec::new();
        for entry in &self.entries {
            for ((scope, stack), repeat) in &entry.repeats {
                let Some(first) = entry.firsts.get(scope) else { continue };
                let keys = repeat.keys_with(first);
                if keys >= threshold {
                    found.push(Repeated {
                        shape: Arc::clone(&entry.shape),
                        count: repeat.count + 1,
                        keys,
                        stack: stack.clone(),
                    });
                }
            }
        }
        found.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.shape.fingerprint.cmp(&b.shape.fingerprint)));
        found
    }

    fn number(&mut self, shape: &Arc<Shape>) -> usize {
        if let Some(number) = self.numbers.get(&shape.fingerprint) {
            return *number;
        }
        let number = self.entries.len();
        self.numbers.insert(shape.fingerprint.clone(), number);
        self.entries.push(Entry {
            shape: Arc::clone(shape),
            count: 0,
            failures: 0,
            total: Duration::ZERO,
            longest: Duration::ZERO,
            duplicates: 0,
            values: HashSet::new(),
            firsts: HashMap::new(),
            repeats: HashMap::new(),
        });
        number
    }
}

impl Entry {
    fn sent(&mut self, keys: u64, scope: u64, threshold: usize) -> Option<Repeated> {
        let load = crate::one_load::current();
        let number = load.as_ref().map(|load| load.number);
        let Some(first) = self.firsts.get_mut(&scope) else {
            if self.firsts.len() >= SCOPES {
                self.firsts.clear();
                self.repeats.clear();
            }
            self.firsts.insert(scope, First { keys, load: number });
            return None;
        };
        // A further piece of the same load.
        if number.is_some() && first.load == number {
            return None;
        }
        first.load = number;
        let stack = Stack::here(load.map(|load| load.location));
        let repeat = self.repeats.entry((scope, stack.clone())).or_default();
        repeat.count += 1;
        let before = repeat.keys_with(first);
        if repeat.keys.len() < VALUES {
            repeat.keys.insert(keys);
        }
        let now = repeat.keys_with(first);
        (before < threshold && now >= threshold).then(|| Repeated {
            shape: Arc::clone(&self.shape),
            count: repeat.count + 1,
            keys: now,
            stack,
        })
    }
}

impl Repeat {
    fn keys_with(&self, first: &First) -> usize {
        self.keys.len() + usize::from(!self.keys.contains(&first.keys))
    }
}

/// The values of the lookups.
fn keys(shape: &Shape, binds: &str) -> u64 {
    if shape.lookups.is_empty() {
        return 0;
    }
    let binds = values(binds);
    let keys: Vec<_> = shape
        .lookups
        .iter()
        .map(|lookup| match lookup.value {
            Value::Bind(number) => binds.get(number).map_or(0, hash_of),
            Value::Literal(hash) => hash,
        })
        .collect();
    hash_of(&keys)
}

/// `[1, "a, b", Some([2])]` as `1`, `"a, b"` and `Some([2])`.
fn values(binds: &str) -> Vec<&str> {
    let inside = binds.strip_prefix('[').and_then(|binds| binds.strip_suffix(']')).unwrap_or(binds);
    let mut values = Vec::new();
    let (mut start, mut depth, mut quoted, mut escaped) = (0, 0_i32, false, false);
    for (at, byte) in inside.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'(' | b'{' if !quoted => depth += 1,
            b']' | b')' | b'}' if !quoted => depth -= 1,
            b',' if !quoted && depth == 0 => {
                values.extend(inside.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    values.extend(inside.get(start..));
    values
}

#[cfg(test)]
mod tests {
    use super::values;

    #[test]
    fn binds_are_split_where_they_end() {
        assert_eq!(values(r#"[1, "a, \"b", Some([2, 3])]"#), ["1", r#" "a, \"b""#, " Some([2, 3])"]);
        assert_eq!(values(""), [""]);
    }
}
