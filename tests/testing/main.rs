//! Test databases: isolation, pools, crashes, crowds. Every test on every backend.

mod backend;
mod crowd;
mod fresh;
mod kept;
mod killed;
mod migrations;

/// Tests: written once, run on each backend. `Conn` is the type of its connection.
macro_rules! on_each {
    ($($(#[$meta:meta])* fn $name:ident() $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $crate::on!(sqlite, diesel::SqliteConnection, $(#[$meta])* $body);
            #[cfg(feature = "postgres")]
            $crate::on!(postgres, diesel::PgConnection, $(#[$meta])* $body);
            #[cfg(feature = "mysql")]
            $crate::on!(mysql, diesel::MysqlConnection, $(#[$meta])* $body);
        }
    )+};
}
pub(crate) use on_each;

macro_rules! on {
    ($backend:ident, $Conn:ty, $(#[$meta:meta])* $body:block) => {
        #[test]
        $(#[$meta])*
        fn $backend() -> $crate::TestResult {
            #[allow(dead_code)]
            type Conn = $Conn;
            /// The test itself, for a process that is to run it.
            #[allow(dead_code)]
            const SELF: &str = concat!(module_path!(), "::", stringify!($backend));
            $body
            #[allow(unreachable_code)]
            Ok(())
        }
    };
}
pub(crate) use on;

type TestResult = Result<(), Box<dyn std::error::Error>>;
