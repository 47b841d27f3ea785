//! Where in the program a statement comes from.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::panic::Location;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::shape::hash_of;

/// Who called, from the inside out.
#[derive(Debug, Clone)]
pub(super) struct Stack {
    /// Return addresses in the program itself: neither in this crate nor in a library. How a library gets from one closure to
    /// the next says nothing: a range calls the last one from elsewhere.
    frames: Vec<usize>,
    /// The `.load(conn)` of this crate that is under way.
    load: Option<&'static Location<'static>>,
    identity: u64,
}

impl Stack {
    pub(super) fn here(load: Option<&'static Location<'static>>) -> Self {
        let all = ELSEWHERE.with_borrow(Option::clone).unwrap_or_else(frames);
        let own: Vec<usize> = all.iter().copied().filter(|&ip| !named(ip).is_empty()).collect();
        // A program without names: better by all frames than not at all.
        let frames = if own.is_empty() { all } else { own };
        // A set: a function that calls itself stands once in it, so each depth of a recursion is the same place.
        let mut set = frames.clone();
        set.sort_unstable();
        set.dedup();
        Stack { identity: hash_of(&set), frames, load }
    }

    /// The places of the program, from the inside out.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut places: Vec<Place> = self.frames.iter().flat_map(|&ip| named(ip).to_vec()).collect();
        places.dedup();
        if let Some(location) = self.load {
            let (file, line) = (shorten(location.file().to_owned()), location.line());
            // The line of `.load(conn)`, where the names of the frames say no line.
            if !places.iter().any(|place| place.line == Some(line)) {
                places.insert(0, Place { function: "load".to_owned(), file: Some(file), line: Some(line) });
            }
        }
        places
    }
}

thread_local! {
    /// The frames of the thread that sent what this one runs.
    static ELSEWHERE: RefCell<Option<Vec<usize>>> = const { RefCell::new(None) };
}

/// The frames of another thread in the place of this one's, until it is dropped.
#[cfg(all(feature = "async", feature = "sqlite"))]
pub(super) struct Elsewhere;

#[cfg(all(feature = "async", feature = "sqlite"))]
impl Elsewhere {
    pub(super) fn enter(frames: Option<Vec<usize>>) -> Self {
        ELSEWHERE.set(frames);
        Elsewhere
    }
}

#[cfg(all(feature = "async", feature = "sqlite"))]
impl Drop for Elsewhere {
    fn drop(&mut self) {
        ELSEWHERE.set(None);
    }
}

/// The frames of this thread, if there is a watcher that may want them.
#[cfg(all(feature = "async", feature = "sqlite"))]
pub(super) fn frames_if_watched() -> Option<Vec<usize>> {
    super::watcher::is_there_one().then(frames)
}

fn frames() -> Vec<usize> {
    let mut all = Vec::with_capacity(64);
    backtrace::trace(|frame| {
        all.push(frame.ip() as usize);
        all.len() < 512
    });
    all
}

/// The places of the program that a return address stands for: several where functions were inlined, none in a library.
/// Names are expensive, so they are looked for once.
fn named(ip: usize) -> Arc<[Place]> {
    static NAMED: LazyLock<Mutex<HashMap<usize, Arc<[Place]>>>> = LazyLock::new(Mutex::default);
    let mut known = NAMED.lock().unwrap_or_else(PoisonError::into_inner);
    let places = known.entry(ip).or_insert_with(|| {
        let mut places = Vec::new();
        backtrace::resolve(ip as *mut std::ffi::c_void, |symbol| {
            let Some(function) = symbol.name().map(|name| format!("{name:#}")) else { return };
            let file = symbol.filename().map(|file| file.to_string_lossy().into_owned());
            if is_of_the_program(&function, file.as_deref()) {
                places.push(Place {
                    function: without_types(&function),
                    file: file.map(shorten),
                    line: symbol.lineno(),
                });
            }
        });
        places.into()
    });
    Arc::clone(places)
}

impl PartialEq for Stack {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}

impl Eq for Stack {}

impl Hash for Stack {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity.hash(state);
    }
}

/// A place in the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    function: String,
    file: Option<String>,
    line: Option<u32>,
}

impl Place {
    /// The function: `shop::orders::list`.
    #[must_use]
    pub fn function(&self) -> &str {
        &self.function
    }

