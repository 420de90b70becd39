//! Sampled traces: which request is one (W3C Trace Context), and what its steps took, as `Server-Timing` tells it.

use std::fmt::Write;

/// What a `traceparent` says, as far as Limn goes by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceParent {
    /// 32 digits, by which its parts are found in every service's log.
    pub trace_id: String,
    /// Whether the caller records this trace.
    pub sampled: bool,
}

impl TraceParent {
    /// Reads the header; one that is malformed is as good as none, which is the standard's rule. A version that is
    /// not known is read as far as version 00 goes.
    pub fn parse(text: &str) -> Option<TraceParent> {
        let mut fields = text.split('-');
        let mut hex = |digits: usize| {
            let all = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
            fields.next().filter(|field| field.len() == digits && field.bytes().all(all))
        };
        let (version, trace_id, parent, flags) = (hex(2)?, hex(32)?, hex(16)?, hex(2)?);
        let is_zero = |field: &str| field.bytes().all(|b| b == b'0');
        if version == "ff" || is_zero(trace_id) || is_zero(parent) || (version == "00" && fields.next().is_some()) {
            return None;
        }
        let sampled = u8::from_str_radix(flags, 16).is_ok_and(|flags| flags & 1 == 1);
        Some(TraceParent { trace_id: trace_id.into(), sampled })
    }
}

/// Why a request is a sample, and what its answer and its line tell of that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// From a `traceparent`, whether or not that asks for the sample.
    pub trace_id: Option<String>,
    /// Whether the client asked: then the answer tells it too. Nobody else is told how long things take.
    pub asked: bool,
}

impl Sample {
    /// Whether a request is one: never where the site's `trace` is absent; else if its `traceparent` says so, and of
    /// the others as many in a thousand as `trace` says. `draw` is a number from 0 to 1 by chance.
    pub fn of(trace: Option<u16>, header: Option<&str>, draw: f64) -> Option<Sample> {
        let per_mille = trace?;
        let parent = header.and_then(TraceParent::parse);
        let asked = parent.as_ref().is_some_and(|parent| parent.sampled);
        (asked || draw * 1_000.0 < f64::from(per_mille)).then(|| Sample { trace_id: parent.map(|parent| parent.trace_id), asked })
    }
}

/// What each step of a request took, milliseconds, in the order in which they ended first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps(Vec<(&'static str, u64)>);

impl Steps {
    /// None yet.
    pub const fn new() -> Steps {
        Steps(Vec::new())
    }

    /// Adds to a step; one that happens again is told as one.
    pub fn add(&mut self, name: &'static str, ms: u64) {
        match self.0.iter_mut().find(|(of, _)| *of == name) {
            Some((_, sum)) => *sum += ms,
            None => self.0.push((name, ms)),
        }
    }

    /// Each with what it took.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.0.iter().copied()
    }

    /// The value of `Server-Timing`, `total` at its end.
    pub fn server_timing(&self, total_ms: u64) -> String {
        let mut text = String::new();
        for (name, ms) in self.iter() {
            // Writing to a String cannot fail.
            let _ = write!(text, "{name};dur={ms}, ");
        }
        let _ = write!(text, "total;dur={total_ms}");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    #[test]
    fn what_the_standard_shows_is_read() {
        for (text, sampled) in [
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", false),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03", true),
            ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true),
            ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-will-be", true),
        ] {
            assert_eq!(TraceParent::parse(text), Some(TraceParent { trace_id: ID.into(), sampled }), "{text}");
        }
    }

    #[test]
    fn what_is_malformed_is_none() {
        for text in [
            "",
            "00",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
            "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-+1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceParent::parse(text), None, "{text}");
        }
    }

    #[test]
    fn nobody_is_sampled_unless_the_site_says_so() {
        let asks = format!("00-{ID}-00f067aa0ba902b7-01");
        let does_not = format!("00-{ID}-00f067aa0ba902b7-00");
        let sample = |trace_id: Option<&str>, asked| Some(Sample { trace_id: trace_id.map(Into::into), asked });
        for (trace, header, draw, wanted) in [
            (None, Some(&asks), 0.0, None),
            (Some(0), Some(&asks), 0.5, sample(Some(ID), true)),
            (Some(0), Some(&does_not), 0.0, None),
            (Some(0), None, 0.0, None),
            (Some(10), None, 0.009, sample(None, false)),
            (Some(10), None, 0.01, None),
            (Some(10), Some(&does_not), 0.0, sample(Some(ID), false)),
            (Some(1000), None, 0.999, sample(None, false)),
        ] {
            assert_eq!(Sample::of(trace, header.map(String::as_str), draw), wanted, "{trace:?} {header:?} {draw}");
        }
    }

    #[test]
    fn steps_are_told_in_their_order() {
        let mut steps = Steps::default();
        assert_eq!(steps.server_timing(0), "total;dur=0");
        for (name, ms) in [("ledger", 2), ("l1", 1), ("ledger", 3)] {
            steps.add(name, ms);
        }
        assert_eq!(steps.server_timing(9), "ledger;dur=5, l1;dur=1, total;dur=9");
    }
}
