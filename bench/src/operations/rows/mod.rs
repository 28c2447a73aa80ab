//! The rows of the table: what the n-th request of each operation is, in the order in which they are measured.
//! What only reads comes first, and last what takes things away.

mod accounts;
mod content;
mod reads;
mod removals;

use super::scene::Scene;
use super::supplies::Supply;
use crate::call::Call;
use crate::rounds::CONNECTIONS;

/// Requests a second.
pub(super) const RATE: u32 = 1_000;

/// What is measured of an operation.
pub(super) struct Row {
    pub(super) operation: &'static str,
    /// What is special about it, where an operation has several rows.
    note: &'static str,
    pub(super) rate: u32,
    /// How many requests are under way at most.
    pub(super) connections: usize,
    pub(super) supply: Supply,
    /// What the body of every answer contains.
    pub(super) proof: &'static str,
    /// Makes the n-th request.
    pub(super) call: fn(&Scene, usize, Call) -> Call,
}

const fn row(operation: &'static str, call: fn(&Scene, usize, Call) -> Call) -> Row {
    Row {
        operation,
        note: "",
        rate: RATE,
        connections: CONNECTIONS,
        supply: Supply::Endless,
        proof: "",
        call,
    }
}

impl Row {
    const fn note(self, note: &'static str) -> Self {
        Self { note, ..self }
    }

    const fn rate(self, rate: u32) -> Self {
        Self { rate, ..self }
    }

    /// Where all requests change the same thing, and those on a stale version of it are refused.
    const fn one_at_a_time(self) -> Self {
        Self { connections: 1, ..self }
    }

    const fn using_up(self, supply: Supply) -> Self {
        Self { supply, ..self }
    }

    const fn with(self, proof: &'static str) -> Self {
        Self { proof, ..self }
    }

    pub(super) fn name(&self) -> String {
        match self.note {
            "" => self.operation.to_owned(),
            note => format!("{}, {note}", self.operation),
        }
    }
}

/// Everything that is measured.
pub(super) fn rows() -> impl Iterator<Item = &'static Row> {
    [reads::ROWS, content::ROWS, accounts::ROWS, removals::ROWS]
        .into_iter()
        .flatten()
}

fn as_newcomer(scene: &Scene, n: usize, call: Call) -> Call {
    call.by(scene.newcomer(n))
}

fn as_root(scene: &Scene, _: usize, call: Call) -> Call {
    call.by(&scene.root)
}

fn in_space(scene: &Scene, n: usize, call: Call) -> Call {
    call.at("spaceId", scene.space(n))
}

fn on_task(scene: &Scene, n: usize, call: Call) -> Call {
    call.by(&scene.cyd).at("taskId", scene.task(n))
}

fn on_self(scene: &Scene, n: usize, call: Call) -> Call {
    let newcomer = scene.newcomer(n);
    call.by(newcomer).at("userId", &newcomer.user_id)
}

fn on_own_task(scene: &Scene, n: usize, call: Call) -> Call {
    let (newcomer, task) = scene.own_task(n);
    call.by(newcomer).at("userId", &newcomer.user_id).at("taskId", task)
}
