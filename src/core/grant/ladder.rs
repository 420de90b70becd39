//! Sizes and qualities on given steps: what strangers may ask of a bucket whose parameters are `ladder`.

use crate::config::Ladder;
use crate::ops::Side;
use crate::plan::{Plan, Quality};
use crate::{Error, Result};

/// Refuses a plan that asks for a side or a quality beside the steps.
///
/// # Errors
/// `bad_arg`, naming the nearest step.
pub fn check(ladder: &Ladder, plan: &Plan) -> Result<()> {
    for side in plan.ops().iter().flat_map(|op| op.asks()) {
        match side {
            Side::Width(px) => on_step("w", px, &ladder.w)?,
            Side::Height(px) => on_step("h", px, &ladder.h)?,
            Side::Either(px) if ladder.w.contains(&px) => {}
            Side::Either(px) => on_step("The side", px, if ladder.h.is_empty() { &ladder.w } else { &ladder.h })?,
            Side::Relative if ladder.w.is_empty() && ladder.h.is_empty() => {}
            Side::Relative => {
                return Err(Error::BadArg("A size in proportion is on none of this bucket's steps; give w or h in pixels.".into()))
            }
        }
    }
    match plan.quality {
        Quality::Absolute(q) | Quality::Relative(q) => on_step("q", q.into(), &ladder.q),
        _ => Ok(()),
    }
}

/// An empty list of steps allows any value.
fn on_step(name: &str, value: u32, steps: &[u32]) -> Result<()> {
    let Some(nearest) = steps.iter().min_by_key(|step| (step.abs_diff(value), **step)) else { return Ok(()) };
    if *nearest == value {
        return Ok(());
    }
    let steps: Vec<String> = steps.iter().map(u32::to_string).collect();
    Err(Error::BadArg(format!(
        "{name} must be one of this bucket's steps {}; {value} came, the nearest is {nearest}. A signature lifts this.",
        steps.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::oss::parse_canonical;

    #[test]
    fn the_nearest_step_is_named() {
        let ladder = Ladder { w: vec![200, 400], h: vec![], q: vec![60, 80] };
        for (program, said) in [
            ("image/resize,w_200/quality,Q_80", None),
            ("image/resize,w_200,h_77", None),
            ("image/rotate,90", None),
            ("image/resize,w_310", Some("nearest is 400")),
            ("image/resize,w_300", Some("nearest is 200")),
            ("image/resize,l_201", Some("nearest is 200")),
            ("image/resize,l_400", None),
            ("image/resize,p_50", Some("in proportion")),
            ("image/resize,w_200/quality,Q_81", Some("nearest is 80")),
            ("image/resize,w_200/quality,q_80", None),
            ("image/resize,w_200/resize,w_1", Some("1 came")),
        ] {
            let got = check(&ladder, &parse_canonical(program).unwrap()).err().map(|e| e.to_string());
            match said {
                None => assert_eq!(got, None, "{program}"),
                Some(words) => assert!(got.as_deref().is_some_and(|g| g.contains(words)), "{program}: {got:?}"),
            }
        }
    }
}
