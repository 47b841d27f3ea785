//! Pools: that connections come set up.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::r2d2::{ConnectionManager, Pool};
use turbodiesel::pool::Customizer;

use crate::support::TestResult;
use crate::support::place::Placed;

scenarios! {
    fn every_connection_is_watched(db) {
        db.conn();
        let place = <Conn as Placed>::place()?;
        let seen = Arc::new(AtomicUsize::new(0));
        let counter = seen.clone();
        let instrument = move || {
            let counter = counter.clone();
            let count = move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::FinishQuery { .. } = event {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            };
            Box::new(count) as Box<dyn diesel::connection::Instrumentation>
        };
        let customizer = Customizer::<Conn>::new().instrument(instrument).boxed();
        let pool = Pool::builder().max_size(2).connection_customizer(customizer).build(ConnectionManager::<Conn>::new(&place.url))?;
        let (mut one, mut two) = (pool.get()?, pool.get()?);
        seen.store(0, Ordering::Relaxed);
        for conn in [&mut one, &mut two] {
            diesel::sql_query("SELECT 1").execute(conn)?;
        }
        assert_eq!(seen.load(Ordering::Relaxed), 2);
    }
}

#[test]
fn sqlite_waits_and_checks() -> TestResult {
    use diesel::dsl::sql;
    use diesel::sql_types::{BigInt, Text};
    let place = SqliteConnection::place()?;
    let customizer = Customizer::new().busy_timeout(std::time::Duration::from_millis(1_234));
    let manager = ConnectionManager::<SqliteConnection>::new(&place.url);
    let pool = Pool::builder().max_size(1).connection_customizer(customizer.boxed()).build(manager)?;
    let conn = &mut pool.get()?;
    assert_eq!(sql::<BigInt>("SELECT timeout FROM pragma_busy_timeout").get_result::<i64>(conn)?, 1_234);
    assert_eq!(sql::<BigInt>("SELECT foreign_keys FROM pragma_foreign_keys").get_result::<i64>(conn)?, 1);
    assert_eq!(sql::<Text>("SELECT journal_mode FROM pragma_journal_mode").get_result::<String>(conn)?, "wal");
    Ok(())
}

#[cfg(feature = "postgres")]
#[test]
fn postgres_cancels_what_takes_too_long() -> TestResult {
    let place = PgConnection::place()?;
    let customizer = Customizer::new().statement_timeout(std::time::Duration::from_millis(50));
    let manager = ConnectionManager::<PgConnection>::new(&place.url);
    let pool = Pool::builder().max_size(1).connection_customizer(customizer.boxed()).build(manager)?;
    let error = diesel::sql_query("SELECT pg_sleep(30)").execute(&mut pool.get()?).unwrap_err();
    assert!(error.to_string().contains("statement timeout"), "{error}");
    Ok(())
}
