//! The other documents of the object API: what is answered and what is sent. Functions of answers give the
//! whole body, `application/xml`; they follow the elements that SDKs look for.

pub mod bucket;
pub mod object;
pub mod refusal;
pub mod request;
pub mod service;
pub mod upload;

pub use refusal::error_xml;
