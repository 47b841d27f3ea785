//! A walk from page to page, and what must be true of each.

use turbodiesel::keyset::{Cursor, Page, SeekForm};

use crate::orderings::Case;

/// What is asked of one page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ask {
    pub(crate) size: u32,
    pub(crate) backward: bool,
    pub(crate) after: Option<Cursor>,
    pub(crate) before: Option<Cursor>,
    /// What is before and after must be known.
    pub(crate) exact: bool,
    pub(crate) form: Option<SeekForm>,
}

/// One case: an ordering is walked in pages of this size, with the changes of direction that the seed gives.
#[derive(Debug)]
pub(crate) struct Walk {
    pub(crate) size: u32,
    pub(crate) form: Option<SeekForm>,
    pub(crate) seed: u64,
}

/// Numbers that are the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, end: usize) -> usize {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end as u64) as usize
    }
}

fn holds(condition: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if condition { Ok(()) } else { Err(what()) }
}

impl Walk {
    /// Walks; the number of pages that it took.
    pub(crate) fn go<C>(&self, conn: &mut C, case: &Case<C>, all: &[i32]) -> Result<usize, String> {
        let mut random = Random(self.seed);
        let size = self.size as usize;
        let main = self.seed % 2 == 1;
        let mut here: Option<(usize, usize)> = None;
        let mut cursors: Vec<Option<Cursor>> = vec![None; all.len()];
        let (mut pages, mut changes) = (0, 3);
        loop {
            let turn = here.is_some() && changes > 0 && random.below(4) == 0;
            changes -= i32::from(turn);
            let backward = main != turn;
            let (from, to) = match here {
                None if backward => (all.len().saturating_sub(size), all.len()),
                None => (0, size.min(all.len())),
                Some((from, _)) if backward => (from.saturating_sub(size), from),
                Some((_, to)) => (to, (to + size).min(all.len())),
            };
            let exact = random.below(4) == 0;
            let mut ask = Ask { size: self.size, backward, exact, form: self.form, ..Ask::default() };
            if let Some((from, to)) = here {
                let side = if backward { &mut ask.before } else { &mut ask.after };
                *side = cursors[if backward { from } else { to - 1 }].clone();
            }
            let page = self.page(conn, case, &ask, &all[from..to], from, all.len())?;
            pages += 1;
            for (edge, place) in page.edges().zip(from..) {
                // Through its text, as a client would send it.
                let cursor: Cursor = edge.cursor.to_string().parse().map_err(|error| format!("{error}"))?;
                let known = cursors[place].replace(cursor).is_none_or(|known| known == *edge.cursor);
                holds(known, || format!("row {place} has two cursors"))?;
            }
            if !page.is_empty() {
                here = Some((from, to));
            } else if backward == main {
                // The way back from beyond the last row, which is part of it.
                let back = if main { (0, size.min(all.len())) } else { (all.len().saturating_sub(size), all.len()) };
                let mut ask = Ask { size: self.size, backward: !main, form: self.form, ..Ask::default() };
                let side = if main { &mut ask.after } else { &mut ask.before };
                *side = if main { page.end_cursor() } else { page.start_cursor() }.cloned();
                holds(side.is_some(), || "there is no way back from an empty page".to_owned())?;
                let _ = self.page(conn, case, &ask, &all[back.0..back.1], back.0, all.len())?;
                break;
            }
        }
        holds(cursors.iter().all(Option::is_some), || "a row is on no page".to_owned())?;
        // A window between two of the rows, or the same one, or none where they are the wrong way round.
        let (start, end) = (random.below(all.len()), random.below(all.len()));
        let (after, before) = (cursors[start].clone(), cursors[end].clone());
        let ask = Ask { size: self.size, backward: main, after, before, exact: random.below(2) == 0, form: self.form };
        let between = start + 1..end.max(start + 1);
        let (from, to) = if main {
            (between.end.saturating_sub(size).max(between.start), between.end)
        } else {
            (between.start, (between.start + size).min(between.end))
        };
        let _ = self.page(conn, case, &ask, &all[from..to], from, all.len())?;
        Ok(pages + 1)
    }

    /// A page, which must have these rows, of which the first stands at `from` in the list.
    fn page<C>(
        &self,
        conn: &mut C,
        case: &Case<C>,
        ask: &Ask,
        rows: &[i32],
        from: usize,
        all: usize,
    ) -> Result<Page<i32>, String> {
        let page = case.page(conn, ask).map_err(|error| format!("{ask:?}: {error}"))?;
        holds(page.items() == rows, || format!("{ask:?}: {:?} and not {rows:?}", page.items()))?;
        let window = ask.after.is_some() && ask.before.is_some();
        let known = (page.has_next().is_some(), page.has_previous().is_some());
        holds(!ask.exact || known == (true, true), || format!("{ask:?}: {known:?} is not exact"))?;
        let (next, previous) = (page.has_next(), page.has_previous());
        if !rows.is_empty() {
            let (is_next, is_previous) = (from + rows.len() < all, from > 0);
            let ahead = if ask.backward { previous } else { next };
            holds(ahead.is_some() || window, || format!("{ask:?}: nothing is known of what is ahead"))?;
            // What is unknown is not wrong.
            holds(next.is_none_or(|next| next == is_next), || format!("{ask:?}: has_next is {next:?}"))?;
            holds(previous.is_none_or(|previous| previous == is_previous), || {
                format!("{ask:?}: has_previous is {previous:?}")
            })?;
        }
        let ends = (page.next_cursor().is_some(), page.previous_cursor().is_some());
        holds(rows.is_empty() || ends == (next == Some(true), previous == Some(true)), || {
            format!("{ask:?}: cursors {ends:?}")
        })?;
        Ok(page)
    }
}
