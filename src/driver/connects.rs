//! What leads to a connection.

use std::marker::PhantomData;
use std::ops::DerefMut;

use diesel_async::AsyncConnectionCore;

use super::Driver;

/// A connection that is one itself.
#[derive(Debug)]
pub struct Itself;

/// What leads to a connection by `DerefMut`.
#[derive(Debug)]
pub struct Through<K>(PhantomData<K>);

/// A connection, or what leads to one: a pool's, a guard, a box. `K` says which; it is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no connection that can be awaited here",
    note = "`AsyncPgConnection`, `AsyncMysqlConnection` and `SyncConnectionWrapper<SqliteConnection>` are, and what derefs to one",
    note = "a blocking connection goes with `use turbodiesel::prelude::*`"
)]
pub trait Connects<K>: Send {
    /// The connection.
    type Driver: Driver;

    /// Leads to it.
    fn driver(&mut self) -> &mut Self::Driver;
}

impl<D: Driver> Connects<Itself> for D {
    type Driver = D;

    fn driver(&mut self) -> &mut D {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<C, K> Connects<Through<K>> for C
where
    C: DerefMut<Target: Connects<K>> + Send,
{
    type Driver = <C::Target as Connects<K>>::Driver;

    fn driver(&mut self) -> &mut Self::Driver {
        self.deref_mut().driver()
    }
}

/// A connection while a load has it: what a [loader](crate::preload::asynchronous::load_with) is given.
pub type Lent<'c, D> = <D as Driver>::Lent<'c>;

/// The backend of what leads to a connection.
pub(crate) type BackendOf<C, K> = <<C as Connects<K>>::Driver as AsyncConnectionCore>::Backend;
