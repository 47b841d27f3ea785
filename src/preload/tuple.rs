//! The tuples: which sizes there are, and what is the same for each.

use diesel::backend::Backend;
use diesel::dsl::AsSelect;
use diesel::expression::Selectable;

use super::level::{MapInto, Shared};
use super::place::{At, Attached, Nth, Parent};
use super::relation::{CountStatements, First, Lens, Relations, RootRow, Statements};

/// Calls `$m` with the names, variables and positions of one to eight siblings.
macro_rules! all_the_tuples {
    ($m:ident) => {
        $m!(A a 0);
        $m!(A a 0, B b 1);
        $m!(A a 0, B b 1, C c 2);
        $m!(A a 0, B b 1, C c 2, D d 3);
        $m!(A a 0, B b 1, C c 2, D d 3, E e 4);
        $m!(A a 0, B b 1, C c 2, D d 3, E e 4, F f 5);
        $m!(A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6);
        $m!(A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6, H h 7);
    };
}
pub(crate) use all_the_tuples;

/// A set of relations with one more at its end: eight siblings at most.
pub trait Append<T>: AppendAt<Parent, T> {
    /// Appends a relation of the parent.
    fn append(self, relation: T) -> Self::Output;
}

impl<S: AppendAt<Parent, T>, T> Append<T> for S {
    fn append(self, relation: T) -> Self::Output {
        self.append_at(relation)
    }
}

/// A set of relations with one more, of the element at a place of the row.
pub trait AppendAt<W, T> {
    /// The longer set.
    type Output;

    /// Appends.
    fn append_at(self, relation: T) -> Self::Output;
}

impl<W, T> AppendAt<W, T> for () {
    type Output = (At<W, T>,);

    fn append_at(self, relation: T) -> Self::Output {
        (At::new(relation),)
    }
}

/// Nothing is one. The impls that ask for it are there for their message: without them the compiler finds no method at all.
#[diagnostic::on_unimplemented(
    message = "a ninth relation has no place here",
    label = "eight relations stand side by side at most",
    note = "nest some of them, or load them afterwards with `preload_for(rows, relation, conn)`"
)]
pub trait Ninth {}

/// Nothing is one.
#[diagnostic::on_unimplemented(
    message = "rows that became something else have no relations",
    label = "the rows are no models any more",
    note = "put `.preload(..)` before `.map_into()` and `.shared()`"
)]
pub trait AfterTheRows {}

macro_rules! no_more {
    ([$($G:ident),+] $Set:ty, $Never:ident) => {
        impl<$($G,)+ W, New: $Never> AppendAt<W, New> for $Set {
            type Output = Self;

            fn append_at(self, _: New) -> Self {
                self
            }
        }
    };
}
no_more!([A, B, C, D, E, F, G, H](A, B, C, D, E, F, G, H), Ninth);
no_more!([S, V] MapInto<S, V>, AfterTheRows);
no_more!([S] Shared<S>, AfterTheRows);

impl<R, L> Relations<R, L> for () {
    type Row = R;
}

impl CountStatements for () {
    fn statements(&self) -> Statements {
        Statements::fixed_at(0)
    }
}

macro_rules! relations {
    ($($T:ident $t:ident $i:tt),+) => {
        impl<R, L, $($T: Attached<R, L>),+> Relations<R, L> for ($($T,)+) {
            type Row = (R, $($T::Output),+);
        }

        impl<$($T: CountStatements),+> CountStatements for ($($T,)+) {
            fn statements(&self) -> Statements {
                Statements::fixed_at(0) $(+ self.$i.statements())+
            }
        }
    };
}
all_the_tuples!(relations);

macro_rules! append {
    ($($T:ident $t:ident $i:tt),+) => {
        impl<$($T,)+ W, New> AppendAt<W, New> for ($($T,)+) {
            type Output = ($($T,)+ At<W, New>,);

            fn append_at(self, relation: New) -> Self::Output {
                ($(self.$i,)+ At::new(relation),)
            }
        }
    };
}
append!(A a 0);
append!(A a 0, B b 1);
append!(A a 0, B b 1, C c 2);
append!(A a 0, B b 1, C c 2, D d 3);
append!(A a 0, B b 1, C c 2, D d 3, E e 4);
append!(A a 0, B b 1, C c 2, D d 3, E e 4, F f 5);
append!(A a 0, B b 1, C c 2, D d 3, E e 4, F f 5, G g 6);

// `(User, X, Y)` selected as `(User::as_select(), x, y)`: the first is the parent.
macro_rules! root_row {
    ($($T:ident $t:ident $i:tt),+) => {
        impl<P, $($T),+> Lens<(P, $($T),+)> for First {
            type Parent = P;

            fn parent(row: &(P, $($T),+)) -> &P {
                &row.0
            }
        }

        nth! { [P $($T)+] $($T $i)+ }
        paste_row!($($T)+);
    };
}
/// Every element of `(P, A, B)` by its number: 0 for `P`, 1 for `A`, whose own position in the row of siblings is 0.
macro_rules! nth {
    ($all:tt $($T:ident $i:tt)+) => {
        nth!(@ 0 P 0 $all);
        $(nth!(% $i $T $all);)+
    };
    (% 0 $T:ident $all:tt) => { nth!(@ 1 $T 1 $all); };
    (% 1 $T:ident $all:tt) => { nth!(@ 2 $T 2 $all); };
    (% 2 $T:ident $all:tt) => { nth!(@ 3 $T 3 $all); };
    (% 3 $T:ident $all:tt) => { nth!(@ 4 $T 4 $all); };
    (% 4 $T:ident $all:tt) => { nth!(@ 5 $T 5 $all); };
    (% 5 $T:ident $all:tt) => { nth!(@ 6 $T 6 $all); };
    (% 6 $T:ident $all:tt) => { nth!(@ 7 $T 7 $all); };
    (% 7 $T:ident $all:tt) => { nth!(@ 8 $T 8 $all); };
    (@ $n:tt $T:ident $i:tt [$($All:ident)+]) => {
        impl<$($All),+> Lens<($($All,)+)> for Nth<$n> {
            type Parent = $T;

            fn parent(row: &($($All,)+)) -> &$T {
                &row.$i
            }
        }
    };
}
/// Each further element is a pair of its SQL type and its Rust type, which only the call can connect.
macro_rules! paste_row {
    (A) => { paste_row!(@ A SA); };
    (A B) => { paste_row!(@ A SA, B SB); };
    (A B C) => { paste_row!(@ A SA, B SB, C SC); };
    (A B C D) => { paste_row!(@ A SA, B SB, C SC, D SD); };
    (A B C D E) => { paste_row!(@ A SA, B SB, C SC, D SD, E SE); };
    (A B C D E F) => { paste_row!(@ A SA, B SB, C SC, D SD, E SE, F SF); };
    (A B C D E F G) => { paste_row!(@ A SA, B SB, C SC, D SD, E SE, F SF, G SG); };
    (A B C D E F G H) => { paste_row!(@ A SA, B SB, C SC, D SD, E SE, F SF, G SG, H SH); };
    (@ $($T:ident $S:ident),+) => {
        impl<P: Selectable<DB>, DB: Backend, $($T, $S),+> RootRow<(P, $($T),+)> for (AsSelect<P, DB>, $($S),+) {
            type Lens = First;
        }
    };
}
all_the_tuples!(root_row);
