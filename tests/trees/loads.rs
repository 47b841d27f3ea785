//! The trees as loads, one list a backend: here the types are those of a program.

use blog::models::{Comment, Post, PostTag, Profile, Tag, Translation, TranslationReview, User};
use blog::schema::{comments, post_tags, posts, profiles, tags, translation_reviews, translations, users};

use crate::fill::Draw;
use crate::row::{Row, Tree};
use crate::support::prelude::*;

/// The number of statements that was announced, and the rows.
pub(crate) type Load<Conn> = fn(&mut Conn, &mut Draw) -> turbodiesel::Result<(usize, Vec<Tree>)>;

macro_rules! loads {
    ($backend:ident $($root:ident { $($edges:tt)* })+) => {
        pub(crate) fn $backend() -> Vec<(&'static str, Load<crate::support::database::$backend::Conn>)> {
            type Conn = crate::support::database::$backend::Conn;
            vec![$((
                concat!(stringify!($root), " { ", stringify!($($edges)*), " }"),
                |conn: &mut Conn, draw: &mut Draw| {
                    let load = nest!(root!($root, draw.next()), draw; $($edges)*);
                    let announced = load.statements().for_parents(1_000);
                    let rows = now!(load.load(conn))?;
                    Ok((announced, rows.into_iter().map(Row::tree).collect()))
                },
            ),)+]
        }
    };
}
all_trees!(loads! sqlite);
#[cfg(feature = "postgres")]
all_trees!(loads! postgres);
#[cfg(feature = "mysql")]
all_trees!(loads! mysql);
