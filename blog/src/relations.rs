//! What `diesel print-schema` leaves out of the schema.

use crate::schema::{posts, users};

// Two keys lead from posts to users, and the CLI does not choose between them: a join goes by the author.
diesel::joinable!(posts -> users (author_id));

// Left out for good, as `joinable!` takes one column to another table's primary key: the composite key from
// translation_reviews to translations, and the key of comments to themselves. Joins over them say `.on(..)`.
