//! The `limn` command: the engine and the signer that the Worker has, on files and in a shell.

use clap::{Parser, Subcommand};
use limn_core::accept::Class;
use limn_core::config::Limits;
use limn_core::grant::native;
use limn_core::params::style;
use limn_core::parts::Parts;
use limn_core::plan::Quality;
use limn_core::render::{render, Marks, Scene};
use std::path::PathBuf;
use std::process::ExitCode;

/// Images by the same plans as Limn's URLs.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:\n  limn render cat.jpg 'w=200&f=webp' -o cat.webp\n  limn render cat.jpg image/resize,w_200 -o small.jpg\n  limn sign 'http://127.0.0.1:8787/vault/cat.jpg?w=200&exp=1900000000' --key limn-dev --secret-env LIMN_SECRET"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes an image of a file.
    Render {
        /// The source.
        input: PathBuf,
        /// Short parameters (w=200&f=webp) or an OSS program (image/resize,w_200).
        plan: String,
        /// Where the image goes.
        #[arg(short, long)]
        output: PathBuf,
    },
    /// Prints a URL with Limn's own signature.
    Sign {
        /// The URL, with exp where the bucket is private or the method writes.
        url: String,
        /// The access key's id.
        #[arg(long)]
        key: String,
        /// The environment variable that holds the secret: an argument would be seen by others.
        #[arg(long, default_value = "LIMN_SECRET")]
        secret_env: String,
        /// The method that is signed; GET signs HEAD too.
        #[arg(long, default_value = "GET")]
        method: String,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Render { input, plan, output } => make(&input, &plan, &output),
        Command::Sign { url, key, secret_env, method } => sign(&url, &key, &secret_env, &method),
    };
    match done {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("limn: {sentence}");
            ExitCode::FAILURE
        }
    }
}

fn make(input: &PathBuf, plan: &str, output: &PathBuf) -> Result<String, String> {
    let bytes = std::fs::read(input).map_err(|e| format!("{}: {e}", input.display()))?;
    let plan = style::parse_body(plan).and_then(|program| program.compile(&style::AnyMark)).map_err(|e| e.to_string())?;
    let limits = Limits::default();
    let scene = Scene { class: Class::Base, marks: &Marks::default(), limits: &limits, default_quality: Quality::Default };
    let image = render(&plan, &bytes, &scene).map_err(|e| e.to_string())?;
    std::fs::write(output, &image.bytes).map_err(|e| format!("{}: {e}", output.display()))?;
    Ok(format!("{}: {} {} {} bytes", output.display(), image.format.name(), image.size, image.bytes.len()))
}

fn sign(url: &str, key: &str, secret_env: &str, method: &str) -> Result<String, String> {
    let secret = std::env::var(secret_env).map_err(|_| format!("the environment variable {secret_env} must hold the secret of {key}"))?;
    let join = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{join}kid={key}");
    let parts = Parts::new(method, &url, []).map_err(|e| e.to_string())?;
    let s = native::sign(&parts, secret.as_bytes()).map_err(|e| e.to_string())?;
    Ok(format!("{url}&s={s}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_url_is_the_published_vector() {
        std::env::set_var("LIMN_TEST_SECRET", "limn-dev-secret");
        let signed = sign("http://h/vault/cat.jpg?w=200&exp=1790000000", "limn-dev", "LIMN_TEST_SECRET", "GET").unwrap();
        assert!(signed.ends_with("&kid=limn-dev&s=dJ_7qGbQOYgZAcm7kQSrmlieBFRz3wFpVwcgf3EXSPA"), "{signed}");
    }

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
