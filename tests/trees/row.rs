//! A result of any type as one type, to be compared.

use std::sync::Arc;

use blog::models::{Comment, Post, PostTag, Profile, Tag, Translation, TranslationReview, User};
use turbodiesel::preload::Node;

/// A row of any table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Any {
    User(User),
    Profile(Profile),
    Post(Post),
    Comment(Comment),
    Tag(Tag),
    PostTag(PostTag),
    Translation(Translation),
    Review(TranslationReview),
}

/// A row and what each relation gave it. A `Vec`, an `Option` and a row alone differ by their type, not here.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tree {
    pub(crate) row: Any,
    pub(crate) relations: Vec<Vec<Tree>>,
}

impl Tree {
    /// Levels that have rows.
    pub(crate) fn depth(&self) -> usize {
        1 + self.relations.iter().flatten().map(Tree::depth).max().unwrap_or(0)
    }

    /// Rows.
    pub(crate) fn size(&self) -> usize {
        1 + self.relations.iter().flatten().map(Tree::size).sum::<usize>()
    }
}

/// What a level gives for each of its rows.
pub(crate) trait Row {
    fn tree(self) -> Tree;
}

/// What a relation gives for each parent.
pub(crate) trait Related {
    fn trees(self) -> Vec<Tree>;
}

impl<T: Row> Related for Vec<T> {
    fn trees(self) -> Vec<Tree> {
        self.into_iter().map(Row::tree).collect()
    }
}

impl<T: Row> Related for Option<T> {
    fn trees(self) -> Vec<Tree> {
        self.into_iter().map(Row::tree).collect()
    }
}

macro_rules! models {
    ($($Variant:ident($Model:ty)),+ $(,)?) => {$(
        impl From<$Model> for Any {
            fn from(row: $Model) -> Any {
                Any::$Variant(row)
            }
        }
        impl Row for $Model {
            fn tree(self) -> Tree {
                Tree { row: self.into(), relations: vec![] }
            }
        }
        impl Related for $Model {
            fn trees(self) -> Vec<Tree> {
                vec![self.tree()]
            }
        }
    )+};
}
models! {
    User(User), Profile(Profile), Post(Post), Comment(Comment), Tag(Tag), PostTag(PostTag), Translation(Translation),
    Review(TranslationReview),
}

impl<T: Clone + Row> Related for Arc<T> {
    fn trees(self) -> Vec<Tree> {
        vec![T::clone(&self).tree()]
    }
}

impl Row for Node<Comment> {
    fn tree(self) -> Tree {
        Tree { row: self.row.into(), relations: vec![self.children.trees()] }
    }
}

macro_rules! tuples {
    ($($($R:ident)+;)+) => {$(
        impl<T: Row, $($R: Related),+> Row for (T, $($R),+) {
            #[allow(non_snake_case)]
            fn tree(self) -> Tree {
                let (row, $($R),+) = self;
                Tree { relations: vec![$($R.trees()),+], ..row.tree() }
            }
        }
        impl<T: Row, $($R: Related),+> Related for (T, $($R),+) {
            fn trees(self) -> Vec<Tree> {
                vec![self.tree()]
            }
        }
    )+};
}
tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}
