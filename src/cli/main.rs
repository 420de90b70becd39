//! The `limn` command: the engine and the signer that the Worker has, on files and in a shell.

mod explain;
mod import;
mod nodes;
mod plan;
mod progress;
mod remote;
mod render;
mod sign;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Images by the same plans as Limn's URLs.
#[derive(Parser)]
#[command(
    version,
    after_help = "Examples:\n  limn render cat.jpg 'w=200&f=webp' -o cat.webp\n  limn render cat.jpg image/resize,w_200 -o small.jpg\n  limn explain 'http://127.0.0.1:8787/demo/cat.jpg?w=200&blur=2' --source cat.jpg\n  limn sign 'http://127.0.0.1:8787/vault/cat.jpg?w=200&exp=1900000000' --key limn-dev --secret-env LIMN_SECRET\n  limn sign http://127.0.0.1:8787/vault/cat.jpg --kind s3 --method PUT --content-type image/jpeg --key limn-dev --expires 600\n  limn sign http://127.0.0.1:8787/vault --kind form-oss --key limn-dev --object 'up/${filename}' --max-bytes 5000000"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes an image of a file.
    Render(render::Args),
    /// Prints what a plan does: its canonical form and, of a source, decode scale, memory and result.
    Explain(explain::Args),
    /// Prints a signed URL, or the fields of a signed form.
    Sign(sign::Args),
    /// Tells what the storage nodes of a running Limn hold, moves it and checks it.
    Nodes(nodes::Args),
    /// Takes the keys of a node that a running Limn only reads into a bucket.
    Import(import::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Render(args) => render::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Sign(args) => sign::run(&args),
        Command::Nodes(args) => nodes::run(&args),
        Command::Import(args) => import::run(&args),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
