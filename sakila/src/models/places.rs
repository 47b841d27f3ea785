//! Where people and stores are: country, city, address.

use crate::schema::{address, city, country};
use chrono::NaiveDateTime;
use diesel::prelude::*;

/// A country.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Insertable)]
#[diesel(table_name = country, primary_key(country_id))]
pub struct Country {
    /// Primary key.
    pub country_id: i32,
    /// Its name.
    #[diesel(column_name = country_)]
    pub country: String,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
}

/// A city.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable)]
#[diesel(table_name = city, primary_key(city_id))]
#[diesel(belongs_to(Country))]
pub struct City {
    /// Primary key.
    pub city_id: i32,
    /// Its name.
    #[diesel(column_name = city_)]
    pub city: String,
    /// The country it lies in.
    pub country_id: i32,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Identifiable, Associations, Insertable)]
#[diesel(table_name = address, primary_key(address_id))]
#[diesel(belongs_to(City))]
#[diesel(treat_none_as_default_value = false)]
pub struct Address {
    /// Primary key.
    pub address_id: i32,
    /// House number and street.
    #[diesel(column_name = address_)]
    pub address: String,
    /// A second line; NULL in every row.
    pub address2: Option<String>,
    /// District or state; one space where it is not known.
    pub district: String,
    /// The city.
    pub city_id: i32,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Telephone number; one space where it is not known.
    pub phone: String,
    /// When the row last changed.
    pub last_update: NaiveDateTime,
}
