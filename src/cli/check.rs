//! `limn check`: a deployment's settings, read by what the Worker reads them with.

use crate::secrets;
use crate::wrangler::Deployment;
use limn_core::config::{Config, Mode, NodeKind};
use serde_json::json;
use std::path::PathBuf;

/// Arguments of `limn check`.
#[derive(clap::Args)]
pub struct Args {
    /// Wrangler's configuration, TOML or JSON.
    #[arg(long, default_value = "wrangler.toml")]
    config: PathBuf,
    /// The environment; absent: the top level, which is development.
    #[arg(long)]
    env: Option<String>,
    /// A file of the deployment's secrets (NAME=value lines, or JSON); absent: they are taken to be there and well.
    #[arg(long)]
    secrets: Option<PathBuf>,
    /// Prints JSON.
    #[arg(long)]
    json: bool,
}

/// What was found.
#[derive(Default)]
struct Findings {
    tables: usize,
    buckets: Vec<String>,
    errors: Vec<String>,
    warnings: Vec<String>,
    secrets: Vec<String>,
}

/// A summary; an error if anything would keep the deployment from its work.
pub fn run(args: &Args) -> Result<String, String> {
    let deployment = Deployment::read(&args.config, args.env.as_deref())?;
    let given = args.secrets.as_deref().map(secrets::read).transpose()?;
    let found = look(&deployment, args.env.as_deref(), given.as_deref());
    let place = match &args.env {
        Some(env) => format!("{}, environment {env}", args.config.display()),
        None => args.config.display().to_string(),
    };
    let text = if args.json { found.json() } else { found.text() };
    if found.errors.is_empty() {
        return Ok(if args.json { text } else { format!("{text}{}", found.summary(&place)) });
    }
    println!("{}", text.trim_end());
    Err(format!("{place}: {}", count(found.errors.len(), "error")))
}

fn look(deployment: &Deployment, env: Option<&str>, given: Option<&[(String, String)]>) -> Findings {
    let mut found = Findings::default();
    let is_secret = |name: &str| name.starts_with("LIMN_KEY_") || name.starts_with("LIMN_CREDENTIALS_");
    let ours: Vec<(String, String)> = deployment.vars.iter().filter(|(name, _)| name.starts_with("LIMN")).cloned().collect();
    found.tables = ours.iter().filter(|(name, _)| !is_secret(name)).count();
    let mut there: Vec<(String, String)> = ours.iter().filter(|(name, _)| is_secret(name)).cloned().collect();
    there.extend(given.into_iter().flatten().cloned());
    let wanted = secrets::wanted(&ours, &there);
    let mut variables = ours.clone();
    variables.extend(given.into_iter().flatten().cloned());
    found.secrets = wanted.iter().map(|w| w.words.clone()).collect();
    match given {
        // What a file does not hold is looked for nowhere else.
        Some(_) => found.errors.extend(wanted.iter().map(|w| format!("{}, is not among the secrets.", w.words))),
        None => variables.extend(wanted.into_iter().map(|w| w.stand_in)),
    }
    let config = match Config::parse(variables.iter().map(|(name, text)| (name.as_str(), text.as_str()))) {
        Ok(config) => config,
        Err(e) => {
            found.errors.push(e.to_string());
            return found;
        }
    };
    if env.is_some() && config.site.mode == Mode::Development {
        found
            .errors
            .push("LIMN: mode: a development deployment answers on its own machine only; leave it out or write \"production\".".into());
    }
    if config.site.mode == Mode::Production {
        let open = ours.iter().filter(|(name, _)| is_secret(name));
        found.errors.extend(open.map(|(name, _)| format!("{name}: is a secret and stands in the file; use wrangler secret put.")));
        if given.is_some() && !variables.iter().any(|(name, _)| name.starts_with("LIMN_KEY_")) {
            found.warnings.push("there is no access key, so nothing can be uploaded or signed.".into());
        }
    }
    for node in config.nodes.values().filter(|n| n.kind == NodeKind::R2 && !deployment.binds_r2(&n.binding)) {
        found.errors.push(format!("node {:?}: binding: no R2 bucket is bound as {:?}.", node.name, node.binding));
    }
    if config.buckets().any(|b| b.node.managed) && !deployment.has_ledger() {
        found.errors.push("the Durable Object class Ledger is wanted, bound as LEDGER, and a migration that makes it.".into());
    }
    for (there, words) in [
        (config.buckets().next().is_some(), "there is no bucket."),
        (deployment.binds_r2("DERIVED"), "no R2 bucket is bound as DERIVED, so images are made more often."),
        (deployment.binds_limit("LIMITER"), "no rate limit is bound as LIMITER, so strangers are not damped."),
        (deployment.has_assets(), "the static files are not bound as ASSETS, so text marks lack their fonts."),
    ] {
        found.warnings.extend((!there).then(|| words.to_string()));
    }
    found.warnings.extend(config.advice());
    found.buckets = config.buckets().map(|b| b.name.clone()).collect();
    found.buckets.sort_unstable();
    found
}

impl Findings {
    fn json(&self) -> String {
        let Findings { tables, buckets, errors, warnings, secrets } = self;
        json!({ "tables": tables, "buckets": buckets, "errors": errors, "warnings": warnings, "secrets": secrets }).to_string()
    }

    fn text(&self) -> String {
        let kinds = [("error", &self.errors), ("warning", &self.warnings), ("secret wanted", &self.secrets)];
        kinds.iter().flat_map(|(kind, all)| all.iter().map(move |words| format!("{kind}: {words}\n"))).collect()
    }

