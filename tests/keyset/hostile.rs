//! Tokens that were cut, changed, swapped or made up: never a panic, and an error wherever the token is not exactly a
//! position of the ordering. On every backend, because on some the client library reads what was bound.

use std::cell::{Cell, RefCell};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use blog::models::Post;
use blog::schema::posts;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use turbodiesel::keyset::Cursor;

use super::crafted::{bytes, decimal, float, head, int, moment, null, text, token, unsigned, values};
use super::property::is_canonical_or_refused;
use crate::support::data::FEW;
use crate::support::prelude::*;

/// Bytes of a value of any form, well or badly formed.
fn any_value() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => Just(null()),
        1 => any::<i64>().prop_map(int),
        1 => any::<i32>().prop_map(|value| int(value.into())),
        1 => any::<u64>().prop_map(unsigned),
        1 => any::<f64>().prop_map(float),
        1 => any::<u64>().prop_map(|bits| float(f64::from_bits(bits))),
        1 => "-?[0-9]{1,30}(\\.[0-9]{1,30})?".prop_map(|value| decimal(&value)),
        1 => ".{0,20}".prop_map(|value| decimal(&value)),
        1 => ".{0,40}".prop_map(|value| text(&value)),
        1 => "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}".prop_map(|value| text(&value)),
        1 => vec(any::<u8>(), 0..40).prop_map(|value| bytes(&value)),
        4 => vec(any::<u8>(), 4).prop_map(|value| bytes(&value)),
        4 => vec(any::<u8>(), 8).prop_map(|value| bytes(&value)),
        1 => (0u8..4, 0u8..3, any::<[u16; 6]>(), any::<u32>())
            .prop_map(|(kind, negative, parts, micros)| { moment(kind, negative, parts, micros) }),
        1 => (0u8..3, 0u8..2, [0u16..9999, 0..13, 0..32, 0..24, 0..60, 0..60], 0u32..1_000_000)
            .prop_map(|(kind, negative, parts, micros)| moment(kind, negative, parts, micros)),
        1 => vec(any::<u8>(), 0..12),
    ]
}

/// Cases of each property; more by `TURBODIESEL_CASES`.
fn runner(cases: u32) -> TestRunner {
    let cases = std::env::var("TURBODIESEL_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(cases);
    // Without a file of failures: the values that failed are in the message.
    TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() })
}

#[test]
fn any_text_is_refused_or_the_one_text_of_its_cursor() {
    let valid = token(&[&[1, 0, b's', 1, 2, 3, 4, 5, 6, 7, 8], &int(5), &text("a")]);
    assert!(valid.parse::<Cursor>().is_ok());
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/= \n\t\0é";
    for (i, _) in valid.char_indices() {
        for c in alphabet.chars() {
            assert!(is_canonical_or_refused(&format!("{}{c}{}", &valid[..i], &valid[i + 1..])), "{i} {c}");
        }
        assert!(is_canonical_or_refused(&valid[..i]), "{i}");
    }
    // All of them spell the same bytes, or nearly so.
    for other in [
        format!("{valid}="),
        format!("{valid}=="),
        format!(" {valid}"),
        format!("{valid}\n"),
        format!("{valid}A"),
        String::new(),
    ] {
        assert!(other.parse::<Cursor>().unwrap_err().is_malformed(), "{other:?}");
    }
    assert!("A".repeat(10 << 20).parse::<Cursor>().unwrap_err().is_too_long());
    assert!("A".repeat(Cursor::MAX_LEN).parse::<Cursor>().unwrap_err().is_unsupported_version());
    // Versions, and parts of a token that this one does not know.
    for (first, second) in [(0, 0), (2, 0), (255, 0), (1, 6), (1, 7), (1, 8), (1, 255)] {
        let error = token(&[&[first, second, b's', 1, 2, 3, 4, 5, 6, 7, 8], &int(5)]).parse::<Cursor>().unwrap_err();
        assert_eq!((error.is_unsupported_version(), error.is_malformed()), (first != 1, first == 1));
    }
}

