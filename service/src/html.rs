//! `/`: a page of posts with a link to the next one, which a script follows as the reader scrolls.

use std::fmt::{self, Write};

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::{Html, IntoResponse, Response};
use turbodiesel::keyset::{Page, Step};

use crate::Service;
use crate::failure::Failure;
use crate::request::Wanted;
use crate::rest::{self, List};
use crate::statements::Announced;
use crate::view::PostView;

/// Nothing but what comes from here.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

pub(crate) async fn index(State(service): State<Service>, query: Result<Query<List>, QueryRejection>) -> Response {
    let announced = Announced::default();
    let (status, page) = match read(&service, query, announced.clone()).await {
        Ok((list, page)) => (StatusCode::OK, feed(&list, &page)),
        Err(failure) => (failure.status, refusal(&failure)),
    };
    announced.on((status, [(CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response())
}

async fn read(
    service: &Service,
    query: Result<Query<List>, QueryRejection>,
    announced: Announced,
) -> Result<(List, Page<PostView>), Failure> {
    // What the page shows is not for the address to say.
    let list = rest::list(query)?.without_include();
    let page = service.store.posts(list.rows()?, Wanted::OVERVIEW, announced).await?;
    Ok((list, page))
}

fn feed(list: &List, page: &Page<PostView>) -> String {
    let mut body =
        String::from("<div id=\"feed\" role=\"feed\" aria-busy=\"false\" aria-label=\"Posts, newest first\">\n");
    for post in page.items() {
        // Writing to a string never fails.
        let _ = writeln!(body, "{}", Article(post));
    }
    body.push_str("</div>\n");
    if page.is_empty() {
        body.push_str("<p class=\"end\">There is nothing here.</p>\n");
    }
    if let Some(cursor) = page.next_cursor() {
        let url = list.beside("/", Step::Next(cursor));
        let _ = writeln!(body, "<a id=\"more\" rel=\"next\" href=\"{}\">Older posts</a>", Text(&url));
    }
    body.push_str("<p id=\"status\" role=\"status\"></p>\n");
    document("Posts", &body)
}

fn refusal(failure: &Failure) -> String {
    let message = Text(&failure.message);
    document(
        "There is no such page",
        &format!("<p class=\"end\" role=\"alert\">{message}</p>\n<a id=\"start\" href=\"/\">To the newest posts</a>\n"),
    )
}

fn document(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>{title}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n\
         <link rel=\"stylesheet\" href=\"/feed.css\">\n\
         <script type=\"module\" src=\"/feed.js\"></script>\n\
         </head>\n\
         <body>\n\
         <header><h1>{title}</h1><p>Newest first, twenty at a time, each page at the price of the first.</p></header>\n\
         <main>\n{body}</main>\n\
         </body>\n\
         </html>\n",
        title = Text(title),
    )
}

struct Article<'a>(&'a PostView);

impl fmt::Display for Article<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PostView { id, title, body, created_at, author, comment_count, tags, .. } = self.0;
        let name = author.as_ref().map_or("", |author| &author.name);
        let hue = author.as_ref().map_or(0, |author| author.id % 12);
        let initial = name.chars().next().map(String::from).unwrap_or_default();
        write!(
            f,
            "<article id=\"post-{id}\" tabindex=\"0\" aria-labelledby=\"title-{id}\" aria-describedby=\"by-{id}\">\n\
             <span class=\"face hue-{hue}\" aria-hidden=\"true\">{}</span>\n\
             <h2 id=\"title-{id}\">{}</h2>\n\
             <p class=\"by\" id=\"by-{id}\">{} · <time datetime=\"{created_at}\">{}</time></p>\n\
             <p>{}</p>\n",
            Text(&initial),
            Text(title),
            Text(name),
            created_at.get(..10).unwrap_or(created_at),
            Text(body),
        )?;
        f.write_str("<footer>")?;
        let count = comment_count.unwrap_or(0);
        write!(f, "<span class=\"count\">{count} comment{}</span>", if count == 1 { "" } else { "s" })?;
        if let Some(tags) = tags.as_deref().filter(|tags| !tags.is_empty()) {
            f.write_str("<ul aria-label=\"Tags\">")?;
            for tag in tags {
                write!(f, "<li>{}</li>", Text(tag))?;
            }
            f.write_str("</ul>")?;
        }
        f.write_str("</footer>\n</article>")
    }
}

/// Text as it may stand in an element, or between the quotes of an attribute.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn text_stays_text() {
        let text = Text("</p><script>alert('x')</script>\" & é").to_string();
        assert_eq!(text, "&lt;/p&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; &amp; é");
    }
}
