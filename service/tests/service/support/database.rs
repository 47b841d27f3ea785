//! The database of a service.

use std::thread;

use diesel_migrations::EmbeddedMigrations;
use turbodiesel::testing::{TestConnection, TestDb};

/// A database of one test. It is made and dropped on a thread of its own: a connection that blocks until an asynchronous one is
/// ready must not do that on the runtime's.
pub(crate) struct Database<C: TestConnection>(Option<TestDb<C>>);

impl<C: TestConnection> Database<C> {
    pub(crate) fn new(migrations: EmbeddedMigrations) -> Self {
        Database(Some(thread::spawn(|| TestDb::new(migrations).unwrap()).join().unwrap()))
    }

    pub(crate) fn url(&self) -> String {
        self.0.as_ref().unwrap().url().to_owned()
    }
}

impl<C: TestConnection> Drop for Database<C> {
    fn drop(&mut self) {
        let db = self.0.take();
        thread::spawn(|| drop(db)).join().unwrap();
    }
}
