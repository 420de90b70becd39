//! Fonts that Limn ships: static assets, kept in the isolate once they were read.

use crate::failure::Outcome;
use crate::Edge;
use limn_core::Error;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

thread_local! {
    /// A handful of files of a few hundred kilobytes.
    static READ: RefCell<HashMap<&'static str, Rc<Vec<u8>>>> = RefCell::new(HashMap::new());
}

/// A font file of `www/fonts`.
///
/// # Errors
/// `no_such_font` when the deployment lacks its assets.
pub async fn shipped(edge: &Edge, file: &'static str) -> Outcome<Rc<Vec<u8>>> {
    if let Some(font) = READ.with(|read| read.borrow().get(file).cloned()) {
        return Ok(font);
    }
    let assets = edge.env.assets("ASSETS").map_err(|_| Error::NoSuchFont(file.into()))?;
    let mut response = assets.fetch(format!("https://assets.limn.internal/fonts/{file}"), None).await?;
    if response.status_code() != 200 {
        return Err(Error::NoSuchFont(file.into()).into());
    }
    let font = Rc::new(response.bytes().await?);
    READ.with(|read| read.borrow_mut().insert(file, font.clone()));
    Ok(font)
}