    fn summary(&self, place: &str) -> String {
        format!(
            "{place}: {} and {}, {}",
            count(self.tables, "table"),
            count(self.buckets.len(), "bucket"),
            count(self.warnings.len(), "warning")
        )
    }
}

fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[[migrations]]
new_sqlite_classes = ["Ledger"]
[env.x.assets]
binding = "ASSETS"
[[env.x.r2_buckets]]
binding = "NODE_A"
[[env.x.r2_buckets]]
binding = "DERIVED"
[[env.x.durable_objects.bindings]]
name = "LEDGER"
[[env.x.ratelimits]]
name = "LIMITER"
[env.x.vars.LIMN]
mode = "production"
[env.x.vars.LIMN_NODE_A]
name = "a"
kind = "r2"
binding = "NODE_A"
[env.x.vars.LIMN_NODE_B]
name = "b"
kind = "s3"
endpoint = "https://s3.example"
bucket = "limn"
[env.x.vars.LIMN_BUCKET_P]
name = "pics"
nodes = ["a", "b"]
"#;

    fn found(text: &str, given: Option<&[(String, String)]>) -> Findings {
        look(&Deployment::of(toml::from_str(text).unwrap(), Some("x")).unwrap(), Some("x"), given)
    }

    #[test]
    fn a_good_deployment_tells_its_secrets_alone() {
        let it = found(GOOD, None);
        assert_eq!((it.errors.as_slice(), it.warnings.as_slice(), it.tables), (&[][..], &[][..], 4));
        assert_eq!(it.secrets, ["LIMN_CREDENTIALS_B: the access key of the node \"b\""]);
        assert_eq!(it.summary("f"), "f: 4 tables and 1 bucket, 0 warnings");
    }

    #[test]
    fn what_would_not_work_is_an_error() {
        let long = format!("ignore = [\"{}\"]\n", "x".repeat(5_000));
        let many: String = (0..60).map(|i| format!("[env.x.vars.LIMN_USER_U{i}]\nname = \"u{i}\"\n")).collect();
        for (from, to, word) in [
            ("mode = \"production\"", "mode = \"development\"", "development"),
            ("binding = \"NODE_A\"\n[[env.x.r2_buckets]]", "binding = \"OTHER\"\n[[env.x.r2_buckets]]", "bound as \"NODE_A\""),
            ("name = \"LEDGER\"", "name = \"OTHER\"", "Ledger"),
            ("nodes = [\"a\", \"b\"]\n", "nodes = [\"z\"]\n", "LIMN_BUCKET_P: nodes: there is no node \"z\""),
            ("nodes = [\"a\", \"b\"]\n", &format!("nodes = [\"a\"]\n{long}"), "at most 5000"),
            ("nodes = [\"a\", \"b\"]\n", &format!("nodes = [\"a\"]\n{many}"), "at most 60"),
            (
                "nodes = [\"a\", \"b\"]\n",
                "nodes = [\"a\"]\n[env.x.vars.LIMN_KEY_A]\nid = \"limn-dev\"\nsecrets = [\"limn-dev-secret\"]\nuser = \"dev\"\ngrants = []\n",
                "development only",
            ),
            (
                "nodes = [\"a\", \"b\"]\n",
                "nodes = [\"a\"]\n[env.x.vars.LIMN_KEY_A]\nid = \"ops\"\nsecrets = [\"ops-secret\"]\nuser = \"ops\"\ngrants = []\n",
                "stands in the file",
            ),
        ] {
            assert!(GOOD.contains(from), "{from}");
            let it = found(&GOOD.replacen(from, to, 1), None);
            assert!(it.errors.len() == 1 && it.errors[0].contains(word), "{to}: {:?}", it.errors);
        }
    }

    #[test]
    fn what_works_worse_is_a_warning() {
        for (from, to, word) in [
            ("binding = \"DERIVED\"", "binding = \"OTHER\"", "DERIVED"),
            ("name = \"LIMITER\"", "name = \"OTHER\"", "LIMITER"),
            ("binding = \"ASSETS\"", "binding = \"OTHER\"", "ASSETS"),
            ("nodes = [\"a\", \"b\"]", "nodes = [\"a\"]", "one node"),
        ] {
            let it = found(&GOOD.replacen(from, to, 1), None);
            assert!(it.errors.is_empty() && it.warnings.len() == 1 && it.warnings[0].contains(word), "{to}: {:?}", it.warnings);
        }
    }

    #[test]
    fn a_file_of_secrets_is_held_to_the_settings() {
        let pair = |name: &str, value: &str| (name.to_string(), value.to_string());
        let credentials = pair("LIMN_CREDENTIALS_B", r#"{"node":"b","id":"AK","secret":"b-secret"}"#);
        let key = |id: &str| pair("LIMN_KEY_A", &json!({ "id": id, "secrets": ["long enough"], "user": "u", "grants": [] }).to_string());
        assert!(found(GOOD, Some(&[credentials.clone(), key("ops")])).errors.is_empty());
        assert!(found(GOOD, Some(&[key("ops")])).errors[0].contains("LIMN_CREDENTIALS_B"));
        assert!(found(GOOD, Some(&[credentials.clone(), key("limn-dev")])).errors[0].contains("development only"));
        assert!(found(GOOD, Some(&[credentials])).warnings[0].contains("no access key"));
    }
}
