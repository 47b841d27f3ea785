//! Diesel's `.desc()` of an expression keeps the expression to itself; `desc(expr)` does not.

use blog::models::User;
use blog::schema::users;
use diesel::prelude::*;
use diesel::sql_types::Text;
use turbodiesel::prelude::*;

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(text: Text) -> Text;
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let conn = &mut blog::example()?;
    let page = users::table
        .select(User::as_select())
        .keyset((lower(users::name).desc(), users::id.desc()))
        .first(20)
        .load(conn)?;
    println!("{page:?}");
    Ok(())
}
