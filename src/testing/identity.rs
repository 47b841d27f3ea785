//! Which migrations these are: told apart by the SQL that they send.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use diesel::connection::{Connection, InstrumentationEvent};
use diesel::migration::{Migration, MigrationSource};

use super::failed;
use super::provide::Provide;
use crate::error::Result;

/// A name for names and texts of all migrations.
///
/// Diesel's sources keep their text to themselves, but it can be listened to: each migration is run on a connection that
/// was closed, where the statement is announced and then fails. What a migration would send after that is not seen, so one
/// written in Rust is known by its name and its first statement.
pub(super) fn identity<C>(migrations: &[Box<dyn Migration<C::Backend>>], url: &str) -> Result<String>
where
    C: Connection<Backend: Provide> + Send + 'static,
{
    static CLOSED: LazyLock<Mutex<HashMap<TypeId, Box<dyn Any + Send>>>> = LazyLock::new(Mutex::default);
    let mut closed = CLOSED.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = closed.remove(&TypeId::of::<C>()).and_then(|kept| kept.downcast::<C>().ok());
    let mut connection = match kept {
        Some(connection) => *connection,
        None => closed_connection(url)?,
    };
    let heard = Arc::new(Mutex::new(DefaultHasher::new()));
    let hears = Arc::clone(&heard);
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            query.to_string().hash(&mut *hears.lock().unwrap_or_else(PoisonError::into_inner));
        }
    });
    // A template of another version of this crate may be another one.
    env!("CARGO_PKG_VERSION").hash(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner));
    for migration in migrations {
        let (name, in_transaction) = (migration.name(), migration.metadata().run_in_transaction());
        (name.version().to_string(), name.to_string(), in_transaction)
            .hash(&mut *heard.lock().unwrap_or_else(PoisonError::into_inner));
        // It fails: that is the point.
        let _ = migration.run(&mut connection);
    }
    connection.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    closed.insert(TypeId::of::<C>(), Box::new(connection));
    let identity = heard.lock().unwrap_or_else(PoisonError::into_inner).finish();
    Ok(format!("{identity:016x}"))
}

fn closed_connection<C: Connection<Backend: Provide>>(url: &str) -> Result<C> {
    let mut connection = C::establish(<C::Backend as Provide>::NOWHERE.unwrap_or(url))
        .map_err(|error| failed::<C::Backend>("cannot connect to the server", &error))?;
    // A server answers this with an error, or not at all.
    let _ = connection.batch_execute(<C::Backend as Provide>::CLOSE);
    if connection.batch_execute("CREATE TEMPORARY TABLE turbodiesel_closed (id INTEGER)").is_ok() {
        return Err(failed::<C::Backend>("cannot read the migrations", &"a connection that was closed still answers"));
    }
    Ok(connection)
}

/// The migrations of a source, in the order in which they run.
pub(super) fn sorted<DB: Provide>(source: &impl MigrationSource<DB>) -> Result<Vec<Box<dyn Migration<DB>>>> {
    let mut migrations = source.migrations().map_err(|error| failed::<DB>("cannot read the migrations", &error))?;
    migrations.sort_by(|a, b| a.name().version().cmp(&b.name().version()));
    Ok(migrations)
}
