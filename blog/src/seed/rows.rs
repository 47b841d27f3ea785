//! The rows of a [`Seed`], for a driver that [`seed`](crate::seed()) does not know: write them in this order, parents first.
//!
//! Each follows from its number, so that any number of them takes no memory.

use super::Seed;
use super::dice::Dice;
use crate::models::{Comment, Post, PostTag, Profile, Tag, Translation, TranslationReview, User};
use chrono::{DateTime, NaiveDateTime};

// Single capitalised words: every collation sorts them alike.
const NAMES: [&str; 32] = [
    "Ada", "Ben", "Cleo", "Dan", "Ella", "Finn", "Gita", "Hugo", "Ines", "Jon", "Kira", "Leo", "Mina", "Nils", "Olga",
    "Paul", "Quinn", "Rosa", "Sven", "Tara", "Uma", "Vito", "Wanda", "Xenia", "Yuri", "Zoe", "Amir", "Bea", "Carl",
    "Dora", "Emil", "Fay",
];
const BIOS: [&str; 4] = ["Writes at night.", "Grows beans.", "Reads everything twice.", "Used to sail."];
const ADJECTIVES: [&str; 12] =
    ["Slow", "Quiet", "Bright", "Late", "Cold", "Green", "Small", "Old", "Wide", "Plain", "Odd", "Warm"];
const NOUNS: [&str; 12] = [
    "rivers", "letters", "engines", "gardens", "winters", "kitchens", "maps", "birds", "queries", "harbours", "trains",
    "clouds",
];
const SENTENCES: [&str; 6] = [
    "It began with a question.",
    "Nobody had measured it before.",
    "The second attempt went better than the first.",
    "There is a simpler way, and it took years to find.",
    "What follows are notes, not advice.",
    "The rest is a matter of taste.",
];
const REMARKS: [&str; 5] = ["Agreed.", "I doubt it.", "Thank you for this.", "Has anybody tried?", "See above."];
const TAGS: [&str; 10] =
    ["travel", "cooking", "rust", "music", "history", "sailing", "databases", "gardens", "science", "letters"];
const LANGUAGES: [&str; 3] = ["de", "fr", "pt-BR"];
const VERDICTS: [&str; 3] = ["good", "unclear", "wrong"];

/// The id of the row with this number, from 1. Beyond the last one it repeats itself, and the database refuses it.
fn id(row: usize) -> i32 {
    i32::try_from(row + 1).unwrap_or(i32::MAX)
}

/// So many microseconds after the start of 2026.
fn time(micros: usize) -> NaiveDateTime {
    const START: i64 = 1_767_225_600_000_000;
    let micros = i64::try_from(micros).unwrap_or(0);
    DateTime::from_timestamp_micros(START + micros).unwrap_or_default().naive_utc()
}

const SECOND: usize = 1_000_000;

/// The rows of `users`.
pub fn users(seed: &Seed) -> impl Iterator<Item = User> {
    (0..seed.users).map(|row| {
        let mut dice = Dice::new("users", row);
        let name = dice.one_of(&NAMES);
        User {
            id: id(row),
            email: format!("{}{}@example.com", name.to_lowercase(), row + 1),
            name: name.to_owned(),
            active: !dice.in_ten(2),
            created_at: time(dice.below(30 * 86_400) * SECOND),
        }
    })
}

/// The rows of `profiles`.
pub fn profiles(seed: &Seed) -> impl Iterator<Item = Profile> {
    let with_profile = (0..seed.users).filter(|&row| Dice::new("profiles", row).below(4) > 0);
    with_profile.enumerate().map(|(row, user)| Profile {
        id: id(row),
        user_id: id(user),
        bio: Dice::new("bios", user).one_of(&BIOS).to_owned(),
    })
}

/// How many posts there are, and how many of them user 1 wrote.
fn post_counts(seed: &Seed) -> (usize, usize) {
    let all = seed.users * seed.posts_per_user;
    let first = if all == 0 { 0 } else { (2 * seed.users).clamp(30, 5_000) };
    (all.max(first), first)
}

/// The number of a post's author: user 1 at even distances, chance among those who write for the others.
fn author(seed: &Seed, row: usize, dice: &mut Dice) -> usize {
    let (all, first) = post_counts(seed);
    // Every tenth user does not write; user 1 has had a share already.
    let writers = (seed.users - seed.users / 10).saturating_sub(1);
    let others = dice.below(writers);
    if writers == 0 || (row + 1) * first / all > row * first / all {
        return 0;
    }
    let writer = others + 1;
    writer / 9 * 10 + writer % 9
}

