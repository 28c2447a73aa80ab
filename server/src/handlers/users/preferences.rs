//! Preferences of users who may never have chosen any, and what they may refer to.
//! The operations are in the file above.

use lockstep_runtime::{Failure, Fault, UnprocessableContent, Violation, ViolationPlace};
use spaces_contract::{NotificationPreferences, Preferences, PushPreferences, Theme};
use uuid::Uuid;

use crate::app::App;
use crate::store::{User, Versioned};

impl App {
    /// The stored preferences, or those of somebody who never chose any: version 0.
    pub(super) async fn preferences_of(&self, user: &User) -> Result<Versioned<Preferences>, Fault> {
        let stored = self.store.get_preferences(user.user_id).await?;
        Ok(stored.unwrap_or_else(|| Versioned {
            version: 0,
            value: Preferences {
                theme: Theme::System,
                language: user.locale.clone(),
                notifications: NotificationPreferences {
                    email: true,
                    push: PushPreferences {
                        tasks: true,
                        events: true,
                        invitations: true,
                    },
                },
                default_space_id: None,
            },
        }))
    }

    pub(super) async fn check_default_space(
        &self,
        user_id: Uuid,
        space_id: Uuid,
    ) -> Result<(), Failure<UnprocessableContent>> {
        match self.store.get_space(user_id, space_id).await {
            Ok(_) => Ok(()),
            Err(Failure::Fault(fault)) => Err(fault.into()),
            Err(Failure::Refused(_)) => Err(Failure::Refused(UnprocessableContent::violations(vec![Violation {
                r#in: ViolationPlace::Body,
                pointer: "/defaultSpaceId".to_owned(),
                code: "unknown-space".into(),
                detail: "must be one of your spaces".into(),
            }]))),
        }
    }
}
