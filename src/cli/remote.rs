//! A running Limn, asked over HTTP with Limn's own signature.

use limn_core::grant::native;
use limn_core::hash;
use limn_core::parts::Parts;
use limn_core::percent;
use serde_json::Value;
use std::io::Read;
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use ureq::http::Response;

/// How long a signature is good, seconds.
const LIFE: u64 = 15 * 60;
/// How long an answer may take, seconds: a page of an import reads many objects.
const PATIENCE: Duration = Duration::from_secs(15 * 60);
/// Pauses before a request that failed is made again, seconds.
const PAUSES: [u64; 5] = [1, 2, 4, 8, 16];
/// Longest answer, bytes.
const MAX_ANSWER: u64 = 8 << 20;

/// Which Limn, and in whose name.
#[derive(clap::Args, Clone)]
#[group(id = "remote")]
pub struct Args {
    /// Where Limn runs, such as https://img.example.com.
    #[arg(long, env = "LIMN_ENDPOINT", default_value = "http://127.0.0.1:8787")]
    endpoint: String,
    /// The access key's id; it needs the grant of what is asked.
    #[arg(long, env = "LIMN_KEY")]
    key: String,
    /// Its secret; better in the environment, since others may see arguments.
    #[arg(long, env = "LIMN_SECRET", hide_env_values = true)]
    secret: String,
}

/// What asks.
pub struct Remote {
    args: Args,
    agent: ureq::Agent,
}

/// Why there is no answer.
pub enum Fault {
    /// Limn refuses, in a sentence: asked again it would say the same.
    Refused(String),
    /// Another try may help.
    Away(String),
}

