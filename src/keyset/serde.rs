//! Pages in every format of serde. By hand: the few fields need no derive, and their names are a contract.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::page::{Edge, Page};
use super::total::Total;
use super::web::PageInfo;

/// `items`, then what is known around them: `has_next`, `has_previous`, `next_cursor`, `previous_cursor`, `end_cursor`; `total`
/// where the rows were counted.
impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut page = serializer.serialize_struct("Page", 6 + usize::from(self.total().is_some()))?;
        page.serialize_field("items", self.items())?;
        page.serialize_field("has_next", &self.has_next())?;
        page.serialize_field("has_previous", &self.has_previous())?;
        page.serialize_field("next_cursor", &self.next_cursor())?;
        page.serialize_field("previous_cursor", &self.previous_cursor())?;
        page.serialize_field("end_cursor", &self.end_cursor())?;
        match self.total() {
            Some(total) => page.serialize_field("total", &total)?,
            None => page.skip_field("total")?,
        }
        page.end()
    }
}

/// `rows`, `is_exact`.
impl Serialize for Total {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut total = serializer.serialize_struct("Total", 2)?;
        total.serialize_field("rows", &self.rows())?;
        total.serialize_field("is_exact", &self.is_exact())?;
        total.end()
    }
}

/// Relay's names: `cursor`, `node`.
impl<T: Serialize> Serialize for Edge<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut edge = serializer.serialize_struct("Edge", 2)?;
        edge.serialize_field("cursor", self.cursor)?;
        edge.serialize_field("node", self.node)?;
        edge.end()
    }
}

/// Relay's names: `hasNextPage`, `hasPreviousPage`, `startCursor`, `endCursor`.
impl Serialize for PageInfo<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut info = serializer.serialize_struct("PageInfo", 4)?;
        info.serialize_field("hasNextPage", &self.has_next_page)?;
        info.serialize_field("hasPreviousPage", &self.has_previous_page)?;
        info.serialize_field("startCursor", &self.start_cursor)?;
        info.serialize_field("endCursor", &self.end_cursor)?;
        info.end()
    }
}
