//! Sets of styles: the tables `LIMN_STYLES_…`.

use super::{bad, table};
use crate::params::{self, Program};
use crate::Result;
use serde::Deserialize;
use std::collections::HashMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StylesTable {
    name: String,
    styles: HashMap<String, String>,
}

pub(super) fn parse_styles(tables: &[(&str, &str)]) -> Result<HashMap<String, HashMap<String, Program>>> {
    let mut sets = HashMap::new();
    for (name, json) in tables.iter().filter(|(n, _)| n.starts_with("LIMN_STYLES_")) {
        let set: StylesTable = table(name, json)?;
        let mut programs = HashMap::new();
        for (style, text) in set.styles {
            if !params::style::is_name(&style) {
                return Err(bad(name, &format!("styles: {style:?} is no style name; 1 to 63 of A-Z a-z 0-9 _ . - are wanted")));
            }
            let program = params::style::parse_body(&text)
                .map_err(|e| bad(name, &format!("styles.{style}: {}", e.to_string().trim_end_matches('.'))))?;
            programs.insert(style, program);
        }
        sets.insert(set.name, programs);
    }
    Ok(sets)
}
