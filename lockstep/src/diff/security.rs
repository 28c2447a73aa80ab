//! Who may call: security schemes, and whether whoever could call an operation still can.

use super::Comparison;
use super::finding::{Anchor, Meaning, Spot, breaking_if};
use super::verdict::{Effect, Verdict};
use crate::model::{Requirement, SchemeKind, Security, SecurityScheme};

impl<'a> Comparison<'a> {
    pub(super) fn schemes(&mut self) {
        let (old, new) = (self.old, self.new);
        let find = |schemes: &'a [SecurityScheme], name: &str| schemes.iter().find(|scheme| scheme.name == name);
        for scheme in &old.schemes {
            match find(&new.schemes, &scheme.name) {
                Some(after) => self.scheme(scheme, after),
                None => {
                    let meaning = Meaning::new(Effect::SAME, Verdict::Breaking, Effect::SAME);
                    let message = "the security scheme is no longer used";
                    self.found("scheme-removed", spot(&scheme.name).gone(), message, meaning);
                }
            }
        }
        for scheme in new
            .schemes
            .iter()
            .filter(|scheme| find(&old.schemes, &scheme.name).is_none())
        {
            let meaning = Meaning::new(Effect::SAME, Verdict::Compatible, Effect::SAME);
            let message = "the security scheme is used now";
            self.found("scheme-added", spot(&scheme.name).come(), message, meaning);
        }
    }

    fn scheme(&mut self, old: &SecurityScheme, new: &SecurityScheme) {
        let spot = spot(&old.name);
        self.text("description", &spot, &old.docs, &new.docs);
        if old.kind == new.kind {
            return;
        }
        let message = format!("travels as {}, was {}", travels(&new.kind), travels(&old.kind));
        let meaning = match (&old.kind, &new.kind) {
            // What a bearer token looks like is told to people only.
            (SchemeKind::Bearer(_), SchemeKind::Bearer(_)) => Meaning::NEUTRAL,
            // A name and a password are two arguments, everything else is one.
            (old, new) => {
                let is_basic = |kind: &SchemeKind| *kind == SchemeKind::Basic;
                Meaning::new(Effect::OTHER, breaking_if(is_basic(old) != is_basic(new)), Effect::SAME)
            }
        };
        self.found("scheme-changed", spot, message, meaning);
    }

    /// Credentials are added by the clients: only the wire can tell.
    pub(super) fn security(&mut self, spot: &Spot, old: &Security, new: &Security) {
        let effect = Effect::of_sets(self.admits(old, new, false), self.admits(new, old, true));
        if effect == Effect::SAME && said(old) == said(new) {
            return;
        }
        let message = format!("callers need {}, needed {}", said(new), said(old));
        let meaning = Meaning::new(effect, Verdict::Neutral, Effect::SAME);
        self.found("security-changed", spot.below(["security"]), message, meaning);
    }

    /// Whether everybody who satisfies one satisfies the other too.
    fn admits(&self, one: &Security, other: &Security, backwards: bool) -> bool {
        if other.optional || other.alternatives.is_empty() {
            return true;
        }
        if one.optional || one.alternatives.is_empty() {
            return false;
        }
        let suffices = |has: &Requirement| {
            other
                .alternatives
                .iter()
                .any(|needs| self.satisfies(has, needs, backwards))
        };
        one.alternatives.iter().all(suffices)
    }

    fn satisfies(&self, has: &Requirement, needs: &Requirement, backwards: bool) -> bool {
        needs.schemes.iter().all(|(scheme, roles)| {
            has.schemes.iter().any(|(own, own_roles)| {
                let among = |role: &String| roles.contains(role);
                let role = roles.is_empty() || !own_roles.is_empty() && own_roles.iter().all(among);
                let (before, after) = if backwards { (scheme, own) } else { (own, scheme) };
                role && self.is_same_scheme(before, after)
            })
        })
    }

    /// A scheme that is only called otherwise, and travels as before, is the same to the wire.
    fn is_same_scheme(&self, old: &str, new: &str) -> bool {
        let find = |schemes: &'a [SecurityScheme], name: &str| schemes.iter().find(|scheme| scheme.name == name);
        if find(&self.new.schemes, old).is_some() || find(&self.old.schemes, new).is_some() {
            return old == new;
        }
        match (find(&self.old.schemes, old), find(&self.new.schemes, new)) {
            (Some(before), Some(after)) => before.kind == after.kind,
            _ => false,
        }
    }
}

fn spot(name: &str) -> Spot {
    let spot = Spot::new(format!("security scheme {name}"), Anchor::Root, Anchor::Root);
    spot.below(["components", "securitySchemes", name])
}

fn travels(kind: &SchemeKind) -> String {
    match kind {
        SchemeKind::Bearer(None) => "a bearer token".to_owned(),
        SchemeKind::Bearer(Some(format)) => format!("a bearer token ({format})"),
        SchemeKind::Basic => "a name and a password".to_owned(),
        SchemeKind::ApiKeyHeader(name) => format!("the header {name}"),
        SchemeKind::ApiKeyQuery(name) => format!("the query parameter {name}"),
        SchemeKind::ApiKeyCookie(name) => format!("the cookie {name}"),
    }
}

/// Who may call, in words; alternatives are sorted, for their order means nothing.
fn said(security: &Security) -> String {
    let scheme = |(name, roles): &(String, Vec<String>)| match roles.as_slice() {
        [] => name.clone(),
        roles => {
            let mut roles = roles.to_vec();
            roles.sort();
            format!("{name} as {}", roles.join(" or "))
        }
    };
    let alternative = |one: &Requirement| one.schemes.iter().map(scheme).collect::<Vec<_>>().join(" and ");
    let mut alternatives: Vec<String> = security.alternatives.iter().map(alternative).collect();
    alternatives.sort();
    if security.optional || alternatives.is_empty() {
        alternatives.push("nothing".to_owned());
    }
    alternatives.join(", or ")
}
