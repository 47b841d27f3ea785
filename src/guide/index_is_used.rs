//! Prove that an index is used.
//!
//! A query that reads a whole table is fast in a test with ten rows and slow in a year. Its *plan* says so today. Ask for it
//! where the query is written, in a test, on the database that you run:
//!
//! ```
//! use blog::{models::*, schema::*};
//! use diesel::prelude::*;
//! use turbodiesel::prelude::*;
//!
//! let conn = &mut blog::example()?;
//!
//! let plan = posts::table.filter(posts::author_id.eq(1)).explain(conn)?;
//! plan.assert_uses_index("posts_author_id_idx").assert_no_full_scan().assert_no_sort();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An assertion that does not hold shows the plan, the SQL and the step that is to blame:
//!
//! ```
//! # use blog::schema::posts;
//! # use diesel::prelude::*;
//! # use turbodiesel::prelude::*;
//! # let conn = &mut blog::example()?;
//! let plan = posts::table.filter(posts::title.eq("Rain")).select(posts::id).explain(conn)?;
//! let failed = std::panic::catch_unwind(|| plan.assert_no_full_scan_of("posts").sql().len());
//! let message = failed.unwrap_err().downcast_ref::<String>().cloned().unwrap_or_default();
//! assert_eq!(
//!     message,
//!     "the statement reads all of `posts`
//!   here: SCAN posts
//! SELECT `posts`.`id` FROM `posts` WHERE (`posts`.`title` = ?)
//! QUERY PLAN
//! `--SCAN posts"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A preload and a keyset page have a plan for each of their statements. A relation's statement holds the keys of its
//! parents, so explaining a preload loads it: do it on data.
//!
//! ```
//! # use blog::{models::*, schema::*};
//! # use diesel::prelude::*;
//! # use turbodiesel::prelude::*;
//! # let conn = &mut blog::example()?;
//! let plans = users::table
//!     .find(1)
//!     .select(User::as_select())
//!     .preload(has_many::<Post>().order(posts::created_at.desc()).preload(has_many::<Comment>()))
//!     .explain(conn)?;
//! assert_eq!(plans.len(), 3);
//! plans.assert_no_full_scan();
//!
//! let newest = || posts::table.select(Post::as_select()).keyset((posts::created_at.desc(), posts::id.desc())).first(20);
//! let page = newest().load(conn)?;
//! newest().explain(conn)?.assert_no_sort(); // the first page
//! newest().after(page.end_cursor()).explain(conn)?.assert_no_full_scan(); // and one after a cursor, another statement
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What else can be asked is in [`plan`](crate::plan).
//!
//! ## What to know
//!
//! * **A planner looks at the rows.** On a table of one page every database rightly reads all of it. Fill the tables with a few
//!   thousand rows and run ANALYZE before you insist on an index.
//! * **An index that is used may still be useless.** `Index Scan` with a filter that throws away all but one row in a thousand
//!   uses an index. [`assert_rows_read_at_most`](Plan::assert_rows_read_at_most) tells.
//! * **PostgreSQL has two plans for a prepared statement**, and Diesel prepares all: one for the values at hand, and after a few
//!   runs perhaps one for any values. [`explain_generic`](ExplainDsl::explain_generic) asks for that one.
//! * **An OFFSET reads what it skips**, with the plan of the first page: [`assert_no_offset`](Plan::assert_no_offset). A walk
//!   along an index that skips rows counts as a full scan.
//! * **A limit is not a full scan.** A walk along an index that a LIMIT ends after twenty rows is what a first page should be:
//!   [`Node::stops_early`]. A partial index that is read from end to end does count; there insist on the index by name.
//! * **MySQL and MariaDB look a unique key up while they plan.** Where there is no such row, the plan says just that and
//!   names no index: explain a value that is there.
//! * **SQLite says less**: no rows, no filters, and of an IN only `=?`.
//! * Steps of a server that is newer than this crate are kept as [`NodeKind::Other`], with all below them.

#[cfg(doc)]
use crate::plan::{ExplainDsl, Node, NodeKind, Plan};
