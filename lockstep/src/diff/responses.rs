//! What an operation answers: statuses, headers and bodies. All of it travels in responses.

use super::finding::{Anchor, Meaning, Spot, breaking_if};
use super::verdict::{Effect, Verdict};
use super::{Comparison, rust};
use crate::model::{Api, Header, Operation, Response, Status};
use crate::names;

impl<'a> Comparison<'a> {
    pub(super) fn responses(&mut self, operation: &Spot, old: &'a Operation, new: &'a Operation) {
        let same_rust = rust::success(self.old, old) == rust::success(self.new, new);
        for before in &old.responses {
            let spot = spot(operation, before.status);
            match with_status(new, before.status) {
                Some(after) => self.response(&spot, before, after),
                None => {
                    let meaning = removed(before, new, same_rust);
                    self.found("status-removed", spot.gone(), "the status is gone", meaning);
                }
            }
        }
        for after in &new.responses {
            if with_status(old, after.status).is_none() {
                let meaning = added(after, old, same_rust);
                self.found(
                    "status-added",
                    spot(operation, after.status).come(),
                    "the status is new",
                    meaning,
                );
            }
        }
    }

    fn response(&mut self, spot: &Spot, old: &'a Response, new: &'a Response) {
        self.text("description", spot, &old.docs, &new.docs);
        self.headers(spot, old, new);
        let answer = |api: &Api, response: &Response| rust::answer(api, response.body.as_ref());
        // Errors share one type, which is compared by itself.
        let same_rust = !old.status.is_success() || answer(self.old, old).is(&answer(self.new, new));
        match (&old.body, &new.body) {
            (Some(before), Some(after)) => self.body(spot, before, after, same_rust),
            (None, None) => {}
            (before, _) => {
                let message = if before.is_some() {
                    "the body is gone"
                } else {
                    "the body is new"
                };
                let rust = breaking_if(!same_rust);
                let meaning = Meaning::new(Effect::OTHER, rust, Effect::OTHER);
                self.found("body-changed", spot.below(["content"]), message, meaning);
            }
        }
    }

    fn headers(&mut self, spot: &Spot, old: &'a Response, new: &'a Response) {
        let same = |one: &Header, other: &Header| one.name.eq_ignore_ascii_case(&other.name);
        for header in &old.headers {
            match new.headers.iter().find(|after| same(header, after)) {
                Some(after) => self.header(spot, header, after),
                None => {
                    let wire = if header.required {
                        Effect::OTHER
                    } else {
                        Effect::NARROWER
                    };
                    let meaning = Meaning::new(wire, Verdict::Neutral, Effect::OTHER);
                    let spot = header_spot(spot, header, header).gone();
                    self.found("header-removed", spot, "the header is gone", meaning);
                }
            }
        }
        for header in &new.headers {
            if !old.headers.iter().any(|before| same(before, header)) {
                let meaning = Meaning::new(Effect::EXTENDED, Verdict::Neutral, Effect::EXTENDED);
                let spot = header_spot(spot, header, header).come();
                self.found("header-added", spot, "the header is new", meaning);
            }
        }
    }

    /// The Rust client hands out headers as they came, so that their types are TypeScript's matter only.
    fn header(&mut self, spot: &Spot, old: &'a Header, new: &'a Header) {
        let spot = header_spot(spot, old, new);
        if names::camel(&old.name) != names::camel(&new.name) {
            let message = format!("is written {}, was written {}", new.name, old.name);
            let meaning = Meaning::new(Effect::SAME, Verdict::Neutral, Effect::OTHER);
            self.found("header-renamed", spot.clone(), message, meaning);
        } else if old.name != new.name {
            let message = format!("is written {}, was written {}", new.name, old.name);
            self.found("header-renamed", spot.clone(), message, Meaning::NEUTRAL);
        }
        if old.required != new.required {
            let (message, effect) = if new.required {
                ("is always sent now", Effect::NARROWER)
            } else {
                ("is no longer always sent", Effect::WIDER)
            };
            let meaning = Meaning::new(effect, Verdict::Neutral, effect);
            self.found("required-changed", spot.below(["required"]), message, meaning);
        }
        let details = self.values(&old.ty, &new.ty);
        self.details(&spot.below(["schema"]), details, true);
        self.text("description", &spot, &old.docs, &new.docs);
    }
}

fn with_status(operation: &Operation, status: Status) -> Option<&Response> {
    operation.responses.iter().find(|response| response.status == status)
}

/// A new status. Who does not know an error takes it for one by its class (RFC 9110, 15); who does not know a success
/// cannot read it. 304 is only for those who asked for it.
fn added(response: &Response, old: &Operation, same_rust: bool) -> Meaning {
    let wire = if response.is_problem() || !response.status.is_success() {
        described(response, old)
    } else if response.status == Status::Exact(304) {
        Effect::EXTENDED
    } else {
        Effect::OTHER
    };
    let rust = match (same_rust, wire == Effect::SAME) {
        (true, true) => Verdict::Neutral,
        (true, false) => Verdict::Compatible,
        (false, _) => Verdict::Breaking,
    };
    // A union of one more case: an exhaustive `switch` lacks it.
    Meaning::new(wire, rust, Effect::WIDER)
}

/// An error that a class or `default` described already, in the same way, is nothing new.
fn described(response: &Response, old: &Operation) -> Effect {
    let Status::Exact(code) = response.status else {
        return Effect::EXTENDED;
    };
    let covering = old.responses.iter().find(|other| other.status.covers(code));
    let same = covering.is_some_and(|other| {
        let body = |one: &Response| one.body.as_ref().map(|body| (body.media_type.clone(), body.ty.clone()));
        body(other) == body(response)
    });
    if same { Effect::SAME } else { Effect::EXTENDED }
}

fn removed(response: &Response, new: &Operation, same_rust: bool) -> Meaning {
    let lost = response.status == Status::Exact(304);
    let wire = match response.status {
        Status::Exact(_) if !response.status.is_success() => described(response, new),
        _ => Effect::NARROWER,
    };
    // `send_if_modified` exists for 304 only; to compare with a status that is no case any more is an error.
    Meaning::new(wire, breaking_if(lost || !same_rust), Effect::OTHER)
}

fn spot(operation: &Spot, status: Status) -> Spot {
    operation
        .called(format!("{} {status}", operation.subject))
        .below(["responses", &status.to_string()])
}

fn header_spot(response: &Spot, old: &Header, new: &Header) -> Spot {
    let anchor = |header: &Header| Anchor::Key(header.place.clone());
    Spot::new(
        format!("{} header {}", response.subject, new.name),
        anchor(old),
        anchor(new),
    )
}
