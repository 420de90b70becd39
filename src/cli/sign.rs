//! `limn sign`.

use limn_core::grant::native;
use limn_core::parts::Parts;

/// Arguments of `limn sign`.
#[derive(clap::Args)]
pub struct Args {
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
}

/// The signed URL.
pub fn run(args: &Args) -> Result<String, String> {
    let (key, secret_env) = (&args.key, &args.secret_env);
    let secret = std::env::var(secret_env).map_err(|_| format!("the environment variable {secret_env} must hold the secret of {key}"))?;
    let join = if args.url.contains('?') { '&' } else { '?' };
    let url = format!("{}{join}kid={key}", args.url);
    let parts = Parts::new(&args.method, &url, []).map_err(|e| e.to_string())?;
    let s = native::sign(&parts, secret.as_bytes()).map_err(|e| e.to_string())?;
    Ok(format!("{url}&s={s}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signed_url_is_the_published_vector() {
        std::env::set_var("LIMN_TEST_SECRET", "limn-dev-secret");
        let args = Args {
            url: "http://h/vault/cat.jpg?w=200&exp=1790000000".into(),
            key: "limn-dev".into(),
            secret_env: "LIMN_TEST_SECRET".into(),
            method: "GET".into(),
        };
        let signed = run(&args).unwrap();
        assert!(signed.ends_with("&kid=limn-dev&s=dJ_7qGbQOYgZAcm7kQSrmlieBFRz3wFpVwcgf3EXSPA"), "{signed}");
    }
}
