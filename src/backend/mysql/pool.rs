//! How a pool sets up connections to MySQL and MariaDB.

use diesel::mysql::Mysql;

use crate::pool::SetUp;

impl SetUp for Mysql {
    const SET_UP: &'static [&'static str] = &[];
}
