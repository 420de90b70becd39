//! What Limn decides: URLs to plans, requests to grants, bytes to images. No I/O, no clock, no JS.
//!
//! The life of a GET: [`Parts`](parts::Parts) → [`Address`](address::Address) →
//! [`Route`](route::Route) → [`Caller`](grant::Caller) → [`Ask`](params::Ask) →
//! [`Grant`](grant::Grant) → [`Plan`](plan::Plan) → [`Key`](key::Key) → original →
//! [`Image`](image::Image) → [`Encoded`](render::Encoded) → [`Answer`](reply::Answer).
//! The life of a PUT: Parts → Address → Caller → Grant (write) → [`Intake`](upload::Intake) → reservation
//! → stored on a node → committed in the [ledger](ledger) → Reply.
//! Each type is made only from the one before it, so a later stage cannot meet unchecked data.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod accept;
pub mod address;
pub mod admin;
pub mod admission;
pub mod api;
pub mod beside;
pub mod breaker;
pub mod budget;
pub mod codec;
pub mod config;
pub mod cors;
pub mod dialect;
pub mod error;
pub mod explain;
pub mod freshness;
pub mod grant;
pub mod hash;
pub mod http_date;
pub mod image;
pub mod keep;
pub mod key;
pub mod kit;
pub mod label;
pub mod ledger;
pub mod lru;
pub mod node;
pub mod ops;
pub mod outbound;
pub mod page;
pub mod params;
pub mod parts;
pub mod percent;
pub mod place;
pub mod placement;
pub mod plan;
pub mod purge;
pub mod rare;
pub mod reference;
pub mod render;
pub mod reply;
pub mod report;
pub mod request_log;
pub mod route;
pub mod saveas;
pub mod sort;
pub mod tags;
pub mod trace;
pub mod upload;
pub mod verdict;

pub use error::{Error, Result};

/// The Rust program of the signing page is run as a documentation test.
#[cfg(doctest)]
#[doc = include_str!("../../docs/signing.md")]
pub struct SigningDocs;
