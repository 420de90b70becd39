//! One line that tells how far a command is, written over itself; in a file or a pipe there is none.

use std::io::{stderr, IsTerminal, Write};

/// The line.
pub struct Progress {
    shown: bool,
    width: usize,
}

impl Progress {
    /// Shown where somebody looks and no JSON is wanted.
    pub fn new(quiet: bool) -> Progress {
        Progress { shown: !quiet && stderr().is_terminal(), width: 0 }
    }

    /// Tells something instead of what was told before.
    pub fn tell(&mut self, text: &str) {
        if self.shown {
            let rest = self.width.saturating_sub(text.chars().count());
            eprint!("\r{text}{}", " ".repeat(rest));
            let _ = stderr().flush();
            self.width = text.chars().count();
        }
    }

    /// The line is over.
    pub fn end(&mut self) {
        if self.width > 0 {
            eprintln!();
            self.width = 0;
        }
    }
}
