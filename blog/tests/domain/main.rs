//! The sample domain on each database: migrations, rows, recorded statements and their plans.

mod databases;
mod rows;
mod shape;

/// Tests of the same text on each backend: `$conn` is a connection to a fresh database without tables.
macro_rules! on_each_backend {
    ($(fn $name:ident($conn:ident) $body:block)+) => {$(
        mod $name {
            use super::*;

            #[test]
            fn sqlite() -> crate::databases::TestResult {
                let $conn = &mut crate::databases::sqlite()?;
                $body
                Ok(())
            }

            #[cfg(feature = "postgres")]
            #[test]
            fn postgres() -> crate::databases::TestResult {
                let $conn = &mut *crate::databases::postgres()?;
                $body
                Ok(())
            }

            #[cfg(feature = "mysql")]
            #[test]
            fn mysql() -> crate::databases::TestResult {
                let $conn = &mut *crate::databases::mysql()?;
                $body
                Ok(())
            }
        }
    )+};
}

mod scenarios;
