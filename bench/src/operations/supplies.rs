//! What operations use up: they are made beforehand, one for each request.
//! Whatever can be used again and again is in the scene.

use serde_json::{Value, json};

use super::scene::{Scene, accept, new_space};
use crate::call::text;
use crate::load::Expected;
use crate::rounds::all;
use crate::server::Outcome;

/// What a request uses up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Supply {
    /// Nothing.
    Endless,
    /// Something of a newcomer that each has once, such as a session.
    Newcomers,
    /// A task of the team.
    Tasks,
    /// A task of a newcomer.
    OwnTasks,
    /// An event of the name `once`.
    Events,
    /// An invitation of a newcomer into a space of the team.
    Invitations,
    /// The same, accepted.
    Memberships,
    /// A space of a maker.
    Spaces,
}

impl Supply {
    /// How many requests there can be where so many targets are prepared.
    pub(super) fn end(self, prepared: usize) -> usize {
        if self == Self::Endless { usize::MAX } else { prepared }
    }
}

impl Scene {
    /// Makes what so many requests will use up.
    pub(super) async fn supply(&mut self, supply: Supply, count: usize) -> Outcome<()> {
        self.supplies = match supply {
            Supply::Endless | Supply::Newcomers => Vec::new(),
            Supply::Tasks => self.created((0..count).map(|n| self.new_task(n))).await?,
            Supply::OwnTasks => self.created((0..count).map(|n| self.new_own_task(n))).await?,
            Supply::Events => {
                self.ingest("once", count).await?;
                Vec::new()
            }
            Supply::Invitations => self.invitations(count).await?,
            Supply::Memberships => self.memberships(count).await?,
            Supply::Spaces => {
                let spaces = (0..count).map(|n| new_space(n).by(self.maker(n)));
                self.created(spaces).await?
            }
        };
        Ok(())
    }

    /// A member of what was made for the n-th request.
    pub(super) fn supplied(&self, n: usize, name: &str) -> String {
        self.supplies.get(n).map(|it| text(it, name)).unwrap_or_default()
    }

    async fn invitations(&self, count: usize) -> Outcome<Vec<Value>> {
        let terms = |n| json!({ "spaceId": self.space(n), "email": self.newcomer(n).email });
        self.created((0..count).map(|n| self.invite(&terms(n)))).await
    }

    async fn memberships(&self, count: usize) -> Outcome<Vec<Value>> {
        let invitations = self.invitations(count).await?;
        let accepts = invitations
            .iter()
            .enumerate()
            .map(|(n, it)| accept(it).by(self.newcomer(n)));
        all(self.address, accepts.collect(), Expected::status(200)).await?;
        Ok(invitations)
    }
}
