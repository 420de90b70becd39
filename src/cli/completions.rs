//! `limn completions`: what a shell completes behind `limn`.

use clap::Command;
use clap_complete::Shell;

/// Arguments of `limn completions`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  limn completions bash > ~/.local/share/bash-completion/completions/limn")]
pub struct Args {
    /// The shell.
    shell: Shell,
}

/// The script.
pub fn run(args: &Args, mut command: Command) -> Result<String, String> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, "limn", &mut script);
    String::from_utf8(script).map_err(|e| e.to_string())
}
