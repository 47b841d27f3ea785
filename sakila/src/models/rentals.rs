//! The business: copies, rentals, payments.

use super::{Customer, Film, Staff, Store};
use crate::Money;
use crate::schema::{inventory, payment, rental};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// A copy of a film.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable)]
#[diesel(table_name = inventory, primary_key(inventory_id))]
#[diesel(belongs_to(Film))]
#[diesel(belongs_to(Store))]
pub struct Inventory {
    /// Primary key.
    pub inventory_id: i32,
    /// The film it is a copy of.
    pub film_id: i32,
    /// The store that owns it.
    pub store_id: i32,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
}

/// A rental.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable)]
#[diesel(table_name = rental, primary_key(rental_id))]
#[diesel(belongs_to(Inventory))]
#[diesel(belongs_to(Customer))]
#[diesel(belongs_to(Staff))]
#[diesel(treat_none_as_default_value = false)]
pub struct Rental {
    /// Primary key.
    pub rental_id: i32,
    /// When it was lent; many ties.
    pub rental_date: NaiveDateTime,
    /// The copy.
    pub inventory_id: i32,
    /// The customer.
    pub customer_id: i32,
    /// When it came back; NULL while it is out.
    pub return_date: Option<NaiveDateTime>,
    /// The member of staff who lent it.
    pub staff_id: i32,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable)]
#[diesel(table_name = payment, primary_key(payment_id))]
#[diesel(belongs_to(Customer))]
#[diesel(belongs_to(Staff))]
#[diesel(belongs_to(Rental))]
#[diesel(treat_none_as_default_value = false)]
pub struct Payment {
    /// Primary key.
    pub payment_id: i32,
    /// Who paid.
    pub customer_id: i32,
    /// The member of staff who took the money.
    pub staff_id: i32,
    /// The rental it is for, if it is for one.
    pub rental_id: Option<i32>,
    /// How much, with heavy ties.
    pub amount: Money,
    /// When.
    pub payment_date: NaiveDateTime,
}
