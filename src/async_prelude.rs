//! What a program imports with one `use` to await its loads. With feature `async`.
//!
//! The builders are those of the [blocking prelude](crate::prelude), and so are the statements, the rows and the errors; only
//! the methods at the end return futures, for the connections of diesel-async:
//!
//! ```text
//! use diesel::prelude::*;
//! use turbodiesel::async_prelude::*;
//!
//! let rows: Vec<(User, Vec<Post>)> = users::table
//!     .select(User::as_select())
//!     .preload(has_many::<Post>())
//!     .load(conn) // an AsyncPgConnection, an AsyncMysqlConnection, a SyncConnectionWrapper, or a pool's
//!     .await?;
//! ```
//!
//! The futures are `Send`. Both preludes can be used in one crate, each in modules of its own; neither is in the way of
//! `diesel_async::RunQueryDsl`. What becomes of a connection when a future is dropped is said in
//! [`driver`](crate::driver#cancellation).

pub use crate::keyset::IntoOrdering as _;
pub use crate::keyset::asynchronous::KeysetDsl;
#[cfg(feature = "plan")]
pub use crate::plan::asynchronous::ExplainDsl;
pub use crate::preload::asynchronous::{PreloadDsl, load_for_keys, load_with, preload_for};
pub use crate::preload::snapshot_async::in_snapshot;
pub use crate::preload::{AggregateDsl, IndexDsl, Nth, belongs_to, has_many, has_one, if_some, many_to_many};
#[cfg(feature = "repository")]
pub use crate::repository::asynchronous::RepositoryDsl;
