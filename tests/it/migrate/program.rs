//! `examples/migrate.rs`, run as a program.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::support::TestResult;
use crate::support::place::Placed;

/// The program, built with the backends of this suite.
fn executable() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let backends = [("postgres", cfg!(feature = "postgres")), ("mysql", cfg!(feature = "mysql"))];
        let features: Vec<_> = backends.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
        let output = Command::new(env!("CARGO"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["build", "--quiet", "--example", "migrate", "--message-format=json", "--features"])
            .arg(features.join(","))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let built = String::from_utf8(output.stdout).unwrap();
        let messages = built.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let paths = messages.filter(|message| message["target"]["name"] == "migrate");
        paths.filter_map(|message| message["executable"].as_str().map(PathBuf::from)).next_back().unwrap()
    })
}

/// The program with words of a command, without what this process has in its environment.
pub(super) fn migrate(words: &[&str]) -> Command {
    let mut command = Command::new(executable());
    command.args(words).env_remove("DATABASE_URL").env_remove("MIGRATION_DIRECTORY").current_dir(std::env::temp_dir());
    command
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Exit code, standard output.
pub(super) fn answer(output: &Output) -> (Option<i32>, String) {
    (output.status.code(), text(&output.stdout))
}

/// A folder of migrations in the layout of the diesel CLI.
pub(super) struct Folder(pub(super) PathBuf);

impl Folder {
    pub(super) fn new() -> Result<Self, std::io::Error> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let name = format!("turbodiesel_folder_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path)?;
        Ok(Folder(path))
    }

    pub(super) fn write(&self, name: &str, up: &str, down: &str) -> Result<(), std::io::Error> {
        let folder = self.0.join(name);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join("up.sql"), up)?;
        std::fs::write(folder.join("down.sql"), down)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

scenarios! {
    fn manners(db) {
        db.conn();
        let place = <Conn as Placed>::place()?;
        let folder = Folder::new()?;
        folder.write("2026-01-01-000000_one", "CREATE TABLE one (id INTEGER PRIMARY KEY);", "DROP TABLE one;")?;
        folder.write("2026-01-02-000000_two", "CREATE TABLE two (id INTEGER PRIMARY KEY);", "DROP TABLE two;")?;
        let run = |words: &[&str]| migrate(words).env("DATABASE_URL", &place.url).env("MIGRATION_DIRECTORY", &folder.0).output();

        assert_eq!(answer(&run(&["current"])?), (Some(0), "none\n".into()));
        assert_eq!(answer(&run(&["check", "--strict"])?), (Some(3), "2 pending\n".into()));
        let up = run(&["up", "--to", "2026-01-01-000000"])?;
        assert_eq!(answer(&up), (Some(0), "1 applied\n".into()));
        let progress = text(&up.stderr);
        assert!(progress.starts_with("up 2026-01-01-000000_one (") && progress.ends_with(" ms)\n"), "{progress}");
        assert!(text(&run(&["sql"])?.stdout).contains("CREATE TABLE two"));
        assert_eq!(answer(&run(&["up"])?), (Some(0), "1 applied\n".into()));
        assert_eq!(answer(&run(&["redo"])?), (Some(0), "1 redone\n".into()));
        assert_eq!(answer(&run(&["current"])?), (Some(0), "2026-01-02-000000_two\n".into()));
        let (code, history) = answer(&run(&["history"])?);
        assert_eq!((code, history.matches("applied 20").count()), (Some(0), 2));
        assert_eq!(answer(&run(&["down"])?), (Some(0), "1 reverted\n".into()));
        assert_eq!(answer(&run(&["down", "--all"])?), (Some(0), "1 reverted\n".into()));
        assert_eq!(answer(&run(&["stamp", "20260101000000"])?).0, Some(0));
        assert_eq!(answer(&run(&["unstamp", "20260101000000"])?).0, Some(0));

        // Named on the command line, the database is not asked of the environment.
        let named = migrate(&["history", "--database-url", &place.url, "--migrations"]).arg(&folder.0).env("DATABASE_URL", "nowhere://").output()?;
        assert_eq!(named.status.code(), Some(0), "{}", text(&named.stderr));

        folder.write("2026-01-03-000000_broken", "CREATE TABLE one (id INTEGER PRIMARY KEY); CREATE NONSENSE;", "")?;
        let broken = run(&["up"])?;
        assert_eq!(broken.status.code(), Some(1));
        assert!(text(&broken.stderr).contains("error: up 2026-01-03-000000_broken failed: "), "{}", text(&broken.stderr));
        let nowhere = migrate(&["check", "--database-url", &place.url, "--migrations", "no/such/folder"]).output()?;
        assert!(nowhere.status.code() == Some(1) && text(&nowhere.stderr).contains("no/such/folder"), "{}", text(&nowhere.stderr));
        let empty = Folder::new()?;
        let ahead = migrate(&["check", "--database-url", &place.url, "--migrations"]).arg(&empty.0).output()?;
        assert_eq!(ahead.status.code(), Some(3), "{}", text(&ahead.stderr));
    }
}

#[test]
fn usage() -> TestResult {
    for words in [&["up"][..], &[], &["sideways"], &["down", "2", "--all"], &["down", "x", "--database-url", "x"]] {
        let output = migrate(words).output()?;
        assert_eq!(output.status.code(), Some(2), "{words:?}: {}", text(&output.stderr));
    }
    let missing = migrate(&["up"]).output()?;
    assert!(text(&missing.stderr).contains("DATABASE_URL"), "{}", text(&missing.stderr));
    let other = migrate(&["up", "--database-url", "oracle://host/db"]).output()?;
    assert!(other.status.code() == Some(2) && text(&other.stderr).contains("oracle"), "{}", text(&other.stderr));
    let help = migrate(&["--help"]).env("DATABASE_URL", "postgres://user:secret@host/db").output()?;
    assert!(help.status.success() && !text(&help.stdout).contains("secret"));
    // Whoever reads only the beginning is no error.
    let place = diesel::SqliteConnection::place()?;
    let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/sqlite");
    let script = format!(
        "'{}' sql --database-url '{}' --migrations {migrations} | head -n 1",
        executable().display(),
        place.url
    );
    let head = Command::new("bash").args(["-o", "pipefail", "-c", &script]).output()?;
    assert_eq!((head.status.code(), text(&head.stderr)), (Some(0), String::new()));
    Ok(())
}
