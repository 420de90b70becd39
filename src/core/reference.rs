//! The URL reference as Markdown, made of the tables that the parsers use, with a picture for every example.

use crate::ops::{Spec, OPS};
use crate::params::short::{Key, KEYS};
use std::fmt::Write;

/// Parameters that change the reply alone, so that there is no picture of them.
const WITHOUT_PICTURE: [&str; 4] = ["dl", "default", "explain", "v"];
/// Operations and parameters whose answer is JSON.
const FACTS: [&str; 4] = ["info", "average-hue", "palette", "blurhash"];

/// The golden image of an operation's example, counted from 0; `kind` tells the source.
pub fn golden_of_op(spec: &Spec, example: usize, kind: &str) -> String {
    format!("{}-{}-{kind}.png", spec.name, example + 1)
}

/// The golden image of a parameter's example.
pub fn golden_of_key(key: &Key) -> String {
    format!("short-{}.png", key.name)
}

/// The text of `docs/url-reference.md`.
pub fn markdown() -> String {
    let mut out = String::from(
        "# URL reference\n\nMade of the operation table by `scripts/bless`; do not edit. The pictures are the golden images of the tests, made of this one:\n\n\
         ![The source of all examples](../tests/golden/auto-orient-1-opaque.png)\n\n\
         ## Short parameters\n\n`/{bucket}/{key}?w=200&fit=cover`: in any order, each at most once. Marks 2 and 3 take the keys of the first with their number: `wm2`, `wm2g`, `wm3t`, `tile3`.\n\n\
         | Key | Values | Meaning | Example | |\n|---|---|---|---|---|\n",
    );
    for key in KEYS {
        let names: Vec<String> = std::iter::once(&key.name).chain(key.aliases).map(|n| format!("`{n}`")).collect();
        let picture = match key.name {
            name if WITHOUT_PICTURE.contains(&name) => String::new(),
            name if FACTS.contains(&name) => "JSON".into(),
            _ => format!("![{}](../tests/golden/{})", key.example, golden_of_key(key)),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(out, "| {} | {} | {} | `?{}` | {picture} |", names.join(", "), key.values, key.doc, key.example);
    }
    out.push_str(
        "\n## OSS programs\n\n`/{bucket}/{key}?x-oss-process=image/ACTION,ARG/ACTION…`: strictly left to right, `|` between programs, `style/NAME` for a style. \
         The parameters `x-image-process`, `x-tos-process`, `x-bce-process` and `image_process` of other clouds are read alike.\n",
    );
    for op in OPS.iter().filter(|op| op.in_oss) {
        section(&mut out, op);
    }
    out.push_str("\n## Words of the canonical print\n\nEvery plan prints as one program, which is its cache key and what `explain` shows. Beside OSS's actions it holds these:\n");
    for op in OPS.iter().filter(|op| !op.in_oss) {
        section(&mut out, op);
    }
    out
}

fn section(out: &mut String, op: &Spec) {
    let _ = write!(out, "\n### {}\n\n{}\n\nArguments: {}\n\n", op.name, op.doc, op.args);
    for (i, example) in op.examples.iter().enumerate() {
        let _ = match FACTS.contains(&op.name) {
            true => writeln!(out, "- `image/{example}`"),
            false => writeln!(out, "- `image/{example}`<br>![{}](../tests/golden/{})", op.name, golden_of_op(op, i, "opaque")),
        };
    }
}
