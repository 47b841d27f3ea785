//! What errors are about: one line a kind.

use super::Error;

macro_rules! kinds {
    ($($(#[$doc:meta])+ $Kind:ident, $is:ident;)+) => {
        /// What an [`Error`] is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])+ $Kind,)+
        }

        /// One question for each [`ErrorKind`].
        impl Error {
            $(
                $(#[$doc])+
                pub fn $is(&self) -> bool {
                    self.kind() == ErrorKind::$Kind
                }
            )+
        }
    };
}

kinds! {
    /// The database, the connection or Diesel failed: [`Error::as_diesel`] has its error.
    Database, is_database;
    /// Rows cannot be counted here: the database has no EXPLAIN ANALYZE.
    NoAnalyze, is_no_analyze;
    /// A has-one relation found two rows for one parent.
    SecondRow, is_second_row;
    /// A required belongs-to points to a row that is not there.
    DanglingKey, is_dangling_key;
    /// A belongs-to pointed to a row that somebody else took away while the load ran. The load can be repeated, or run
    /// [in a snapshot](crate::preload::Preloading::in_snapshot).
    ConcurrentChange, is_concurrent_change;
    /// A snapshot was asked for inside a transaction that does not give one.
    WeakIsolation, is_weak_isolation;
    /// The database gave a child whose key belongs to no parent of this load.
    UnmatchedChild, is_unmatched_child;
    /// A relation gave more or fewer results than there are parents.
    WrongNumberOfResults, is_wrong_number_of_results;
    /// A key type that cannot be looked up exactly in its column on this backend.
    UnsupportedKey, is_unsupported_key;
    /// A strategy that this backend does not know, or not for these keys.
    UnsupportedStrategy, is_unsupported_strategy;
    /// A tree of more levels than are held.
    TreeDepth, is_tree_depth;
    /// A loader of the program's own failed: `source()` has its error.
    Loader, is_loader;
    /// The query already has a clause that the builder must write itself, such as ORDER BY.
    UnsupportedQuery, is_unsupported_query;
    /// A page of no rows was asked for, or of more than there may be.
    PageSize, is_page_size;
    /// A cursor that is not one of this ordering: [`Error::as_cursor`] has the reason.
    Cursor, is_cursor;
    /// The keys of a row are too long for a cursor.
    CursorTooLong, is_cursor_too_long;
    /// A folder of migrations cannot be read.
    Migrations, is_migrations;
    /// A row's key is no value of the SQL type that its ordering declares, so no cursor can stand for it.
    UnexpectedKey, is_unexpected_key;
    /// A key that is too short to sign cursors.
    ShortKey, is_short_key;
    /// One row was asked for, and there are several.
    SeveralRows, is_several_rows;
    /// A row that is to be changed is not there. [`Error::as_diesel`] has Diesel's `NotFound`.
    NotFound, is_not_found;
    /// A row has been changed by somebody else since it was read: the update would have been lost on one side.
    Conflict, is_conflict;
    /// The database did not make the id of a new row, so that the row cannot be read back: nothing was written.
    IdNotMade, is_id_not_made;
    /// A migration failed. [`Error::as_diesel`] has the database's error.
    Migration, is_migration;
    /// Another process migrates the database.
    MigrationLocked, is_migration_locked;
    /// Database and program do not belong together: the database is ahead, a version is unknown, a text has changed.
    MigrationHistory, is_migration_history;
    /// A migration began and did not come to its end, on a database that cannot undo what it had done.
    MigrationInterrupted, is_migration_interrupted;
    /// Two rows of a page share the key that was declared unique.
    NotUnique, is_not_unique;
    /// A strategy was chosen that does not fit what is loaded.
    Strategy, is_strategy;
    /// An ordering was asked for by a name that its set does not have.
    UnknownOrdering, is_unknown_ordering;
    /// No index can serve an ordering.
    NoIndex, is_no_index;
    /// A throw-away database could not be made.
    TestDatabase, is_test_database;
}
