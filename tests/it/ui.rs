//! What must not compile, and what the compiler says: each `tests/ui/<case>.rs` is a mistake, the file beside it pins the
//! first line and the first note of its message. More than that is the compiler's own and changes with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Set, this writes what the compiler says over what was pinned.
const BLESS: &str = "TURBODIESEL_BLESS";

#[test]
#[ignore = "depends on the compiler's version; scripts/test-all runs it"]
fn mistakes_do_not_compile() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let cases = cases(&dir);
    let messages = messages(&check());

    let mut wrong = Vec::new();
    for case in &cases {
        let pin = dir.join(case).with_extension("stderr");
        match messages.get(case) {
            None => wrong.push(format!("{case} compiles, or is no [[bin]] of tests/ui/Cargo.toml")),
            Some(message) if std::env::var_os(BLESS).is_some() => fs::write(&pin, message).unwrap(),
            Some(message) => match fs::read_to_string(&pin) {
                Ok(pinned) if pinned == *message => {}
                Ok(pinned) => wrong.push(format!("{case} is pinned as\n\n{pinned}\nand says\n\n{message}")),
                Err(_) => wrong.push(format!("{case} has no pin and says\n\n{message}")),
            },
        }
    }
    for pin in files(&dir, "stderr").difference(&cases) {
        wrong.push(format!("{pin}.stderr has no case beside it"));
    }
    assert!(!cases.is_empty(), "no case in {}", dir.display());
    assert!(wrong.is_empty(), "{}\n\n{BLESS}=1 pins what is said now", wrong.join("\n"));
}

/// The cases, by the names of their files.
fn cases(dir: &Path) -> BTreeSet<String> {
    files(dir, "rs")
}

fn files(dir: &Path, extension: &str) -> BTreeSet<String> {
    let paths = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: PathBuf| Some(path.file_stem()?.to_str()?.to_owned());
    paths.filter(|path| path.extension().is_some_and(|found| found == extension)).filter_map(name).collect()
}

/// Checks all cases, the others too where one fails: a JSON value a line.
fn check() -> String {
    let arguments = ["check", "--package", "ui", "--features", "fail", "--bins", "--keep-going"];
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .arg("--message-format=json")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("could not compile `ui`"), "the cases were not compiled:\n{stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// The first error of each case: its line, and its first note.
fn messages(output: &str) -> BTreeMap<String, String> {
    let mut messages = BTreeMap::new();
    for line in output.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let (case, error) = (&line["target"]["name"], &line["message"]);
        if line["reason"] == "compiler-message" && error["level"] == "error" {
            messages.entry(text(case)).or_insert_with(|| shown(error));
        }
    }
    messages
}

fn shown(error: &Value) -> String {
    let code = match &error["code"]["code"] {
        Value::String(code) => format!("[{code}]"),
        _ => String::new(),
    };
    let note = error["children"].as_array().into_iter().flatten().find(|child| child["level"] == "note");
    let note = note.map_or("none".to_owned(), |note| text(&note["message"]));
    format!("error{code}: {}\nnote: {note}\n", text(&error["message"]))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
