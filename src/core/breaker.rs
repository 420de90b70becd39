//! A circuit breaker for one node: it stops asking what does not answer, and tries again now and then.
//!
//! An isolate has its own breakers; they need no agreement. `now_ms` is any clock in milliseconds that
//! seldom goes back; if it does, a breaker waits longer and nothing worse.

/// Failures in a row that open it.
const IN_A_ROW: u32 = 5;
/// Outcomes of which more than half are failures open it, if they are at least so many…
const OUTCOMES: u32 = 20;
/// … within so many seconds.
const WINDOW_SECONDS: usize = 10;
/// How long it stays open before a probe, milliseconds.
const OPEN_MS: u64 = 5_000;
/// When a probe of which nothing was heard is given up, milliseconds: its request was cancelled, since a
/// read's own budget is 6 s.
const PROBE_MS: u64 = 10_000;
/// The longest that a node may ask to be left alone, seconds.
const MAX_BUSY_SECONDS: u64 = 60;

/// What it lets through, for `/-/health`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Everything.
    Closed,
    /// Nothing.
    Open,
    /// One request at a time, to see whether the node is back.
    HalfOpen,
}

impl State {
    /// As `/-/health` tells it.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Closed => "closed",
            State::Open => "open",
            State::HalfOpen => "half-open",
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Phase {
    Closed,
    /// `busy`: at the node's own wish.
    Open {
        until: u64,
        busy: bool,
    },
    /// A probe that began then is on its way.
    Probing {
        since: u64,
    },
}

/// One second's outcomes.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    second: u64,
    good: u32,
    bad: u32,
}

/// The breaker.
#[derive(Debug, Clone)]
pub struct Breaker {
    phase: Phase,
    in_a_row: u32,
    slots: [Slot; WINDOW_SECONDS],
}

impl Default for Breaker {
    fn default() -> Self {
        Breaker { phase: Phase::Closed, in_a_row: 0, slots: Default::default() }
    }
}

impl Breaker {
    /// A closed one.
    pub fn new() -> Breaker {
        Breaker::default()
    }

    /// Whether a request would be let through now. Takes no probe: for choosing among nodes.
    pub fn lets(&self, now_ms: u64) -> bool {
        match self.phase {
            Phase::Closed => true,
            Phase::Open { until, .. } => now_ms >= until,
            Phase::Probing { since } => now_ms.saturating_sub(since) >= PROBE_MS,
        }
    }

    /// Whether a request may go out now. Where it is half-open, that request is the probe: its outcome is
    /// to be told by [`note`](Breaker::note).
    pub fn may_try(&mut self, now_ms: u64) -> bool {
        let may = self.lets(now_ms);
        if may && !matches!(self.phase, Phase::Closed) {
            self.phase = Phase::Probing { since: now_ms };
        }
        may
    }

    /// What became of a request. A success closes the breaker, even that of a request older than its
    /// opening: the node answers; but not before a node that is busy said. A failure while it is open says
    /// nothing new and does not prolong it.
    pub fn note(&mut self, now_ms: u64, ok: bool) {
        match self.phase {
            Phase::Closed => {
                self.count(now_ms, ok);
                if !ok && (self.in_a_row >= IN_A_ROW || self.mostly_fails(now_ms)) {
                    self.open(now_ms + OPEN_MS, false);
                }
            }
            Phase::Open { until, busy } if now_ms < until && (busy || !ok) => {}
            _ if ok => *self = Breaker::default(),
            Phase::Open { .. } | Phase::Probing { .. } => self.open(now_ms + OPEN_MS, false),
        }
    }

    /// The node asked to be left alone (429 or 503 with `Retry-After`): 1 to 60 s, whatever it says.
    pub fn note_busy(&mut self, now_ms: u64, retry_after_s: u64) {
        let until = now_ms + 1_000 * retry_after_s.clamp(1, MAX_BUSY_SECONDS);
        let later = match self.phase {
            Phase::Open { until: later, .. } => later.max(until),
            _ => until,
        };
        self.open(later, true);
    }