/// When a post was written. About three posts share a moment: a whole second, or exact to a milli- or microsecond.
fn post_time(seed: &Seed, row: usize) -> usize {
    let moment = Dice::new("moments", row).below(post_counts(seed).0 / 3 + 1);
    let fraction = match moment % 4 {
        0 => 0,
        1 => moment * 7 % 1_000 * 1_000,
        _ => moment * 7_919 % SECOND,
    };
    (30 * 86_400 + moment * 977) * SECOND + fraction
}

fn title(dice: &mut Dice) -> String {
    format!("{} {}", dice.one_of(&ADJECTIVES), dice.one_of(&NOUNS))
}

/// The rows of `posts`.
pub fn posts(seed: &Seed) -> impl Iterator<Item = Post> {
    (0..post_counts(seed).0).map(|row| {
        let mut dice = Dice::new("posts", row);
        let sentences = 1 + dice.below(3);
        Post {
            id: id(row),
            author_id: id(author(seed, row, &mut dice)),
            editor_id: dice.in_ten(4).then(|| id(dice.below(seed.users))),
            title: title(&mut dice),
            body: (0..sentences).map(|_| dice.one_of(&SENTENCES)).collect::<Vec<_>>().join(" "),
            published: !dice.in_ten(2),
            score: (!dice.in_ten(3)).then(|| dice.below(20) as i32),
            created_at: time(post_time(seed, row)),
        }
    })
}

/// The rows of `comments`.
pub fn comments(seed: &Seed) -> impl Iterator<Item = Comment> {
    let places = (0..post_counts(seed).0).flat_map(|post| {
        let comments = Dice::new("threads", post).below(2 * seed.comments_per_post + 1);
        (0..comments).map(move |place| (post, place))
    });
    places.enumerate().map(|(row, (post, place))| {
        let mut dice = Dice::new("comments", row);
        // The comments of a post follow each other, so an earlier one is `place` rows back at most.
        let answers = place > 0 && dice.in_ten(4);
        Comment {
            id: id(row),
            post_id: id(post),
            author_id: id(dice.below(seed.users)),
            parent_id: answers.then(|| id(row - 1 - dice.below(place))),
            body: dice.one_of(&REMARKS).to_owned(),
            created_at: time(post_time(seed, post) + (1 + place / 2) * 600 * SECOND),
        }
    })
}

/// The rows of `tags`.
pub fn tags(seed: &Seed) -> impl Iterator<Item = Tag> {
    (0..seed.tags).map(|row| {
        let (word, round) = (TAGS[row % TAGS.len()], row / TAGS.len());
        Tag { id: id(row), name: if round == 0 { word.to_owned() } else { format!("{word}{}", round + 1) } }
    })
}

/// The rows of `post_tags`.
pub fn post_tags(seed: &Seed) -> impl Iterator<Item = PostTag> {
    (0..post_counts(seed).0).flat_map(move |post| {
        let mut dice = Dice::new("post_tags", post);
        let (count, first) = (dice.below(4).min(seed.tags), dice.below(seed.tags));
        (0..count).map(move |place| PostTag {
            post_id: id(post),
            tag_id: id((first + place) % seed.tags),
            position: place as i32,
        })
    })
}

/// The rows of `translations`.
pub fn translations(seed: &Seed) -> impl Iterator<Item = Translation> {
    (0..post_counts(seed).0).flat_map(|post| {
        let mut dice = Dice::new("translations", post);
        let languages = if dice.in_ten(2) { 1 + dice.below(LANGUAGES.len()) } else { 0 };
        LANGUAGES.iter().take(languages).map(move |language| Translation {
            post_id: id(post),
            language: (*language).to_owned(),
            title: format!("{} ({language})", title(&mut dice)),
        })
    })
}

/// The rows of `translation_reviews`.
pub fn translation_reviews(seed: &Seed) -> impl Iterator<Item = TranslationReview> {
    let reviewed = translations(seed).enumerate().flat_map(|(row, translation)| {
        let reviews = Dice::new("reviews", row).below(3);
        std::iter::repeat_n(translation, reviews)
    });
    reviewed.enumerate().map(|(row, translation)| {
        let mut dice = Dice::new("translation_reviews", row);
        TranslationReview {
            id: id(row),
            post_id: translation.post_id,
            language: translation.language,
            reviewer_id: id(dice.below(seed.users)),
            verdict: dice.one_of(&VERDICTS).to_owned(),
        }
    })
}
