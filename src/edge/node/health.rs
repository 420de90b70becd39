//! What this isolate knows of its nodes' health: one circuit breaker a node.

use super::store::{Told, Trouble};
use limn_core::breaker::{Breaker, State};
use limn_core::config::Node;
use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use worker::Date;

thread_local! {
    static BREAKERS: RefCell<HashMap<String, Breaker>> = RefCell::default();
}

fn with<T>(node: &Node, look: impl FnOnce(&mut Breaker, u64) -> T) -> T {
    let now = Date::now().as_millis();
    BREAKERS.with_borrow_mut(|all| match all.get_mut(&node.name) {
        Some(breaker) => look(breaker, now),
        None => look(all.entry(node.name.clone()).or_default(), now),
    })
}

/// Whether a node is worth a try now.
pub fn lets(node: &Node) -> bool {
    with(node, |breaker, now| breaker.lets(now))
}

/// What `/-/health` tells of a node.
pub fn state(node: &Node) -> State {
    with(node, |breaker, now| breaker.state(now))
}

/// Does something at a node and notes how that went. Goes on even where the breaker is open: whoever asks has
/// no better node left.
pub async fn watched<T>(node: &Node, work: impl Future<Output = Told<T>>) -> Told<T> {
    with(node, |breaker, now| breaker.may_try(now));
    let told = work.await;
    with(node, |breaker, now| match &told {
        Ok(_) => breaker.note(now, true),
        Err(Trouble::Busy(seconds)) => breaker.note_busy(now, *seconds),
        Err(Trouble::Failed(why)) => {
            worker::console_warn!("node {}: {why}", node.name);
            breaker.note(now, false);
        }
    });
    told
}
