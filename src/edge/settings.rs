//! The Worker's variables, parsed once an isolate.

use crate::failure::Outcome;
use js_sys::{Object, Reflect, JSON};
use limn_core::config::Config;
use limn_core::Error;
use std::sync::OnceLock;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

static CONFIG: OnceLock<Result<Config, Error>> = OnceLock::new();

/// The settings.
///
/// # Errors
/// `misconfigured`, the same at every call, until the next deployment.
pub fn load(env: &Env) -> Outcome<&'static Config> {
    let config = CONFIG.get_or_init(|| {
        let variables = variables(env.as_ref());
        Config::parse(variables.iter().map(|(name, json)| (name.as_str(), json.as_str())))
    });
    config.as_ref().map_err(|e| e.clone().into())
}

/// A secret is text already, a table an object.
fn variables(env: &JsValue) -> Vec<(String, String)> {
    let Some(object) = env.dyn_ref::<Object>() else { return Vec::new() };
    let names: Vec<String> = Object::keys(object).iter().filter_map(|name| name.as_string()).collect();
    let json = |name: &String| {
        let value = Reflect::get(env, &JsValue::from_str(name)).ok()?;
        value.as_string().or_else(|| JSON::stringify(&value).ok().and_then(|s| s.as_string()))
    };
    names.into_iter().filter(|n| n.starts_with("LIMN")).filter_map(|name| Some((name.clone(), json(&name)?))).collect()
}