impl Remote {
    /// A client; nothing is asked yet.
    pub fn new(args: &Args) -> Remote {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).max_redirects(0).build();
        Remote { args: args.clone(), agent: config.into() }
    }

    /// The signed URL.
    fn signed(&self, method: &str, path: &str, query: &[(&str, &str)], body: &[u8], now: u64) -> Result<String, String> {
        let mut own: Vec<(String, String)> = query.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        own.push(("exp".into(), (now + LIFE).to_string()));
        own.push(("kid".into(), self.args.key.clone()));
        if method == "POST" || method == "PUT" {
            own.push(("sha256".into(), hash::hex(&hash::sha256(body))));
        }
        let said = |e: limn_core::Error| e.to_string();
        let url = format!("{}{path}", self.args.endpoint.trim_end_matches('/'));
        let mut parts = Parts::new(method, &url, []).map_err(|e| format!("--endpoint {}: {}", self.args.endpoint, said(e)))?;
        parts.query = own.clone();
        own.push(("s".into(), native::sign(&parts, self.args.secret.as_bytes()).map_err(said)?));
        let query: Vec<String> = own.iter().map(|(n, v)| format!("{}={}", percent::encode(n, ""), percent::encode(v, ""))).collect();
        Ok(format!("{url}?{}", query.join("&")))
    }

    /// Sends a request once; what is no 200 is a fault.
    fn send(&self, ask: &Ask) -> Result<Response<ureq::Body>, Fault> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|e| Fault::Refused(e.to_string()))?.as_secs();
        let url = self.signed(ask.method, ask.path, ask.query, ask.body, now).map_err(Fault::Refused)?;
        let answer = match ask.method {
            "POST" => self.agent.post(&url).content_type(ask.content_type).send(ask.body),
            "PUT" if ask.content_type.is_empty() => self.agent.put(&url).send(ask.body),
            "PUT" => self.agent.put(&url).content_type(ask.content_type).send(ask.body),
            _ => self.agent.get(&url).call(),
        };
        let answer = answer.map_err(|e| self.away(&e))?;
        let status = answer.status().as_u16();
        if status == 200 {
            return Ok(answer);
        }
        let json: Option<Value> = serde_json::from_str(&self.text(answer)?).ok();
        let word = |name: &str| json.as_ref().and_then(|j| j[name].as_str()).unwrap_or("").to_string();
        let (code, message) = (word("code"), word("message"));
        let sentence = match code.is_empty() {
            true => format!("{} answers {status} and no word of Limn's; is it Limn?", self.args.endpoint),
            false => format!("{message} ({code})"),
        };
        Err(if matches!(status, 429 | 502 | 503 | 504) { Fault::Away(sentence) } else { Fault::Refused(sentence) })
    }

    /// The URL holds a signature, which is nobody's to read.
    fn away(&self, e: &ureq::Error) -> Fault {
        Fault::Away(format!("{} does not answer: {e}.", self.args.endpoint))
    }

    fn text(&self, mut answer: Response<ureq::Body>) -> Result<String, Fault> {
        answer.body_mut().with_config().limit(MAX_ANSWER).read_to_string().map_err(|e| self.away(&e))
    }

    /// Does something until it is done or refused, or patience ends.
    fn patiently<T>(&self, once: impl Fn() -> Result<T, Fault>) -> Result<T, String> {
        let mut pauses = PAUSES.iter();
        loop {
            match (once(), pauses.next()) {
                (Ok(done), _) => return Ok(done),
                (Err(Fault::Away(_)), Some(seconds)) => sleep(Duration::from_secs(*seconds)),
                (Err(Fault::Away(sentence) | Fault::Refused(sentence)), _) => return Err(sentence),
            }
        }
    }

    /// Asks for JSON.
    ///
    /// # Errors
    /// A sentence.
    pub fn ask(&self, method: &str, path: &str, query: &[(&str, &str)], body: &[u8]) -> Result<Value, String> {
        let ask = Ask { method, path, query, body, content_type: "application/json" };
        self.patiently(|| {
            let text = self.text(self.send(&ask)?)?;
            let nonsense = |_| Fault::Refused(format!("{} answers 200 and no word of Limn's; is it Limn?", self.args.endpoint));
            serde_json::from_str(&text).map_err(nonsense)
        })
    }

    /// Asks for a document.
    ///
    /// # Errors
    /// A sentence.
    pub fn document(&self, path: &str, query: &[(&str, &str)]) -> Result<String, String> {
        let ask = Ask { method: "GET", path, query, body: b"", content_type: "" };
        self.patiently(|| self.text(self.send(&ask)?))
    }

    /// Stores an object. The signature covers its digest, so that what arrives is what was sent.
    ///
    /// # Errors
    /// A sentence.
    pub fn put(&self, path: &str, body: &[u8], content_type: &str) -> Result<(), String> {
        let ask = Ask { method: "PUT", path, query: &[], body, content_type };
        self.patiently(|| self.send(&ask).map(|_| ()))
    }

    /// The body of an object, of whatever length.
    ///
    /// # Errors
    /// A sentence.
    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<impl Read, String> {
        let ask = Ask { method: "GET", path, query, body: b"", content_type: "" };
        let answer = self.patiently(|| self.send(&ask))?;
        Ok(answer.into_body().into_with_config().limit(u64::MAX).reader())
    }
}

/// What is asked; `path` is encoded, `query` is not.
struct Ask<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a [(&'a str, &'a str)],
    body: &'a [u8],
    content_type: &'a str,
}

/// `BUCKET` or `BUCKET/KEY` as a path.
pub fn path_of(target: &str) -> String {
    format!("/{}", percent::encode(target, "/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use limn_core::address::Address;
    use limn_core::admin::signed_whole;
    use limn_core::config::Config;
    use limn_core::grant::identify;

    #[test]
    fn what_is_sent_is_signed_whole() {
        let config = Config::parse([("LIMN_KEY_A", r#"{"id":"ops","secrets":["ops-secret"],"user":"ops","grants":[]}"#)]).unwrap();
        let args = Args { endpoint: "http://h:1/".into(), key: "ops".into(), secret: "ops-secret".into() };
        let remote = Remote::new(&args);
        for (method, path, body) in [("GET", "/-/nodes", ""), ("POST", "/-/nodes", "{}"), ("POST", "/-/import/demo", "")] {
            let url = remote.signed(method, path, &[("prefix", "a b/图&"), ("after", "")], body.as_bytes(), 100).unwrap();
            let parts = Parts::new(method, &url, []).unwrap();
            let caller = identify(&parts, &Address::of(&parts, &config), &config, 100 + LIFE).unwrap();
            assert_eq!(parts.param("prefix"), Some("a b/图&"));
            signed_whole(&caller, method == "POST").unwrap();
        }
    }
}
