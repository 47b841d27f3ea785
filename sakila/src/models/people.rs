//! Stores, those who work in them and those who come to them.

use super::Address;
use crate::schema::{customer, staff, store};
use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

/// A store. It belongs to the member of staff who manages it, who belongs to a store in turn.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable)]
#[diesel(table_name = store, primary_key(store_id))]
#[diesel(belongs_to(Address))]
#[diesel(belongs_to(Staff, foreign_key = manager_staff_id))]
pub struct Store {
    /// Primary key.
    pub store_id: i32,
    /// The member of staff who runs it; not unique.
    pub manager_staff_id: i32,
    /// Where it is.
    pub address_id: i32,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable)]
#[diesel(table_name = staff, primary_key(staff_id))]
#[diesel(belongs_to(Address))]
#[diesel(belongs_to(Store))]
pub struct Staff {
    /// Primary key.
    pub staff_id: i32,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Home address.
    pub address_id: i32,
    /// E-mail address.
    pub email: String,
    /// The store of work.
    pub store_id: i32,
    /// Whether employed now.
    pub active: bool,
    /// Name to log in with.
    pub username: String,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
}

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable)]
#[diesel(table_name = customer, primary_key(customer_id))]
#[diesel(belongs_to(Store))]
#[diesel(belongs_to(Address))]
pub struct Customer {
    /// Primary key.
    pub customer_id: i32,
    /// The store of registration.
    pub store_id: i32,
    /// First name, in capitals.
    pub first_name: String,
    /// Last name, in capitals.
    pub last_name: String,
    /// E-mail address.
    pub email: String,
    /// Home address.
    pub address_id: i32,
    /// Day of registration.
    pub create_date: NaiveDate,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
    /// Whether a customer now.
    pub active: bool,
}
