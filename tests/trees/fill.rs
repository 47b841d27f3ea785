//! Random rows, and random arguments of the relations.

use std::fmt::Write;

/// Numbers from a seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below `n`, which is above 0.
    pub(crate) fn below(&mut self, n: i32) -> i32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as i32 % n
    }

    /// From 1 to `n`, the small ones more often.
    fn skewed(&mut self, n: i32) -> i32 {
        1 + self.below(n).min(self.below(n)).min(self.below(n))
    }

    fn chance(&mut self, percent: i32) -> bool {
        self.below(100) < percent
    }
}

/// The arguments of one relation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// Only children whose number is in this range, both ends included.
    pub(crate) low: i32,
    pub(crate) high: i32,
    /// How many of each parent, where that is limited.
    pub(crate) n: u32,
}

/// The arguments of all relations of a tree, the root's first, in the order in which they are written.
#[derive(Debug, Clone)]
pub(crate) struct Draw {
    windows: Vec<Window>,
    next: usize,
}

impl Draw {
    const ALL: Window = Window { low: i32::MIN, high: i32::MAX, n: 1_000 };

    /// No filter cuts anything.
    pub(crate) fn everything() -> Self {
        Draw { windows: vec![], next: 0 }
    }

    pub(crate) fn random(dice: &mut Dice) -> Self {
        let mut window = || match dice.below(4) {
            0 => Window { n: dice.below(4) as u32, ..Draw::ALL },
            1 => Draw::ALL,
            _ => {
                let low = dice.below(20);
                Window { low, high: low + dice.below(20) - 1, n: 1 + dice.below(3) as u32 }
            }
        };
        Draw { windows: (0..16).map(|_| window()).collect(), next: 0 }
    }

    pub(crate) fn next(&mut self) -> Window {
        self.next += 1;
        self.windows.get(self.next - 1).copied().unwrap_or(Draw::ALL)
    }
}

/// Empties every table.
pub(crate) const CLEAR: &str =
    "DELETE FROM translation_reviews; DELETE FROM translations; DELETE FROM post_tags; DELETE FROM tags;
    DELETE FROM comments; DELETE FROM posts; DELETE FROM profiles; DELETE FROM users;";

/// INSERTs of random rows: numbers that repeat, keys that are NULL, users with most of the posts and others with none. With
/// `full` no table is empty.
pub(crate) fn fill(dice: &mut Dice, full: bool) -> String {
    let mut sql = CLEAR.to_owned();
    let many = |dice: &mut Dice, most: i32| match (full, dice.chance(10)) {
        (true, _) => most,
        (false, true) => 0,
        (false, false) => dice.below(most + 1),
    };
    let users = many(dice, 12);
    let posts = if users > 0 { many(dice, 24) } else { 0 };
    let comments = if posts > 0 { many(dice, 40) } else { 0 };
    let tags = many(dice, 6);
    let mut insert = |head: &str, rows: Vec<String>| {
        if !rows.is_empty() {
            write!(sql, "INSERT INTO {head} VALUES ({});", rows.join("), (")).unwrap();
        }
    };
    insert("users (id, email, name)", (1..=users).map(|id| format!("{id}, 'u{id}', 'n{}'", id % 3)).collect());
    let with_profile = (1..=users).filter(|_| dice.chance(60)).collect::<Vec<_>>();
    insert(
        "profiles (id, user_id, bio)",
        with_profile.iter().map(|id| format!("{}, {id}, ''", users + 1 - id)).collect(),
    );
    let row = |id: i32, dice: &mut Dice| {
        let editor = if dice.chance(50) { "NULL".to_owned() } else { dice.skewed(users).to_string() };
        let (author, title) = (dice.skewed(users), dice.below(3));
        format!("{id}, {author}, {editor}, 't{title}', ''")
    };
    insert("posts (id, author_id, editor_id, title, body)", (1..=posts).map(|id| row(id, dice)).collect());
    let row = |id: i32, dice: &mut Dice| {
        let parent = if id == 1 || dice.chance(40) { "NULL".to_owned() } else { dice.skewed(id - 1).to_string() };
        format!("{id}, {}, {}, {parent}, ''", dice.skewed(posts), dice.skewed(users))
    };
    insert("comments (id, post_id, author_id, parent_id, body)", (1..=comments).map(|id| row(id, dice)).collect());
    insert("tags (id, name)", (1..=tags).map(|id| format!("{id}, 'tag{id}'")).collect());
    let pairs = |dice: &mut Dice, others: i32| {
        let all = (1..=posts).flat_map(|post| (1..=others).map(move |other| (post, other)));
        all.filter(|_| dice.chance(25)).collect::<Vec<_>>()
    };
    let links = pairs(dice, tags);
    let position = |(post, tag): &(i32, i32)| format!("{post}, {tag}, {}", (post * 7 + tag * 5) % 4);
    insert("post_tags (post_id, tag_id, position)", links.iter().map(position).collect());
    // Languages that a naive join of two keys would mix up.
    let translations = pairs(dice, 3);
    let row = |(post, language): &(i32, i32)| format!("{post}, 'l{language}', ''");
    insert("translations (post_id, language, title)", translations.iter().map(row).collect());
    let reviews: Vec<_> = translations.iter().flat_map(|of| [of; 2]).filter(|_| dice.chance(60)).collect();
    let row = |(id, (post, language)): (usize, &(i32, i32))| {
        format!("{}, {post}, 'l{language}', {}, ''", id + 1, dice.skewed(users))
    };
    insert(
        "translation_reviews (id, post_id, language, reviewer_id, verdict)",
        reviews.into_iter().enumerate().map(row).collect(),
    );
    sql
}
