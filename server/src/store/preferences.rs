//! Preferences of users: an item of their own, absent until they are first changed. What holds until then is for the
//! rules to say.

use lockstep_runtime::{Failure, Fault, PreconditionFailed};
use serde::{Deserialize, Serialize};
use spaces_contract::{Locale, NotificationPreferences, Preferences, Theme};
use uuid::Uuid;

use super::items::Entity;
use super::updates::Update;
use super::{Store, Versioned, keys, stale_version};

/// Preferences as stored.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoredPreferences {
    theme: Theme,
    language: Locale,
    notifications: NotificationPreferences,
    pub(super) default_space_id: Option<Uuid>,
    version: u64,
}

impl Entity for StoredPreferences {
    const ENTITY_TYPE: &'static str = "preferences";
}

impl From<StoredPreferences> for Versioned<Preferences> {
    fn from(stored: StoredPreferences) -> Self {
        let StoredPreferences {
            theme,
            language,
            notifications,
            default_space_id,
            version,
        } = stored;
        Self {
            version,
            value: Preferences {
                theme,
                language,
                notifications,
                default_space_id,
            },
        }
    }
}

impl Store {
    /// What a user has chosen; `None`, which counts as version 0, until then.
    pub async fn get_preferences(&self, user_id: Uuid) -> Result<Option<Versioned<Preferences>>, Fault> {
        let stored = self.get::<StoredPreferences>(keys::user_preferences(user_id)).await?;
        Ok(stored.map(Versioned::from))
    }

    /// Replaces the preferences. Refused when the version is not the expected one.
    pub async fn update_preferences(
        &self,
        user_id: Uuid,
        preferences: Preferences,
        expected_version: Option<u64>,
    ) -> Result<Versioned<Preferences>, Failure<PreconditionFailed>> {
        let Preferences {
            theme,
            language,
            notifications,
            default_space_id,
        } = preferences;
        let update = Update::of_or_new::<StoredPreferences>(keys::user_preferences(user_id))
            .when_version(expected_version)
            .set("theme", theme)
            .set("language", language)
            .set("notifications", notifications)
            .set_or_remove("defaultSpaceId", default_space_id);
        match self.update::<StoredPreferences>(update).await {
            Ok(stored) => Ok(stored.into()),
            Err(Failure::Refused(_)) => Err(Failure::Refused(stale_version())),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }
}
