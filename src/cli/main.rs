//! The `limn` command: the engine and the signer that the Worker has, on files and in a shell.

mod bench;
mod check;
mod completions;
mod explain;
mod get;
mod import;
mod inputs;
mod ls;
mod nodes;
mod plan;
mod progress;
mod purge;
mod put;
mod remote;
mod render;
mod secrets;
mod sign;
mod usage;
mod wrangler;

use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

/// Images by the same plans as Limn's URLs.
#[derive(Parser)]
#[command(
    name = "limn",
    version,
    after_help = "Examples:\n  limn render cat.jpg 'w=200&f=webp' -o cat.webp\n  limn render cat.jpg image/resize,w_200 -o small.jpg\n  limn explain 'http://127.0.0.1:8787/demo/cat.jpg?w=200&blur=2' --source cat.jpg\n  limn sign 'http://127.0.0.1:8787/vault/cat.jpg?w=200&exp=1900000000' --key limn-dev --secret-env LIMN_SECRET\n  limn sign http://127.0.0.1:8787/vault/cat.jpg --kind s3 --method PUT --content-type image/jpeg --key limn-dev --expires 600\n  limn sign http://127.0.0.1:8787/vault --kind form-oss --key limn-dev --object 'up/${filename}' --max-bytes 5000000\n  limn check --env production\n  limn bench photo.jpg 'w=200&f=webp' --repeats 20\n  limn put cat.jpg demo/ && limn get demo/cat.jpg --params w=200 -o small.jpg\n\nExit codes: 0 done, 1 refused or failed, 2 the command line is wrong."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes images of files.
    Render(render::Args),
    /// Prints what a plan does: its canonical form and, of a source, decode scale, memory and result.
    Explain(explain::Args),
    /// Prints a signed URL, or the fields of a signed form.
    Sign(sign::Args),
    /// Reads a deployment's settings as the Worker would, and tells what is wrong or doubtful.
    Check(check::Args),
    /// Measures what a plan costs on this machine, or what a running Limn bears.
    Bench(bench::Args),
    /// Stores files in a running Limn.
    Put(put::Args),
    /// Takes an object, or an image made of it, out of a running Limn.
    Get(get::Args),
    /// Lists buckets or objects of a running Limn.
    Ls(ls::Args),
    /// Has images made anew by a running Limn.
    Purge(purge::Args),
    /// Tells what a bucket of a running Limn holds, and its traffic.
    Usage(usage::Args),
    /// Tells what the storage nodes of a running Limn hold, moves it and checks it.
    Nodes(nodes::Args),
    /// Takes the keys of a node that a running Limn only reads into a bucket.
    Import(import::Args),
    /// Prints the script by which a shell completes this command.
    Completions(completions::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Render(args) => render::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Sign(args) => sign::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Put(args) => put::run(&args),
        Command::Get(args) => get::run(&args),
        Command::Ls(args) => ls::run(&args),
        Command::Purge(args) => purge::run(&args),
        Command::Usage(args) => usage::run(&args),
        Command::Nodes(args) => nodes::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Completions(args) => completions::run(&args, Cli::command()),
    };
    match done {
        Ok(line) => {
            if !line.is_empty() {
                println!("{line}");
            }
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
        Cli::command().debug_assert();
    }
}
