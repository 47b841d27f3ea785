//! Tokens as an attacker makes them: the bytes of every value, behind the head of a valid token.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Version, parts, backend and fingerprint of a token.
pub(super) fn head(token: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(token).unwrap()[..11].to_vec()
}

/// The values behind the head of a token, one by one.
pub(super) fn values(token: &str) -> Vec<Vec<u8>> {
    let (bytes, mut values) = (URL_SAFE_NO_PAD.decode(token).unwrap(), vec![]);
    let mut left = &bytes[11..];
    while let [tag, ..] = left {
        let length = match tag {
            0 => 1,
            1..=3 => 9,
            4..=6 => 3 + usize::from(u16::from_be_bytes([left[1], left[2]])),
            _ => 19,
        };
        values.push(left[..length].to_vec());
        left = &left[length..];
    }
    values
}

pub(super) fn token(parts: &[&[u8]]) -> String {
    URL_SAFE_NO_PAD.encode(parts.concat())
}

fn sized(tag: u8, bytes: &[u8]) -> Vec<u8> {
    [&[tag], &(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}

pub(super) fn null() -> Vec<u8> {
    vec![0]
}

pub(super) fn int(int: i64) -> Vec<u8> {
    [&[1], &int.to_be_bytes()[..]].concat()
}

pub(super) fn unsigned(int: u64) -> Vec<u8> {
    [&[2], &int.to_be_bytes()[..]].concat()
}

pub(super) fn float(float: f64) -> Vec<u8> {
    [&[3], &float.to_be_bytes()[..]].concat()
}

pub(super) fn decimal(text: &str) -> Vec<u8> {
    sized(4, text.as_bytes())
}

pub(super) fn text(text: &str) -> Vec<u8> {
    sized(5, text.as_bytes())
}

pub(super) fn bytes(bytes: &[u8]) -> Vec<u8> {
    sized(6, bytes)
}

/// `kind`: 0 date, 1 time, 2 both.
pub(super) fn moment(kind: u8, negative: u8, parts: [u16; 6], micros: u32) -> Vec<u8> {
    let parts = parts.iter().flat_map(|part| part.to_be_bytes());
    [7, kind, negative].into_iter().chain(parts).chain(micros.to_be_bytes()).collect()
}
