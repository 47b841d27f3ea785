//! A repository of one's own, and a fake in its place: `cargo run --example repository`.
//!
//! The application says once which connection it has, and builds what it asks for on the generic operations.

use blog::models::{NewUser, User};
use blog::schema::users;
use diesel::prelude::*;
use turbodiesel::repository::Repository;

/// The connection of this application.
type Db = SqliteConnection;

/// The users of the application.
#[derive(Debug)]
pub(crate) struct UserRepository<'c>(Repository<'c, User, Db>);

impl<'c> UserRepository<'c> {
    /// On a connection, a pooled one, or inside of a transaction.
    pub(crate) fn new(conn: &'c mut Db) -> Self {
        UserRepository(Repository::new(conn))
    }

    /// By the address, which is unique.
    pub(crate) fn get_by_email(&mut self, email: &str) -> turbodiesel::Result<Option<User>> {
        self.0.find_by(users::email.eq(email))
    }
}

/// What a piece of the application asks for. It is the application's own, with as many methods as that piece needs.
pub(crate) trait Users {
    /// By the address.
    fn get_by_email(&mut self, email: &str) -> turbodiesel::Result<Option<User>>;
    /// A new user.
    fn create(&mut self, new: &NewUser<'_>) -> turbodiesel::Result<User>;
}

impl Users for UserRepository<'_> {
    fn get_by_email(&mut self, email: &str) -> turbodiesel::Result<Option<User>> {
        UserRepository::get_by_email(self, email)
    }

    fn create(&mut self, new: &NewUser<'_>) -> turbodiesel::Result<User> {
        self.0.create(new)
    }
}

/// A rule of the application: it knows no database, so a test gives it a fake.
pub(crate) fn sign_up(users: &mut impl Users, email: &str, name: &str) -> turbodiesel::Result<User> {
    match users.get_by_email(email)? {
        Some(user) => Ok(user),
        None => match users.create(&NewUser { email, name }) {
            // Somebody was faster.
            Err(error) if error.is_unique_violation_of("users_email_idx") => users.get_by_email(email)?.ok_or(error),
            created => created,
        },
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let ada = sign_up(&mut UserRepository::new(conn), "ada@lovelace.uk", "Ada")?;
    let again = sign_up(&mut UserRepository::new(conn), "ada@lovelace.uk", "Ada")?;
    println!("{} signed up as number {}", ada.name, ada.id);
    println!("signed up again, she is number {}", again.id);

    // Several operations, all or nothing: the transaction is Diesel's.
    let gone = conn.transaction(|conn| {
        let mut users = UserRepository::new(conn);
        let grace = users.create(&NewUser { email: "grace@hopper.us", name: "Grace" })?;
        users.0.delete(grace.id)
    })?;
    println!("Grace came and went: {gone}");
    Ok(())
}