    /// The file, if the program was built with line numbers (`debug = "line-tables-only"` is enough).
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The line in the file.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        self.line
    }
}

/// `src/orders.rs:31 (shop::orders::list)`
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}:{line} ({})", self.function),
            _ => f.write_str(&self.function),
        }
    }
}

/// Not of the standard library, not of a dependency, not of this crate.
fn is_of_the_program(function: &str, file: Option<&str>) -> bool {
    const LIBRARIES: [&str; 12] = [
        "std::",
        "core::",
        "alloc::",
        "backtrace::",
        "diesel::",
        "diesel_async::",
        "r2d2::",
        "tokio::",
        "futures_util::",
        "turbodiesel::",
        "test::",
        "rust_begin",
    ];
    const OWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/");
    const FOLDERS: [&str; 4] = ["/rustc/", "/registry/src/", "/git/checkouts/", "/rustlib/"];
    let is_of_library = |path: &str| {
        let path = path.trim_start_matches(['<', '&', '*']).trim_start_matches("mut ");
        LIBRARIES.iter().any(|library| path.starts_with(library)) || !path.contains("::")
    };
    let file = file.map(|file| file.replace('\\', "/"));
    let in_folder = file.as_deref().is_some_and(|file| {
        file.starts_with(&OWN.replace('\\', "/")) || FOLDERS.iter().any(|folder| file.contains(folder))
    });
    // What was inlined may have lost its path; then the file says whose it is.
    if !without_types(function).contains("::") {
        return !in_folder && file.is_some_and(|file| file.ends_with(".rs"));
    }
    // `<diesel::PgConnection as shop::Seed>::seed` is the program's.
    let (itself, of_trait) = function.split_once(" as ").unwrap_or((function, ""));
    let of_library = is_of_library(itself) && is_of_library(of_trait);
    !of_library && !in_folder
}

/// `a::b::<C>::d` is read as `a::b::d`.
fn without_types(function: &str) -> String {
    let mut name = String::new();
    let mut depth = 0_usize;
    for (at, c) in function.char_indices() {
        match c {
            // `<T as Trait>::f` keeps its start.
            '<' if at > 0 => depth += 1,
            '>' if depth > 0 => depth -= 1,
            c if depth == 0 => name.push(c),
            _ => {}
        }
    }
    name.replace("::::", "::").trim_end_matches("::").to_owned()
}

/// From the last `src`, `tests`, `examples` or `benches` on, with the folder before it.
fn shorten(file: String) -> String {
    let file = file.replace('\\', "/");
    let roots = ["/src/", "/tests/", "/examples/", "/benches/"];
    let Some(root) = roots.iter().filter_map(|root| file.rfind(root)).max() else { return file };
    let start = file.get(..root).and_then(|before| before.rfind('/')).map_or(0, |slash| slash + 1);
    file.get(start..).unwrap_or(&file).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_told_from_libraries() {
        for (function, file, ours) in [
            ("shop::list", Some("/home/me/shop/src/list.rs"), true),
            ("<shop::List as core::fmt::Debug>::fmt", None, true),
            ("<alloc::vec::Vec<T> as core::iter::FromIterator>::from_iter", None, false),
            ("diesel::query_dsl::RunQueryDsl::load", None, false),
            ("<diesel::SqliteConnection as shop::Seed>::seed", None, true),
            ("axum::serve", Some("/home/me/.cargo/registry/src/index/axum-1/src/serve.rs"), false),
            ("main", None, false),
            ("titles<shop::Conn>", Some("/home/me/shop/src/list.rs"), true),
            (
                "of<turbodiesel::preload::Node<shop::List>>",
                Some(concat!(env!("CARGO_MANIFEST_DIR"), "/src/mode.rs")),
                false,
            ),
        ] {
            assert_eq!(is_of_the_program(function, file), ours, "{function}");
        }
    }

    #[test]
    fn places_are_short() {
        assert_eq!(shorten("/home/me/shop/src/list.rs".to_owned()), "shop/src/list.rs");
        assert_eq!(without_types("shop::load::<shop::User>"), "shop::load");
        assert_eq!(without_types("<shop::List as shop::Load<u8>>::load"), "<shop::List as shop::Load>::load");
    }
}