    /// What it lets through now.
    pub fn state(&self, now_ms: u64) -> State {
        match self.phase {
            Phase::Closed => State::Closed,
            Phase::Open { until, .. } if now_ms < until => State::Open,
            Phase::Open { .. } | Phase::Probing { .. } => State::HalfOpen,
        }
    }

    fn open(&mut self, until: u64, busy: bool) {
        *self = Breaker { phase: Phase::Open { until, busy }, ..Breaker::default() };
    }

    fn count(&mut self, now_ms: u64, ok: bool) {
        self.in_a_row = if ok { 0 } else { self.in_a_row + 1 };
        let second = now_ms / 1_000;
        let Some(slot) = self.slots.get_mut(second as usize % WINDOW_SECONDS) else { return };
        if slot.second != second {
            *slot = Slot { second, ..Slot::default() };
        }
        match ok {
            true => slot.good += 1,
            false => slot.bad += 1,
        }
    }

    fn mostly_fails(&self, now_ms: u64) -> bool {
        let second = now_ms / 1_000;
        let recent = self.slots.iter().filter(|s| second.abs_diff(s.second) < WINDOW_SECONDS as u64);
        let (good, bad) = recent.fold((0, 0), |(good, bad), s| (good + s.good, bad + s.bad));
        good + bad >= OUTCOMES && 2 * bad > good + bad
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn opened(at: u64) -> Breaker {
        let mut b = Breaker::new();
        (0..IN_A_ROW).for_each(|_| b.note(at, false));
        b
    }

    #[test]
    fn five_in_a_row_open_it_and_a_success_begins_anew() {
        let mut b = Breaker::new();
        for ok in [false, false, false, false, true, false, false, false, false] {
            b.note(0, ok);
        }
        assert_eq!(b.state(0), State::Closed);
        b.note(0, false);
        assert_eq!((b.state(0), b.state(4_999), b.state(5_000)), (State::Open, State::Open, State::HalfOpen));
        assert!(!b.may_try(4_999));
    }

    #[test]
    fn more_than_half_of_twenty_open_it() {
        // One success after every failure, and one failure too many.
        let mut b = Breaker::new();
        for i in 0..40 {
            b.note(i * 100, i % 2 == 0);
        }
        assert_eq!(b.state(4_000), State::Closed, "half is not more than half");
        b.note(4_000, false);
        assert_eq!(b.state(4_000), State::Open);
        // What is older than the window is forgotten.
        let mut b = Breaker::new();
        for (at, outcomes) in [(0, &[false, false, false, false, true][..]), (10_500, &[true; 15][..]), (10_600, &[false; 4][..])] {
            outcomes.iter().for_each(|ok| b.note(at, *ok));
        }
        assert_eq!(b.state(10_600), State::Closed);
    }

    #[test]
    fn one_probe_decides() {
        let mut b = opened(0);
        assert!(b.lets(5_000) && b.may_try(5_000) && !b.lets(5_000) && !b.may_try(9_000));
        b.note(9_000, false);
        assert!(!b.may_try(13_999) && b.may_try(14_000));
        b.note(14_100, true);
        assert!(b.state(14_100) == State::Closed && b.may_try(14_100) && b.may_try(14_100));
    }

    #[test]
    fn a_lost_probe_is_given_up() {
        let mut b = opened(0);
        assert!(b.may_try(5_000) && !b.may_try(14_999) && b.may_try(15_000) && !b.may_try(15_000));
    }

    #[test]
    fn a_late_failure_does_not_prolong_and_a_success_closes() {
        let mut b = opened(0);
        b.note(4_000, false);
        assert!(b.lets(5_000));
        b.note(4_000, true);
        assert_eq!(b.state(4_000), State::Closed);
    }

    #[test]
    fn a_busy_node_is_left_alone_for_as_long_as_it_asks() {
        for (asked, ms) in [(0, 1_000), (7, 7_000), (60, 60_000), (61, 60_000), (u64::MAX, 60_000)] {
            let mut b = Breaker::new();
            b.note_busy(100, asked);
            assert!(!b.lets(99 + ms) && b.lets(100 + ms), "{asked}");
            b.note_busy(100, 1);
            b.note(100, true);
            assert!(!b.lets(99 + ms), "neither a shorter wish nor a late success undoes a longer one");
            b.note(100 + ms, true);
            assert_eq!(b.state(100 + ms), State::Closed);
        }
    }

    #[test]
    fn a_clock_that_goes_back_breaks_nothing() {
        let mut b = opened(1_000_000);
        assert!(!b.may_try(0) && b.may_try(1_005_000) && !b.may_try(0));
        b.note(0, false);
        assert!(b.may_try(5_000));
    }

    /// What happens, and how much later than what was before, milliseconds.
    #[derive(Debug, Clone)]
    enum Event {
        Try,
        Note(bool),
        Busy(u64),
    }

    fn events() -> impl Strategy<Value = Vec<(u64, Event)>> {
        let event = prop_oneof![
            5 => Just(Event::Try),
            5 => any::<bool>().prop_map(Event::Note),
            1 => (0u64..100).prop_map(Event::Busy),
        ];
        prop::collection::vec((prop_oneof![Just(0u64), 0u64..300, 0u64..7_000], event), 0..200)
    }

    proptest! {
        #[test]
        fn states_agree_and_probes_are_single(events in events()) {
            let (mut b, mut now, mut probe, mut busy): (Breaker, u64, Option<u64>, bool) = (Breaker::new(), 0, None, false);
            for (later, event) in events {
                now += later;
                let (before, lets) = (b.state(now), b.lets(now));
                match event {
                    Event::Try => {
                        let may = b.may_try(now);
                        prop_assert_eq!(may, lets);
                        match before {
                            State::Closed => prop_assert!(may),
                            State::Open => prop_assert!(!may),
                            State::HalfOpen if may => {
                                prop_assert!(probe.is_none_or(|since| now - since >= PROBE_MS));
                                probe = Some(now);
                            }
                            State::HalfOpen => prop_assert!(probe.is_some()),
                        }
                        prop_assert_eq!(b.state(now), before);
                    }
                    Event::Note(ok) => {
                        b.note(now, ok);
                        probe = probe.filter(|_| before == State::Open);
                        let after = b.state(now);
                        match (before, ok) {
                            (State::Open, true) if busy => prop_assert_eq!(after, State::Open),
                            (_, true) => prop_assert_eq!(after, State::Closed),
                            (State::Closed, false) => prop_assert!(after != State::HalfOpen),
                            (_, false) => prop_assert_eq!(after, State::Open),
                        }
                        busy = busy && before == State::Open && after == State::Open;
                    }
                    Event::Busy(seconds) => {
                        b.note_busy(now, seconds);
                        (probe, busy) = (None, true);
                        prop_assert_eq!(b.state(now), State::Open);
                        prop_assert!(b.lets(now + 1_000 * MAX_BUSY_SECONDS.max(5)));
                    }
                }
            }
        }

        /// A dead node is asked five times, then once in five seconds (faults.md F1: at most ten).
        #[test]
        fn a_dead_node_is_hardly_asked(steps in prop::collection::vec(0u64..400, 0..1_000)) {
            let (mut b, mut now, mut asked) = (Breaker::new(), 0, Vec::new());
            for step in steps {
                now += step;
                if b.may_try(now) {
                    asked.push(now);
                    b.note(now, false);
                }
            }
            let opened = asked.get(4).copied().unwrap_or(u64::MAX);
            prop_assert!(asked.iter().all(|at| *at <= opened || asked.iter().filter(|t| at.abs_diff(**t) < OPEN_MS && **t > opened).count() == 1));
        }
    }
}
