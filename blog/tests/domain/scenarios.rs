//! What holds on every backend.

use crate::databases;
use crate::rows::all_rows;
use blog::models::{NewUser, Post};
use blog::schema::{posts, users};
use blog::{BlogConnection, Counts, Seed, StatementLog};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

/// The migrations for a connection.
trait Migrations {
    const ALL: EmbeddedMigrations;
}

impl Migrations for SqliteConnection {
    const ALL: EmbeddedMigrations = blog::migrations::SQLITE;
}

#[cfg(feature = "postgres")]
impl Migrations for PgConnection {
    const ALL: EmbeddedMigrations = blog::migrations::POSTGRES;
}

#[cfg(feature = "mysql")]
impl Migrations for MysqlConnection {
    const ALL: EmbeddedMigrations = blog::migrations::MYSQL;
}

/// Every recorded statement reads by this index.
fn uses(conn: &mut impl BlogConnection, log: &StatementLog, index: &str) -> QueryResult<()> {
    for statement in log.take() {
        let plan = blog::explain(conn, &statement)?;
        assert!(plan.contains(index), "{statement}\n{plan}");
    }
    assert!(log.is_empty(), "looking at a plan was recorded: {:?}", log.take());
    Ok(())
}

fn all_migrations<C: Migrations>(_: &C) -> EmbeddedMigrations {
    C::ALL
}

on_each_backend! {
    fn migrations_go_up_and_down_and_up(conn) {
        let up = all_migrations(conn);
        let all = conn.run_pending_migrations(up)?.len();
        assert!(all >= 2);
        let down = all_migrations(conn);
        assert_eq!(conn.revert_all_migrations(down)?.len(), all);
        assert!(users::table.count().get_result::<i64>(conn).is_err(), "the table is still there");
        let up = all_migrations(conn);
        assert_eq!(conn.run_pending_migrations(up)?.len(), all);
        assert_eq!(users::table.count().get_result::<i64>(conn)?, 0);
    }

    fn a_seed_gives_the_rows_that_it_gives_on_sqlite(conn) {
        let seed = Seed { users: 37, tags: 25, ..Seed::default() };
        let expected = &mut databases::sqlite()?;
        blog::create(expected)?;
        blog::seed(expected, &seed)?;
        blog::create(conn)?;
        let counts = blog::seed(conn, &seed)?;
        let rows = all_rows!(conn);
        assert_eq!(counts, rows.counts());
        assert!(rows == all_rows!(expected), "the rows differ");
    }

    fn ids_go_on_after_the_seed(conn) {
        blog::create(conn)?;
        blog::seed(conn, &Seed::users(12))?;
        diesel::insert_into(users::table).values(NewUser { email: "new@example.com", name: "New" }).execute(conn)?;
        let newest = users::table.order(users::id.desc()).select((users::id, users::name)).first::<(i32, String)>(conn)?;
        assert_eq!(newest, (13, "New".to_owned()));
    }

    fn a_seed_leaves_nothing_where_rows_are_already(conn) {
        blog::create(conn)?;
        blog::seed(conn, &Seed { posts_per_user: 0, ..Seed::users(1) })?;
        assert!(blog::seed(conn, &Seed::default()).is_err());
        assert_eq!(users::table.count().get_result::<i64>(conn)?, 1);
    }

    fn posts_by_the_database_are_the_same_as_on_sqlite(conn) {
        let expected = &mut databases::sqlite()?;
        blog::create(expected)?;
        blog::create(conn)?;
        assert_eq!(blog::seed_posts(conn, 1_234)?, Counts { users: 1, posts: 1_234, ..Counts::default() });
        assert_eq!(blog::seed_posts(expected, 1_234)?, Counts { users: 1, posts: 1_234, ..Counts::default() });
        assert!(all_rows!(conn) == all_rows!(expected), "the rows differ");
    }

    fn no_posts_by_the_database_are_none(conn) {
        blog::create(conn)?;
        assert_eq!(blog::seed_posts(conn, 0)?, Counts { users: 1, ..Counts::default() });
    }

    fn plans_name_the_index(conn) {
        blog::create(conn)?;
        blog::seed(conn, &Seed::users(1_000))?;
        blog::analyze(conn)?;
        let log = StatementLog::install(conn);
        let of_author = posts::table.filter(posts::author_id.eq(7)).select(Post::as_select());
        of_author.filter(posts::title.ne("It's \"odd\"? \\")).load(conn)?;
        assert_eq!(log.len(), 1);
        assert!(log.take().iter().all(|statement| statement.binds.starts_with("[7, ")));
        of_author.load(conn)?;
        uses(conn, &log, "posts_author_id_idx")?;

        let newest = posts::table.order((posts::created_at.desc(), posts::id.desc())).select(Post::as_select());
        let tenth = newest.offset(10).first(conn)?;
        newest.filter(posts::created_at.lt(tenth.created_at)).limit(10).load(conn)?;
        uses(conn, &log, "posts_created_at_idx")?;

        let email = users::table.find(7).select(users::email).first::<String>(conn)?;
        log.take();
        users::table.filter(users::email.eq(email)).select(users::id).load::<i32>(conn)?;
        uses(conn, &log, "users_email_idx")?;
    }

    fn a_plan_is_an_error_where_there_is_none(conn) {
        let statement = blog::Statement { sql: "SELECT nothing FROM nowhere".to_owned(), binds: "[]".to_owned() };
        assert!(blog::explain(conn, &statement).is_err());
        assert!(diesel::select(diesel::dsl::now).execute(conn).is_ok(), "the connection is still of use");
    }
}
