//! `tests/README.md` names the test of each case: each of them is there.

use std::fs;
use std::path::{Path, PathBuf};

/// `a::{b,c}` is `a::b` and `a::c`.
fn expanded(name: &str) -> Vec<String> {
    match name.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?))) {
        Some((before, (among, after))) => {
            among.split(',').flat_map(|one| expanded(&format!("{before}{}{after}", one.trim()))).collect()
        }
        None => vec![name.to_owned()],
    }
}

/// All files below a folder.
fn files(dir: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(dir).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Whether there is a module or a test of this name below a folder: `errors`, `keys::bound`, `by::two_keys_..`.
fn exists(dir: &Path, name: &str) -> bool {
    let parts: Vec<&str> = name.split("::").collect();
    let Some((last, modules)) = parts.split_last() else { return false };
    let module = modules.iter().fold(dir.to_owned(), |path, part| path.join(part));
    if module.join(last).is_dir() || module.join(last).with_extension("rs").is_file() {
        return true;
    }
    let (start, whole) = match last.split_once("..") {
        Some((start, _)) => (start, false),
        None => (*last, true),
    };
    let written = [format!("fn {start}"), format!("mod {start}")];
    let inside = |path: &PathBuf| *path == module.with_extension("rs") || path.starts_with(&module);
    files(dir).iter().filter(|path| inside(path)).filter_map(|path| fs::read_to_string(path).ok()).any(|text| {
        written.iter().any(|start| {
            let mut found = text.match_indices(start.as_str());
            found.any(|(at, _)| {
                !whole || !text[at + start.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
            })
        })
    })
}

#[test]
fn every_test_that_the_list_of_cases_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("tests/README.md")).unwrap();
    let (mut dir, mut named, mut missing) = (None::<PathBuf>, 0, Vec::new());
    for line in text.lines() {
        if let Some((_, rest)) = line.split_once("Names are those of `") {
            dir = rest.split_once('`').map(|(dir, _)| root.join(dir));
        }
        let Some(dir) = dir.as_ref().filter(|_| line.starts_with('|')) else { continue };
        let places = line.rsplit('|').nth(1).unwrap_or_default();
        for name in places.split('`').skip(1).step_by(2).flat_map(expanded) {
            // Other words are those of the case: a method, a table.
            let is_path = name.ends_with(".rs") || name.ends_with('/');
            if !is_path && !name.contains("::") {
                continue;
            }
            named += 1;
            let there = match is_path {
                true => {
                    [root.join(&name), root.join("tests").join(&name), dir.join(&name)].iter().any(|path| path.exists())
                }
                false => exists(dir, &name),
            };
            if !there {
                missing.push(name);
            }
        }
    }
    assert!(named > 80, "{named}");
    assert!(missing.is_empty(), "{missing:?}");
}
