//! Sakila on MySQL and MariaDB.

use super::SakilaConnection;
use crate::load::Loader;
use crate::record::{load_others, load_stores};
use crate::schema::{address, staff, store};
use crate::{LoadError, Progress};
use diesel::connection::SimpleConnection;
use diesel::dsl::{count_star, exists, min, not};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::path::Path;

impl SakilaConnection for MysqlConnection {
    fn create_sakila(&mut self) -> QueryResult<()> {
        // Each CREATE TABLE commits, so a transaction around them would only look like one.
        self.batch_execute(include_str!("../../ddl/mysql.sql"))
    }

    fn load_sakila(&mut self, dir: &Path, progress: &mut dyn FnMut(Progress)) -> Result<(), LoadError> {
        let mut loader = Loader::new(dir, progress)?;
        self.transaction(|conn| {
            unchecked(conn, |conn| load_stores(conn, &mut loader))?;
            load_others(conn, &mut loader)?;
            check_stores(conn)
        })
    }
}

/// InnoDB cannot defer a foreign key: it looks away or it checks each row at once.
fn unchecked(
    conn: &mut MysqlConnection,
    load: impl FnOnce(&mut MysqlConnection) -> Result<(), LoadError>,
) -> Result<(), LoadError> {
    let before = diesel::select(diesel::dsl::sql::<BigInt>("@@SESSION.foreign_key_checks")).get_result::<i64>(conn)?;
    conn.batch_execute("SET SESSION foreign_key_checks = 0")?;
    let loaded = load(conn);
    // Restored whatever happened: a rollback does not undo a session variable.
    conn.batch_execute(&format!("SET SESSION foreign_key_checks = {before}"))?;
    loaded
}

/// What InnoDB looked away from, it does not look at later either.
fn check_stores(conn: &mut MysqlConnection) -> Result<(), LoadError> {
    let of_store = (count_star(), min(store::store_id));
    let managers = staff::table.filter(staff::staff_id.eq(store::manager_staff_id));
    let without_manager = store::table.filter(not(exists(managers))).select(of_store).get_result(conn)?;
    refuse_dangling("staff", without_manager)?;
    let addresses = address::table.filter(address::address_id.eq(store::address_id));
    let without_address = store::table.filter(not(exists(addresses))).select(of_store).get_result(conn)?;
    refuse_dangling("address", without_address)
}

fn refuse_dangling(parent: &str, (rows, first_row): (i64, Option<i32>)) -> Result<(), LoadError> {
    match first_row {
        None => Ok(()),
        Some(first_row) => Err(LoadError::ForeignKey {
            table: "store".to_owned(),
            parent: parent.to_owned(),
            rows,
            first_row: first_row.into(),
        }),
    }
}