/// A length that is not that of what follows would let one value read into the next, or past the end.
#[test]
fn a_length_that_lies_is_refused() {
    let head = [1, 0, b's', 1, 2, 3, 4, 5, 6, 7, 8];
    for (tag, content) in [(4, &b"12.5"[..]), (5, "é".as_bytes()), (6, &[255, 0, 255]), (5, b"")] {
        let with = |length: usize| token(&[&head, &[tag], &(length as u16).to_be_bytes(), content]).parse::<Cursor>();
        assert!(with(content.len()).is_ok());
        for length in (0..600).chain([0x7fff, 0x8000, 0xffff]).filter(|length| *length != content.len()) {
            assert!(with(length).unwrap_err().is_malformed(), "{tag} {length}");
        }
    }
}

#[test]
fn random_tokens_are_refused_or_canonical() {
    let random = vec(any::<u8>(), 0..80).prop_map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    let formed = (any::<[u8; 9]>(), 0u8..3, vec(any_value(), 0..5))
        .prop_map(|(head, parts, values)| token(&[&[1, parts], &head, &values.concat()]));
    runner(5_000)
        .run(&prop_oneof![random, formed, ".{0,60}"], |token| {
            prop_assert!(is_canonical_or_refused(&token), "{token:?}");
            Ok(())
        })
        .unwrap();
}

/// The bits of a token that move it to the gap before its row, or after it: another position, and as good.
const SIDES: [usize; 2] = [8 + 1, 8 + 2];

fn is_beside(head: &[u8], other: &[u8]) -> bool {
    head.iter()
        .zip(other)
        .enumerate()
        .all(|(i, (one, other))| if i == 1 { one & !6 == other & !6 } else { one == other })
}

scenarios! {
    fn a_changed_token_is_refused_or_another_position(db) {
        let conn = db.conn();
        go!(conn.batch_execute(FEW))?;
        let all = || posts::table.select(Post::as_select()).keyset((posts::score.desc(), posts::created_at.asc(), posts::title.asc(), posts::id.asc()));
        let page = go!(all().first(6).load(conn))?;
        let tokens: Vec<String> = page.edges().map(|edge| edge.cursor.to_string()).collect();
        let valid = URL_SAFE_NO_PAD.decode(&tokens[0])?;
        let log = StatementLog::install(conn);
        let mut load = |token: &str| -> Result<bool, String> {
            let result = now!(all().first(2).after_token(Some(token)).load(conn));
            let sent = log.take().len();
            match result {
                // Taken for a position: then it is one, of this ordering.
                Ok(_) if sent == 1 && is_canonical_or_refused(token) && is_beside(&head(token), &valid[..11]) => Ok(true),
                Err(error) if error.is_cursor() && sent == 0 => Ok(false),
                other => Err(format!("{token}: {sent} statements, {other:?}")),
            }
        };
        for length in 0..tokens[0].len() {
            assert!(!load(&tokens[0][..length])?, "{length}");
        }
        for bit in 0..valid.len() * 8 {
            let mut changed = valid.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!load(&URL_SAFE_NO_PAD.encode(&changed))? || bit >= 11 * 8 || SIDES.contains(&bit), "{bit}");
        }
        for (one, other) in tokens.iter().flat_map(|one| tokens.iter().map(move |other| (one, other))) {
            let (one, other) = (URL_SAFE_NO_PAD.decode(one)?, URL_SAFE_NO_PAD.decode(other)?);
            for cut in 0..=one.len().min(other.len()) {
                load(&URL_SAFE_NO_PAD.encode([&one[..cut], &other[cut..]].concat()))?;
            }
        }
        assert!(!load(&"A".repeat(10 << 20))?);

        let own = values(&tokens[0]);
        // Proptest calls what does not change; a connection does.
        let (load, accepted) = (RefCell::new(load), Cell::new(0));
        // Most values are the row's own, so that one that is not gets past those before it.
        let value = prop_oneof![3 => Just(None), 1 => any_value().prop_map(Some)];
        runner(600).run(&vec(value, own.len()), |made| {
            let values: Vec<_> = made.iter().zip(&own).map(|(made, own)| made.as_ref().unwrap_or(own).clone()).collect();
            let taken = (*load.borrow_mut())(&token(&[&valid[..11], &values.concat()])).map_err(TestCaseError::fail)?;
            accepted.set(accepted.get() + u32::from(taken && values != own));
            Ok(())
        })?;
        println!("{BACKEND}: {} made-up tokens were positions", accepted.get());
        assert!(accepted.get() > 0, "these cases prove little");
    }
}
