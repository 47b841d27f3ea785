//! `examples/repository.rs`, and a fake in the place of its database. The example is one of the driver that blocks.

#[path = "../../examples/repository.rs"]
#[allow(dead_code, reason = "its `main` is for the command line")]
mod program;

use blog::models::{NewUser, User};
use program::{UserRepository, Users, sign_up};

/// Users in memory.
#[derive(Default)]
struct Fake(Vec<User>);

impl Users for Fake {
    fn get_by_email(&mut self, email: &str) -> turbodiesel::Result<Option<User>> {
        Ok(self.0.iter().find(|user| user.email == email).cloned())
    }

    fn create(&mut self, new: &NewUser<'_>) -> turbodiesel::Result<User> {
        let user = User {
            id: self.0.len() as i32 + 1,
            email: new.email.into(),
            name: new.name.into(),
            active: true,
            created_at: Default::default(),
        };
        self.0.push(user.clone());
        Ok(user)
    }
}

fn signs_up_once(users: &mut impl Users) -> crate::support::TestResult {
    assert_eq!(users.get_by_email("ada@lovelace.uk")?, None);
    let ada = sign_up(users, "ada@lovelace.uk", "Ada")?;
    assert_eq!(sign_up(users, "ada@lovelace.uk", "Another")?, ada);
    assert_eq!(users.get_by_email("ada@lovelace.uk")?, Some(ada));
    Ok(())
}

#[test]
fn on_a_fake() -> crate::support::TestResult {
    signs_up_once(&mut Fake::default())
}

#[test]
fn on_the_database() -> crate::support::TestResult {
    signs_up_once(&mut UserRepository::new(&mut blog::example()?))
}
