//! What administrators set for the whole deployment: one item for each configuration, absent until it is first set. What
//! holds until then is for the handlers to say.

use lockstep_runtime::{Failure, Fault, PreconditionFailed};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use spaces_contract::{AwsConfig, MonitoringConfig};
use uuid::Uuid;

use super::items::Entity;
use super::updates::Update;
use super::{Store, Versioned, keys, stale_version};

/// What is set as a whole and stored as one item.
pub trait Configuration: Serialize + DeserializeOwned {
    /// Its name in the key of the item.
    const NAME: &'static str;
    /// What the item is.
    const ENTITY_TYPE: &'static str;

    /// The space that it names, which must be there.
    fn space_id(&self) -> Option<Uuid>;
}

impl Configuration for AwsConfig {
    const NAME: &'static str = "aws";
    const ENTITY_TYPE: &'static str = "awsConfig";

    fn space_id(&self) -> Option<Uuid> {
        None
    }
}

impl Configuration for MonitoringConfig {
    const NAME: &'static str = "monitoring";
    const ENTITY_TYPE: &'static str = "monitoringConfig";

    fn space_id(&self) -> Option<Uuid> {
        self.space_id
    }
}

/// A configuration as stored.
#[derive(Serialize, Deserialize)]
struct Stored<C> {
    config: C,
    version: u64,
}

impl<C: Configuration> Entity for Stored<C> {
    const ENTITY_TYPE: &'static str = C::ENTITY_TYPE;
}

/// Why a configuration was not set.
#[derive(Debug)]
pub enum ConfigurationRefused {
    /// It has changed since the version that the change was made on.
    Stale(PreconditionFailed),
    /// The space that it names is not there, or is being deleted.
    UnknownSpace,
}

impl Store {
    /// A configuration; `None`, which counts as version 0, until it is first set.
    pub async fn get_configuration<C: Configuration>(&self) -> Result<Option<Versioned<C>>, Fault> {
        let stored = self.get::<Stored<C>>(keys::configuration(C::NAME)).await?;
        Ok(stored.map(|Stored { config, version }| Versioned { version, value: config }))
    }

    /// Replaces a configuration of that version; answers the version that it has then.
    pub async fn set_configuration<C: Configuration>(
        &self,
        config: &C,
        expected_version: u64,
    ) -> Result<u64, Failure<ConfigurationRefused>> {
        let mut transaction = self.transaction();
        let update = Update::of_or_new::<Stored<C>>(keys::configuration(C::NAME))
            .when_version(Some(expected_version))
            .set("config", config);
        let replaced = transaction.update(update)?;
        if let Some(space_id) = config.space_id() {
            transaction.check_without(keys::space_metadata(space_id), "deletingSince")?;
        }
        match self.commit(transaction).await {
            Ok(()) => Ok(expected_version + 1),
            Err(Failure::Refused(failed)) if failed.contains(replaced) => {
                Err(Failure::Refused(ConfigurationRefused::Stale(stale_version())))
            }
            Err(Failure::Refused(_)) => Err(Failure::Refused(ConfigurationRefused::UnknownSpace)),
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }
}
