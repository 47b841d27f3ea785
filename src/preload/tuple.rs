//! The tuples: which sizes there are, and what is the same for each.

use diesel::backend::Backend;
use diesel::dsl::AsSelect;
use diesel::expression::Selectable;

use super::relation::{CountStatements, First, Lens, Relation, Relations, RootRow, Statements};

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
pub trait Append<T> {
    /// The longer set.
    type Output;

    /// Appends.
    fn append(self, relation: T) -> Self::Output;
}

impl<T> Append<T> for () {
    type Output = (T,);

    fn append(self, relation: T) -> (T,) {
        (relation,)
    }
}

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
        impl<R, L: Lens<R>, $($T: Relation<L::Parent>),+> Relations<R, L> for ($($T,)+) {
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
        impl<$($T,)+ New> Append<New> for ($($T,)+) {
            type Output = ($($T,)+ New,);

            fn append(self, relation: New) -> Self::Output {
                ($(self.$i,)+ relation,)
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

        paste_row!($($T)+);
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
