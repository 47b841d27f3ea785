//! What the tests need to know of each database.

use std::process::Command;

#[cfg(any(feature = "postgres", feature = "mysql"))]
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::R2D2Connection;
use turbodiesel::testing::TestConnection;
use turbodiesel::{SqlMigration, SqlMigrations};

diesel::table! {
    notes (id) {
        id -> Integer,
        text -> Text,
    }
}

pub(crate) trait Backend: TestConnection + R2D2Connection {
    /// How a table makes its numbers.
    const ID: &'static str;

    /// The names of the test databases that are there, with those of templates, of the pool and of what was kept.
    fn databases() -> Vec<String>;

    fn drop_database(name: &str);

    /// The version to which a template was migrated.
    fn version_of(template: &str) -> Option<String>;

    /// Makes the template look as if nobody had asked for it for a month.
    fn age(template: &str);
}

/// The name in a URL.
pub(crate) fn name_of(url: &str) -> String {
    url.rsplit('/').next().unwrap_or(url).to_owned()
}

/// A table of notes, and two of them; `more` makes another set of migrations.
pub(crate) fn migrations<C: Backend>(more: &'static str) -> SqlMigrations {
    let notes = format!("CREATE TABLE notes (id {}, text VARCHAR(200) NOT NULL)", C::ID);
    up_to("2026-01-03-000000_more", notes, more)
}

/// The same, and a version that no other process has.
pub(crate) fn migrations_of_this_process<C: Backend>(number: u32) -> (SqlMigrations, String) {
    let version = format!("3{}{number}", std::process::id());
    let notes = format!("CREATE TABLE notes (id {}, text VARCHAR(200) NOT NULL)", C::ID);
    (up_to(format!("{version}_more").leak(), notes, "SELECT 1"), version)
}

fn up_to(last: &'static str, notes: String, more: &'static str) -> SqlMigrations {
    SqlMigrations::embedded(Box::leak(Box::new([
        SqlMigration::new("2026-01-01-000000_notes", notes.leak(), None),
        SqlMigration::new("2026-01-02-000000_two", "INSERT INTO notes (text) VALUES ('one'), ('two')", None),
        SqlMigration::new(last, more, None),
    ])))
}

/// The template of a version.
pub(crate) fn template_of<C: Backend>(version: &str) -> Option<String> {
    let templates = C::databases().into_iter().filter(|name| name.starts_with("turbodiesel_template_"));
    templates.into_iter().find(|name| C::version_of(name).as_deref() == Some(version))
}

/// All that stands in `notes`.
macro_rules! all_notes {
    ($conn:expr) => {
        $crate::backend::notes::table
            .order($crate::backend::notes::id)
            .select(($crate::backend::notes::id, $crate::backend::notes::text))
            .load::<(i32, String)>($conn)
    };
}
pub(crate) use all_notes;

/// Writes one note.
macro_rules! note {
    ($conn:expr, $text:expr) => {
        diesel::insert_into($crate::backend::notes::table).values($crate::backend::notes::text.eq($text)).execute($conn)
    };
}
pub(crate) use note;

/// Runs a test in a process of its own, which finds `role` in its environment.
pub(crate) fn process(test: &str, role: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let (_, name) = test.split_once("::").unwrap();
    command.args([name, "--exact", "--nocapture"]).env("TURBODIESEL_TEST_ROLE", role);
    command
}

/// What this process is to do, if another one started it.
pub(crate) fn role() -> Option<String> {
    std::env::var("TURBODIESEL_TEST_ROLE").ok()
}

impl Backend for SqliteConnection {
    const ID: &'static str = "INTEGER PRIMARY KEY AUTOINCREMENT";

    fn databases() -> Vec<String> {
        let entries = std::fs::read_dir(folder()).into_iter().flatten();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    fn drop_database(name: &str) {
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(folder().join(format!("{name}{end}")));
        }
    }

    fn version_of(template: &str) -> Option<String> {
        let latest = diesel::dsl::sql::<diesel::sql_types::Text>("SELECT MAX(version) FROM __diesel_schema_migrations");
        let mut conn = SqliteConnection::establish(folder().join(template).to_str()?).ok()?;
        latest.get_result(&mut conn).ok()
    }

    fn age(template: &str) {
        let file = std::fs::File::options().append(true).open(folder().join(template)).unwrap();
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(30 * 24 * 60 * 60)).unwrap();
    }
}

/// Where a database of SQLite's is.
fn folder() -> std::path::PathBuf {
    let db = turbodiesel::testing::TestDb::<SqliteConnection>::new(SqlMigrations::embedded(&[])).unwrap();
    std::path::Path::new(db.url()).parent().unwrap().to_owned()
}

/// A connection to the server.
#[cfg(any(feature = "postgres", feature = "mysql"))]
pub(crate) fn server<C: Connection<Backend: turbodiesel::testing::Server>>(variable: &str) -> C {
    C::establish(&std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: see `scripts/databases`")))
        .unwrap()
}

#[cfg(feature = "postgres")]
impl Backend for PgConnection {
    const ID: &'static str = "SERIAL PRIMARY KEY";

    fn databases() -> Vec<String> {
        let names = diesel::dsl::sql::<diesel::sql_types::Text>(
            "SELECT datname::text FROM pg_database WHERE starts_with(datname, 'turbodiesel_')",
        );
        names.load(&mut server::<Self>("TURBODIESEL_POSTGRES_URL")).unwrap()
    }

    fn drop_database(name: &str) {
        let mut server = server::<Self>("TURBODIESEL_POSTGRES_URL");
        server.batch_execute(&format!("ALTER DATABASE {name} IS_TEMPLATE FALSE")).unwrap();
        server.batch_execute(&format!("DROP DATABASE {name}")).unwrap();
    }

    fn version_of(template: &str) -> Option<String> {
        let comment = diesel::dsl::sql::<diesel::sql_types::Text>(&format!(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '{template}'"
        ));
        let comment: String = comment.get_result(&mut server::<Self>("TURBODIESEL_POSTGRES_URL")).ok()?;
        Some(comment.split_once(' ')?.1.to_owned())
    }

    fn age(template: &str) {
        server::<Self>("TURBODIESEL_POSTGRES_URL")
            .batch_execute(&format!("COMMENT ON DATABASE {template} IS '1 long ago'"))
            .unwrap();
    }
}

#[cfg(feature = "mysql")]
impl Backend for MysqlConnection {
    const ID: &'static str = "INTEGER AUTO_INCREMENT PRIMARY KEY";

    fn databases() -> Vec<String> {
        let names = diesel::dsl::sql::<diesel::sql_types::Text>(
            "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE 'turbodiesel\\_%'",
        );
        names.load(&mut server::<Self>("TURBODIESEL_MYSQL_URL")).unwrap()
    }

    fn drop_database(name: &str) {
        server::<Self>("TURBODIESEL_MYSQL_URL").batch_execute(&format!("DROP DATABASE {name}")).unwrap();
    }

    fn version_of(template: &str) -> Option<String> {
        let latest = diesel::dsl::sql::<diesel::sql_types::Text>(&format!(
            "SELECT MAX(version) FROM {template}.__diesel_schema_migrations"
        ));
        latest.get_result(&mut server::<Self>("TURBODIESEL_MYSQL_URL")).ok()
    }

    fn age(template: &str) {
        server::<Self>("TURBODIESEL_MYSQL_URL")
            .batch_execute(&format!("UPDATE {template}.turbodiesel_ready SET day = 1"))
            .unwrap();
    }
}
