//! How each database spells a DECIMAL on its wire.

use super::Money;
use diesel::deserialize::{self, FromSql};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Double, Numeric};
use diesel::sqlite::{Sqlite, SqliteType, SqliteValue};

/// From here on a floating-point number has no cents to be exact about.
const FLOAT_LIMIT: f64 = 9.0e13;

/// What a sum of floating-point numbers may be off by, and still be meant as whole cents.
const FLOAT_ERROR: f64 = 1.0e-4;

impl FromSql<Numeric, Sqlite> for Money {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        // Asked of text, SQLite makes it 0.
        if !matches!(value.value_type(), Some(SqliteType::Double | SqliteType::Integer | SqliteType::Long)) {
            return Err("a DECIMAL column holds something that is no number".into());
        }
        let number = <f64 as FromSql<Double, Sqlite>>::from_sql(value)?;
        let cents = (number * 100.0).round();
        // Written so that NaN and infinity are outside too.
        let is_cents = number.abs() < FLOAT_LIMIT && (number - cents / 100.0).abs() < FLOAT_ERROR;
        if !is_cents {
            return Err(format!("{number} is not an amount of money in whole cents").into());
        }
        Ok(Self::from_cents(cents as i64))
    }
}

impl ToSql<Numeric, Sqlite> for Money {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        // The division is rounded to the nearest number, as SQLite rounds the literal.
        out.set_value(self.cents as f64 / 100.0);
        Ok(IsNull::No)
    }
}

#[cfg(feature = "mysql")]
mod mysql {
    use super::{FromSql, IsNull, Money, Numeric, Output, ToSql, deserialize, serialize};
    use diesel::mysql::{Mysql, MysqlValue};
    use std::io::Write;

    // A DECIMAL travels as its text, in both directions.
    impl FromSql<Numeric, Mysql> for Money {
        fn from_sql(value: MysqlValue<'_>) -> deserialize::Result<Self> {
            let text = std::str::from_utf8(value.as_bytes())?;
            text.parse().map_err(|error| format!("{text}: {error}").into())
        }
    }

    impl ToSql<Numeric, Mysql> for Money {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Mysql>) -> serialize::Result {
            write!(out, "{self}")?;
            Ok(IsNull::No)
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use super::{FromSql, Money, Numeric, Output, ToSql, deserialize, serialize};
    use diesel::pg::data_types::PgNumeric;
    use diesel::pg::{Pg, PgValue};

    impl FromSql<Numeric, Pg> for Money {
        fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
            let numeric = PgNumeric::from_sql(value)?;
            cents(&numeric)
                .map(Self::from_cents)
                .ok_or_else(|| format!("{numeric:?} is not an amount of money in whole cents").into())
        }
    }

    impl ToSql<Numeric, Pg> for Money {
        fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
            <PgNumeric as ToSql<Numeric, Pg>>::to_sql(&numeric(self.cents), &mut out.reborrow())
        }
    }

    /// Digits are of base 10,000: the first counts for `10_000.pow(weight)`, the next for one power less.
    fn cents(numeric: &PgNumeric) -> Option<i64> {
        let (sign, weight, digits) = match numeric {
            PgNumeric::Positive { weight, digits, .. } => (1, *weight, digits),
            PgNumeric::Negative { weight, digits, .. } => (-1, *weight, digits),
            PgNumeric::NaN => return None,
        };
        let mut cents = 0_i64;
        for (digit, power) in digits.iter().zip((i32::MIN..=i32::from(weight)).rev()) {
            let digit = i64::from(*digit);
            let part = match u32::try_from(power) {
                Ok(power) => digit.checked_mul(10_000_i64.checked_pow(power)?)?.checked_mul(100)?,
                Err(_) if digit == 0 => 0,
                Err(_) if power == -1 && digit % 100 == 0 => digit / 100,
                Err(_) => return None,
            };
            cents = cents.checked_add(part)?;
        }
        cents.checked_mul(sign)
    }

    fn numeric(cents: i64) -> PgNumeric {
        let amount = cents.unsigned_abs();
        let mut digits = Vec::new();
        let mut whole = amount / 100;
        while whole > 0 {
            digits.push((whole % 10_000) as i16);
            whole /= 10_000;
        }
        digits.reverse();
        let weight = digits.len() as i16 - 1;
        digits.push((amount % 100 * 100) as i16);
        if cents < 0 {
            PgNumeric::Negative { weight, scale: 2, digits }
        } else {
            PgNumeric::Positive { weight, scale: 2, digits }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::{PgNumeric, cents, numeric};

        #[test]
        fn every_size_goes_there_and_back() {
            for amount in [0, 1, 99, 100, 499, -5, 1_000_000, 99_999_999, 100_000_000, 6_741_651, i64::MAX, -i64::MAX] {
                assert_eq!(cents(&numeric(amount)), Some(amount));
            }
        }

        #[test]
        fn parts_of_a_cent_are_refused() {
            let digits = vec![4, 9_950];
            assert_eq!(cents(&PgNumeric::Positive { weight: 0, scale: 3, digits }), None);
            assert_eq!(cents(&PgNumeric::NaN), None);
        }
    }
}
