//! Operations of the tag Configuration: what administrators set for the whole deployment.
//! A configuration that was never set has version 0.

use lockstep_runtime::actix::Call;
use lockstep_runtime::{
    Failure, Fault, NotFound, OneOf, PreconditionFailed, PreconditionRequired, UnprocessableContent, Violation,
    ViolationPlace,
};
use spaces_contract::{AwsConfig, AwsConnectionTest, MonitoringConfig};

use super::{check_if_match, entity_tag, is_known};
use crate::api::{
    ConfigurationApi, GetAwsConfigAnswer, GetAwsConfigParams, GetAwsConfigRefusal, GetMonitoringConfigAnswer,
    GetMonitoringConfigParams, GetMonitoringConfigRefusal, TestAwsConnectionAnswer, TestAwsConnectionRefusal,
    UpdateAwsConfigAnswer, UpdateAwsConfigParams, UpdateAwsConfigRefusal, UpdateMonitoringConfigAnswer,
    UpdateMonitoringConfigParams, UpdateMonitoringConfigRefusal,
};
use crate::app::{App, Caller};
use crate::aws::{self, Identity};
use crate::store::{Configuration, ConfigurationRefused, Versioned};

/// For how many days events are kept where nobody says otherwise.
const RETENTION_DAYS: i32 = 90;

impl ConfigurationApi for App {
    async fn get_aws_config(
        &self,
        _call: &Call,
        _caller: Caller,
        params: GetAwsConfigParams,
    ) -> Result<GetAwsConfigAnswer, GetAwsConfigRefusal> {
        let stored = self.store.get_configuration().await?;
        let Versioned { version, value } = stored.ok_or_else(not_configured)?;
        let etag = entity_tag(version);
        if is_known(params.if_none_match.as_deref(), &etag) {
            return Ok(GetAwsConfigAnswer::NotModified { etag });
        }
        Ok(GetAwsConfigAnswer::Ok { etag, body: value })
    }

    async fn update_aws_config(
        &self,
        _call: &Call,
        _caller: Caller,
        params: UpdateAwsConfigParams,
        body: AwsConfig,
    ) -> Result<UpdateAwsConfigAnswer, UpdateAwsConfigRefusal> {
        let if_match = params.if_match.ok_or_else(if_match_required)?;
        check_role_of_account(&body)?;
        let stored = self.store.get_configuration::<AwsConfig>().await?;
        if stored.is_none() && if_match.trim() == "*" {
            Err(PreconditionFailed::new(
                "stale-version",
                "It was never set; the first time, send \"0\".",
            ))?;
        }
        let etag = self.set(&if_match, stored, &body).await?;
        Ok(UpdateAwsConfigAnswer::Ok { etag, body })
    }

    async fn test_aws_connection(
        &self,
        _call: &Call,
        _caller: Caller,
    ) -> Result<TestAwsConnectionAnswer, TestAwsConnectionRefusal> {
        let stored = self.store.get_configuration::<AwsConfig>().await?;
        let account = stored.ok_or_else(not_configured)?.value;
        let body = match aws::assume_role(&account, self.sts_endpoint.as_deref()).await {
            Ok(Identity { account_id, arn }) => AwsConnectionTest {
                reached: true,
                detail: format!("Assumed {arn}."),
                account_id: Some(account_id),
                arn: Some(arn),
            },
            Err(unreached) => AwsConnectionTest {
                reached: false,
                detail: unreached.to_string(),
                account_id: None,
                arn: None,
            },
        };
        Ok(TestAwsConnectionAnswer::Ok { body })
    }

    async fn get_monitoring_config(
        &self,
        _call: &Call,
        _caller: Caller,
        params: GetMonitoringConfigParams,
    ) -> Result<GetMonitoringConfigAnswer, GetMonitoringConfigRefusal> {
        let (version, body) = match self.store.get_configuration().await? {
            Some(Versioned { version, value }) => (version, value),
            None => (0, nothing_watched()?),
        };
        let etag = entity_tag(version);
        if is_known(params.if_none_match.as_deref(), &etag) {
            return Ok(GetMonitoringConfigAnswer::NotModified { etag });
        }
        Ok(GetMonitoringConfigAnswer::Ok { etag, body })
    }

    async fn update_monitoring_config(
        &self,
        _call: &Call,
        _caller: Caller,
        params: UpdateMonitoringConfigParams,
        body: MonitoringConfig,
    ) -> Result<UpdateMonitoringConfigAnswer, UpdateMonitoringConfigRefusal> {
        let if_match = params.if_match.ok_or_else(if_match_required)?;
        let stored = self.store.get_configuration().await?;
        let etag = self.set(&if_match, stored, &body).await?;
        Ok(UpdateMonitoringConfigAnswer::Ok { etag, body })
    }
}

impl App {
    /// Replaces a configuration that was just read; answers the new entity tag.
    async fn set<C: Configuration>(
        &self,
        if_match: &str,
        stored: Option<Versioned<C>>,
        config: &C,
    ) -> Result<String, Failure<OneOf<PreconditionFailed, UnprocessableContent>>> {
        let version = stored.map_or(0, |stored| stored.version);
        let stale = |stale| Failure::Refused(OneOf::First(stale));
        check_if_match(Some(if_match), &entity_tag(version)).map_err(stale)?;
        match self.store.set_configuration(config, version).await {
            Ok(version) => Ok(entity_tag(version)),
            Err(Failure::Refused(ConfigurationRefused::Stale(precondition))) => Err(stale(precondition)),
            Err(Failure::Refused(ConfigurationRefused::UnknownSpace)) => {
                let unknown = invalid("/spaceId", "unknown-space", "must be a space that exists");
                Err(Failure::Refused(OneOf::Second(unknown)))
            }
            Err(Failure::Fault(fault)) => Err(fault.into()),
        }
    }
}

/// What holds until somebody says what to watch.
fn nothing_watched() -> Result<MonitoringConfig, Fault> {
    Ok(MonitoringConfig {
        enabled: false,
        regions: Vec::new(),
        services: Vec::new(),
        minimum_severity: 0.try_into().map_err(Fault::internal)?,
        retention_days: RETENTION_DAYS,
        notification_emails: Vec::new(),
        space_id: None,
    })
}

/// The fifth part of an ARN is its account.
fn check_role_of_account(config: &AwsConfig) -> Result<(), UnprocessableContent> {
    if config.role_arn.split(':').nth(4) == Some(config.account_id.as_str()) {
        return Ok(());
    }
    Err(invalid("/roleArn", "other-account", "must be a role of the account"))
}

fn invalid(pointer: &str, code: &'static str, detail: &str) -> UnprocessableContent {
    UnprocessableContent::violations(vec![Violation {
        r#in: ViolationPlace::Body,
        pointer: pointer.to_owned(),
        code: code.into(),
        detail: detail.to_owned(),
    }])
}

fn not_configured() -> NotFound {
    NotFound::new("aws-not-configured", "No AWS account is configured.")
}

fn if_match_required() -> PreconditionRequired {
    PreconditionRequired::new("if-match-required", "Send the ETag of the configuration as If-Match.")
}
