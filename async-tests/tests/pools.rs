//! `TestDb` gives connections that are awaited, and pools of them.

use blog::models::{NewTag, Post, User};
use blog::schema::{tags, users};
use diesel::prelude::*;
use diesel_async::pooled_connection::{bb8, deadpool};
use turbodiesel::async_prelude::*;
use turbodiesel::testing::{TestDb, TestOptions};

type TestResult = Result<(), Box<dyn std::error::Error>>;

/// Each of these on each database.
macro_rules! on_each_database {
    ($($name:ident($db:ident) $body:block)+) => {
        $(mod $name {
            use super::*;
            on_each_database!(@ sqlite, $db, SqliteConnection, SQLITE, $body);
            on_each_database!(@ postgres, $db, PgConnection, POSTGRES, $body);
            on_each_database!(@ mysql, $db, MysqlConnection, MYSQL, $body);
        })+
    };
    (@ $backend:ident, $db:ident, $Conn:ty, $MIGRATIONS:ident, $body:block) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $backend() -> TestResult {
            let mut $db = TestDb::<$Conn>::new(blog::migrations::$MIGRATIONS)?;
            $body
            Ok(())
        }
    };
}

/// Futures go to other threads.
fn is_send<T: Send>(value: T) -> T {
    value
}

on_each_database! {
    connections_of_both_kinds_share_the_database(db) {
        blog::seed(&mut *db, &blog::Seed::users(3))?;
        let mut conn = is_send(db.connect_async()).await?;
        let rows = users::table.select(User::as_select()).preload(has_many::<Post>()).load(&mut conn).await?;
        assert_eq!(rows.len(), 3);
        let new = diesel::insert_into(tags::table).values(NewTag { name: "new" });
        diesel_async::RunQueryDsl::execute(new, &mut conn).await?;
        let seen = tags::table.filter(tags::name.eq("new")).count();
        assert_eq!(RunQueryDsl::get_result::<i64>(seen, &mut *db)?, 1);
    }

    pools_of_bb8(db) {
        blog::seed(&mut *db, &blog::Seed::users(3))?;
        let pool = bb8::Pool::builder().max_size(2).build(db.async_manager()?).await?;
        let (mut one, mut two) = (pool.get().await?, pool.get().await?);
        let loads = futures_util::future::try_join(
            users::table.order(users::id).select(User::as_select()).preload(has_many::<Post>()).load(&mut one),
            users::table.order(users::id).select(User::as_select()).preload(has_many::<Post>()).load(&mut two),
        );
        let (one, two) = is_send(loads).await?;
        assert!(one.len() == 3 && one.iter().zip(&two).all(|(one, two)| one.0 == two.0));
    }

    pools_of_deadpool(db) {
        blog::seed(&mut *db, &blog::Seed::users(3))?;
        let pool = deadpool::Pool::builder(db.async_manager()?).max_size(2).build()?;
        let load = |pool: deadpool::Pool<_>| async move {
            let mut conn = pool.get().await.map_err(|error| error.to_string())?;
            let load = users::table.select(User::as_select()).preload(has_many::<Post>());
            load.load(&mut conn).await.map_err(|error| error.to_string())
        };
        let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(load(pool.clone()))).collect();
        for task in tasks {
            assert_eq!(task.await??.len(), 3);
        }
        assert!((1..=2).contains(&pool.status().size));
    }
}

#[tokio::test]
async fn each_connection_is_set_up() -> TestResult {
    let db = TestDb::<SqliteConnection>::new(blog::migrations::SQLITE)?;
    let checked = || diesel::dsl::sql::<diesel::sql_types::Integer>("SELECT foreign_keys FROM pragma_foreign_keys");
    let pool = bb8::Pool::builder().build(db.async_manager()?).await?;
    let alone = diesel_async::RunQueryDsl::get_result::<i32>(checked(), &mut db.connect_async().await?).await?;
    let pooled = diesel_async::RunQueryDsl::get_result::<i32>(checked(), &mut pool.get().await?).await?;
    assert_eq!((alone, pooled), (1, 1));
    Ok(())
}

#[tokio::test]
async fn a_database_in_memory_has_no_other_connections() -> TestResult {
    let db = TestDb::<SqliteConnection>::with(TestOptions::new().in_memory(), blog::migrations::SQLITE)?;
    assert!(db.connect_async().await.is_err_and(|error| error.is_test_database()));
    assert!(db.async_manager().is_err_and(|error| error.is_test_database()));
    Ok(())
}
