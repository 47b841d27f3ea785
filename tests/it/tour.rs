//! `cargo run --example tour`, without its times and without a terminal.

#[path = "../../examples/tour/story.rs"]
mod story;

use crate::support::TestResult;
use story::Screen;

#[test]
fn fits_on_a_screen() -> TestResult {
    let mut screen = Screen::default();
    story::tell(&mut screen)?;
    let text = screen.text;
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "more than 100 columns: {line}");
    }
    assert!(text.lines().count() <= 120, "{} lines", text.lines().count());
    assert!(!text.contains('\x1b'), "escape codes without a terminal");
    insta::assert_snapshot!(text);
    Ok(())
}

#[test]
fn colours_and_times_change_nothing_else() -> TestResult {
    let mut plain = Screen { clock: true, ..Default::default() };
    let mut coloured = Screen { clock: true, colour: true, ..Default::default() };
    story::tell(&mut plain)?;
    story::tell(&mut coloured)?;
    assert!(coloured.text.contains('\x1b'));
    let bare: Vec<String> = coloured.text.lines().map(without_codes).collect();
    for (bare, plain) in bare.iter().zip(plain.text.lines()) {
        assert!(bare.chars().count() <= 100, "more than 100 columns: {bare}");
        assert_eq!(without_times(bare), without_times(plain));
    }
    assert_eq!(bare.len(), plain.text.lines().count());
    Ok(())
}

/// `\x1b[1m` and its kind taken out.
fn without_codes(line: &str) -> String {
    let mut pieces = line.split('\x1b');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str(piece.split_once('m').map_or(piece, |(_, rest)| rest));
    }
    text
}

/// The words of a line, the numbers before `ms` left out.
fn without_times(line: &str) -> Vec<&str> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let timed = |at: usize| words.get(at + 1) == Some(&"ms");
    (0..words.len()).filter(|&at| !timed(at)).map(|at| words[at]).collect()
}
