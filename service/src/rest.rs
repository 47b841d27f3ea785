//! `/posts`: JSON with `Link` headers. `/healthz`.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header::LINK;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use turbodiesel::keyset::Step;

use crate::Service;
use crate::failure::Failure;
use crate::request::{Rows, USUAL, Wanted};
use crate::statements::Announced;

/// What the query of a list says.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct List {
    size: Option<u32>,
    after: Option<String>,
    before: Option<String>,
    include: Option<String>,
}

impl List {
    /// The rows: those before a position are read back from it.
    pub(crate) fn rows(&self) -> Result<Rows, Failure> {
        let (after, before) = (self.after.clone(), self.before.clone());
        if after.is_some() && before.is_some() {
            return Err(Failure::bad_request("say `after` or `before`, not both"));
        }
        Ok(Rows { size: self.size.unwrap_or(USUAL), backward: before.is_some(), after, before, exact: false })
    }

    /// The same, with nothing said of what comes with the rows.
    pub(crate) fn without_include(self) -> Self {
        List { include: None, ..self }
    }

    /// The address of the page beside this one, on the same path.
    pub(crate) fn beside(&self, path: &str, step: Step<'_>) -> String {
        let mut url = path.to_owned();
        let mut query = |name: &str, value: &str| {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push_str(value);
        };
        if let Some(size) = self.size {
            query("size=", &size.to_string());
        }
        if let Some(include) = &self.include {
            query("include=", include);
        }
        query("", &step.to_string());
        url
    }
}

/// The query of a list, or what is wrong with it.
pub(crate) fn list(query: Result<Query<List>, QueryRejection>) -> Result<List, Failure> {
    query.map(|Query(list)| list).map_err(|rejected| Failure::bad_request(rejected.body_text()))
}

pub(crate) async fn posts(
    State(service): State<Service>,
    query: Result<Query<List>, QueryRejection>,
) -> Result<Response, Failure> {
    let list = list(query)?;
    let wanted = list.include.as_deref().map_or(Ok(Wanted::OVERVIEW), Wanted::named)?;
    let announced = Announced::default();
    let page = service.store.posts(list.rows()?, wanted, announced.clone()).await?;
    let link = page.link_header(|step| list.beside("/posts", step));
    Ok(announced.on((link.map(|link| [(LINK, link)]), Json(page)).into_response()))
}

pub(crate) async fn health(State(service): State<Service>) -> Result<Response, Failure> {
    service.store.ping().await?;
    Ok(Json(json!({ "status": "ok" })).into_response())
}
