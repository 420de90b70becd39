//! The URL reference as Markdown, made of the tables that the parsers use.

use crate::ops::OPS;
use crate::params::short::KEYS;
use std::fmt::Write;

/// The text of `docs/url-reference.md`.
pub fn markdown() -> String {
    let mut out = String::from(
        "# URL reference\n\nMade of the operation table by `scripts/bless`; do not edit.\n\n\
         ## Short parameters\n\n`/{bucket}/{key}?w=200&fit=cover`: in any order, each at most once.\n\n\
         | Key | Values | Meaning | Example |\n|---|---|---|---|\n",
    );
    for key in KEYS {
        let names: Vec<String> = std::iter::once(&key.name).chain(key.aliases).map(|n| format!("`{n}`")).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {} | {} | {} | `?{}` |", names.join(", "), key.values, key.doc, key.example);
    }
    out.push_str("\n## OSS programs\n\n`/{bucket}/{key}?x-oss-process=image/ACTION,ARG/ACTION…`: strictly left to right, `|` between programs, `style/NAME` for a style.\n");
    for op in OPS.iter().filter(|op| op.in_oss) {
        let _ = write!(out, "\n### {}\n\n{}\n\nArguments: {}\n\n", op.name, op.doc, op.args);
        for example in op.examples {
            let _ = writeln!(out, "- `image/{example}`");
        }
    }
    out
}
