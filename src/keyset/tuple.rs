//! Orderings of one to eight keys: what is the same for each size.

use diesel::expression::Expression;
use diesel::query_source::{Column, Table};
use diesel::sql_types::SqlType;

use super::key::{IntoKey, SeekKey, SortKey};
use super::ordering::{
    Certify, EndOf, EndsInPrimaryKey, EndsNotNull, EndsUnique, IntoOrdering, NotNull, Ordering, OrderingOn,
};
use super::statement::SelectedRow;
use super::values::{GivenValue, IntoKeyValue, KeyValues, ValuesOn};
use crate::backend::Dialect;

/// Calls `$m` with the names of one to eight keys; the last key stands once more at the end.
macro_rules! all_the_orderings {
    ($m:ident) => {
        $m!(A UA 0; A UA);
        $m!(A UA 0, B UB 1; B UB);
        $m!(A UA 0, B UB 1, C UC 2; C UC);
        $m!(A UA 0, B UB 1, C UC 2, D UD 3; D UD);
        $m!(A UA 0, B UB 1, C UC 2, D UD 3, E UE 4; E UE);
        $m!(A UA 0, B UB 1, C UC 2, D UD 3, E UE 4, F UF 5; F UF);
        $m!(A UA 0, B UB 1, C UC 2, D UD 3, E UE 4, F UF 5, G UG 6; G UG);
        $m!(A UA 0, B UB 1, C UC 2, D UD 3, E UE 4, F UF 5, G UG 6, H UH 7; H UH);
    };
}

macro_rules! ordering {
    ($($T:ident $U:ident $i:tt),+; $Last:ident $LastU:ident) => {
        impl<$($T: IntoKey),+> IntoOrdering for ($($T,)+) {
            type Ordering = ($(SortKey<$T::Expr, $T::Unique>,)+);

            fn into_ordering(self) -> Self::Ordering {
                ($(self.$i.into_key(),)+)
            }
        }

        impl<$($T: Expression, $U),+> Ordering for ($(SortKey<$T, $U>,)+) {
            type Exprs = ($($T,)+);
        }

        impl<DB: Dialect, $($T, $U),+> OrderingOn<DB> for ($(SortKey<$T, $U>,)+)
        where
            Self: Ordering,
            $(SortKey<$T, $U>: SeekKey<DB>),+
        {
            fn keys(&self) -> Vec<&dyn SeekKey<DB>> {
                vec![$(&self.$i),+]
            }
        }

        impl<Q, $($T, $U),+> EndsUnique<Q> for ($(SortKey<$T, $U>,)+)
        where
            $LastU: Certify<($($T,)+), Q>,
        {
            fn unique_keys(&self) -> usize {
                <$LastU as Certify<($($T,)+), Q>>::KEYS
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($T, $U),+> EndsNotNull for ($(SortKey<$T, $U>,)+)
        where
            $Last: Expression<SqlType: SqlType<IsNull: NotNull>>,
        {
        }

        #[diagnostic::do_not_recommend]
        impl<$($T),+> EndsInPrimaryKey for ($($T,)+)
        where
            $Last: Column<Table: Table<PrimaryKey: EndOf<($($T,)+)>>>,
        {
            type Table = $Last::Table;
            const KEYS: usize = <<$Last::Table as Table>::PrimaryKey as EndOf<($($T,)+)>>::KEYS;
        }
    };
}
all_the_orderings!(ordering);

macro_rules! values {
    ($($T:ident $V:ident $i:tt),+; $Last:ident $LastU:ident) => {
        impl<Key, $($T, $V),+> KeyValues<Key> for ($($V,)+)
        where
            Key: Ordering<Exprs = ($($T,)+)>,
            $($T: Expression<SqlType: SqlType>, $V: IntoKeyValue<$T::SqlType, <$T::SqlType as SqlType>::IsNull>),+
        {
            type Values = ($(Option<$V::Expr>,)+);

            fn into_values(self) -> Self::Values {
                ($(self.$i.into_value(),)+)
            }
        }

        impl<DB: Dialect, $($T),+> ValuesOn<DB> for ($(Option<$T>,)+)
        where
            $(Option<$T>: GivenValue<DB>),+
        {
            fn value(&self, key: usize) -> Option<&dyn GivenValue<DB>> {
                match key {
                    $($i => Some(&self.$i),)+
                    _ => None,
                }
            }
        }
    };
}
all_the_orderings!(values);

/// A primary key of one column ends any ordering whose last key it is; one of several columns ends those whose last keys
/// it is, in its own order.
macro_rules! end_of {
    ($([$($Before:ident),*] [$($Key:ident),+];)+) => {$(
        end_of!(@ [$($Before),*] [$($Key),+]);
    )+};
    (@ [$($Before:ident),*] [$Key:ident]) => {
        #[diagnostic::do_not_recommend]
        impl<$($Before,)* $Key> EndOf<($($Before,)* $Key,)> for $Key {
            const KEYS: usize = 1;
        }
    };
    (@ [$($Before:ident),*] [$($Key:ident),+]) => {
        #[diagnostic::do_not_recommend]
        impl<$($Before,)* $($Key),+> EndOf<($($Before,)* $($Key,)+)> for ($($Key,)+) {
            const KEYS: usize = [$(stringify!($Key)),+].len();
        }
    };
}
end_of! {
    [] [K];
    [A] [K];
    [A, B] [K];
    [A, B, C] [K];
    [A, B, C, D] [K];
    [A, B, C, D, E] [K];
    [A, B, C, D, E, F] [K];
    [A, B, C, D, E, F, G] [K];
    [] [K, L];
    [A] [K, L];
    [A, B] [K, L];
    [A, B, C] [K, L];
    [A, B, C, D] [K, L];
    [A, B, C, D, E] [K, L];
    [A, B, C, D, E, F] [K, L];
    [] [K, L, M];
    [A] [K, L, M];
    [A, B] [K, L, M];
    [A, B, C] [K, L, M];
    [A, B, C, D] [K, L, M];
    [A, B, C, D, E] [K, L, M];
}

macro_rules! selected_row {
    ($($T:ident),+) => {
        // The selection as a whole is the mistake, not each of its columns.
        #[diagnostic::do_not_recommend]
        impl<DB, $($T: SelectedRow<DB>),+> SelectedRow<DB> for ($($T,)+) {
            type Row = ($($T::Row,)+);
        }
    };
}
selected_row!(A, B);
selected_row!(A, B, C);
selected_row!(A, B, C, D);
selected_row!(A, B, C, D, E);
selected_row!(A, B, C, D, E, F);
selected_row!(A, B, C, D, E, F, G);
selected_row!(A, B, C, D, E, F, G, H);
