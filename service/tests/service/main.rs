//! The service as its clients see it: over a socket, on every database.

mod browser;
mod graphql;
mod html;
mod rest;
mod support;
