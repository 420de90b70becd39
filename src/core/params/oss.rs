//! The OSS grammar: `image/resize,w_200/format,webp|image/…|style/NAME`, strictly left to right.

use super::args::{Args, Dialect};
use super::style::AnyName;
use super::Names;
use crate::ops::{self, Step};
use crate::plan::Plan;
use crate::{Error, Result};

/// Longest program, in bytes (reference: published limit unknown).
const MAX_BYTES: usize = 4_096;
/// Most pipes `|` of a program.
const MAX_PIPES: usize = 5;
/// Most actions of a program, all pipes together.
const MAX_ACTIONS: usize = 16;

/// Compiles the value of `x-oss-process`.
///
/// # Errors
/// `bad_arg`, `unknown_param`, `repeated_key`, `no_such_style`, `not_implemented`.
pub fn compile(text: &str, names: &dyn Names) -> Result<Plan> {
    if text.len() > MAX_BYTES {
        return Err(Error::BadArg(format!("x-oss-process must be at most {MAX_BYTES} bytes long; {} came.", text.len())));
    }
    if text.matches('|').count() > MAX_PIPES {
        return Err(Error::TooManyPipes(format!("Maximal number of pipes supported is {MAX_PIPES}.")));
    }
    let mut plan = Plan::default();
    for pipe in text.split('|') {
        match pipe.split_once('/') {
            Some(("image", actions)) => add_actions(&mut plan, actions, Dialect::Oss, names)?,
            Some(("style", name)) => plan.append(names.style(name)?.compile(names)?),
            Some(("sys", _)) => return Err(Error::BadArg("sys/saveas belongs to the body of a POST with ?x-oss-process.".into())),
            _ => return Err(super::args::refuse("x-oss-process", "image/ACTION[,ARG]… or style/NAME", pipe)),
        }
        if plan.actions() > MAX_ACTIONS {
            return Err(Error::BadArg(format!("A program may hold at most {MAX_ACTIONS} actions.")));
        }
    }
    plan.check()?;
    Ok(plan)
}

/// Reads back what [`Plan`]'s print wrote: the same grammar plus Limn's own arguments.
///
/// # Errors
/// As [`compile`].
pub fn parse_canonical(text: &str) -> Result<Plan> {
    let mut plan = Plan::default();
    if let Some(actions) = text.strip_prefix("image/") {
        add_actions(&mut plan, actions, Dialect::Canonical, &AnyName)?;
    }
    plan.check()?;
    Ok(plan)
}

fn add_actions(plan: &mut Plan, actions: &str, dialect: Dialect, names: &dyn Names) -> Result<()> {
    for action in actions.split('/') {
        let mut args = Args::new(action, dialect, names);
        let name = args.action();
        let Some(spec) = ops::find(name).filter(|spec| spec.in_oss || dialect == Dialect::Canonical) else {
            return Err(match name.is_empty() {
                true => Error::MissingArg("x-oss-process: an action is wanted after image/, nothing came.".into()),
                false => Error::UnknownParam(format!("The action {:?} is not known.", name.chars().take(64).collect::<String>())),
            });
        };
        let step = (spec.parse)(&mut args)?;
        args.finish()?;
        match step {
            Step::Pixels(op) => plan.push(op),
            Step::Output(setting) => plan.set(setting),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;

    fn compiled(text: &str) -> Result<String> {
        compile(text, sample().bucket("demo").unwrap()).map(|p| p.to_string())
    }

    #[test]
    fn programs_compile_to_one_print() {
        for (text, print) in [
            ("image/resize,w_200", "image/resize,w_200"),
            ("image/resize,limit_1,w_200,m_lfit", "image/resize,w_200"),
            ("image/resize,w_200/quality,Q_80/format,webp", "image/resize,w_200/format,webp/quality,Q_80"),
            ("image/format,png|image/format,jpg", "image/format,jpg"),
            ("style/thumb|image/quality,q_90", "image/resize,w_200/quality,q_90"),
            ("image/auto-orient,0/resize,p_50", "image/auto-orient,0/resize,p_50"),
        ] {
            assert_eq!(compiled(text).unwrap(), print);
        }
    }

    #[test]
    fn what_is_wrong_is_told_apart() {
        for (text, code) in [
            ("", "bad_arg"),
            ("image", "bad_arg"),
            ("image/", "bad_arg"),
            ("video/snapshot", "bad_arg"),
            ("image/slim,1", "unknown_param"),
            ("image/resize,w_200,z_1", "unknown_param"),
            ("image/resize,g_north,w_1", "unknown_param"),
            ("image/background,ffffff", "unknown_param"),
            ("image/resize,w_1,w_2", "repeated_key"),
            ("image/resize,w_0", "bad_arg"),
            ("image/resize,w_16385", "bad_arg"),
            ("image/resize", "bad_arg"),
            ("image/resize,m_cover,w_1", "bad_arg"),
            ("image/resize,P_10", "bad_arg"),
            ("image/format", "bad_arg"),
            ("image/format,heic", "bad_arg"),
            ("image/format,jpg,png", "bad_arg"),
            ("image/quality,q_0", "bad_arg"),
            ("image/crop,w_-1", "bad_arg"),
            ("image/watermark,text_", "bad_arg"),
            ("image/watermark,image_?", "bad_arg"),
            ("image/watermark,t_50", "bad_arg"),
            ("style/none", "no_such_style"),
            (
                "image/format,jpg|image/format,jpg|image/format,jpg|image/format,jpg|image/format,jpg|image/format,jpg|image/format,jpg",
                "bad_arg",
            ),
        ] {
            assert_eq!(compiled(text).unwrap_err().code(), code, "{text}");
        }
        assert_eq!(compiled(&format!("image/resize,w_{}", "0".repeat(5000))).unwrap_err().code(), "bad_arg");
    }
}
