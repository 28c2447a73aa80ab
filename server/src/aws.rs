//! The AWS account that is watched, as seen from here: whether its role can be assumed, and who one is there.
//! Credentials are those that the AWS SDK finds where the server runs; none are kept.

use std::fmt::Debug;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::Client;
use aws_sdk_sts::config::{Builder, Credentials, ProvideCredentials as _};
use aws_sdk_sts::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::types::Credentials as Assumed;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use spaces_contract::{AwsAccountId, AwsConfig};
use tokio::time::timeout;

/// How long STS may take to answer a call, and to connect. Nothing is tried again: somebody waits, and may ask again.
const CALL_TIMEOUT: Duration = Duration::from_secs(3);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long credentials may be looked for; on a machine that is none of AWS's, the SDK asks its network in vain.
const CREDENTIALS_TIMEOUT: Duration = Duration::from_secs(3);

/// What AWS's own logs call us.
const SESSION: &str = "spaces";

/// Who one is after assuming a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// The account.
    pub(crate) account_id: AwsAccountId,
    /// The assumed role, in its session.
    pub(crate) arn: String,
}

/// Why the account was not reached; shown to administrators as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unreached {
    /// The SDK found none.
    #[error("There are no AWS credentials where the server runs.")]
    NoCredentials,
    /// The role does not trust us, or asks for another external id.
    #[error("AWS does not let the server assume the role: look at its trust policy and the external id.")]
    AccessDenied,
    /// Another error of STS, by its code, or else by its HTTP status.
    #[error("AWS refused the call: {0}.")]
    Refused(String),
    /// Without what STS always says.
    #[error("What answered is not AWS.")]
    Strange,
    /// No connection, or no answer in time.
    #[error("AWS did not answer.")]
    Unreachable,
}

/// Assumes the role and asks who one is there. Takes ten seconds at most.
///
/// # Errors
/// [`Unreached`].
pub(crate) async fn assume_role(account: &AwsConfig, endpoint: Option<&str>) -> Result<Identity, Unreached> {
    let sdk = load(account).await;
    find_credentials(&sdk).await?;
    let mut here = Builder::from(&sdk);
    here.set_endpoint_url(endpoint.map(str::to_owned));
    let client = Client::from_conf(here.clone().build());
    let assumed = client
        .assume_role()
        .role_arn(&account.role_arn)
        .set_external_id(account.external_id.clone())
        .role_session_name(SESSION)
        .send()
        .await
        .map_err(unreached)?;
    let there = here.credentials_provider(credentials(assumed.credentials.ok_or(Unreached::Strange)?));
    let identity = Client::from_conf(there.build()).get_caller_identity().send().await;
    let identity = identity.map_err(unreached)?;
    let account_id = identity.account.as_deref().and_then(|id| id.parse().ok());
    Ok(Identity {
        account_id: account_id.ok_or(Unreached::Strange)?,
        arn: identity.arn.ok_or(Unreached::Strange)?,
    })
}

async fn load(account: &AwsConfig) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT);
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(account.region.as_str().to_owned()))
        .timeout_config(timeouts.build())
        .retry_config(RetryConfig::disabled())
        .load()
        .await
}

/// Looks for credentials before anything is asked for: the SDK would mix their lack up with failed connections.
async fn find_credentials(sdk: &SdkConfig) -> Result<(), Unreached> {
    let provider = sdk.credentials_provider().ok_or(Unreached::NoCredentials)?;
    match timeout(CREDENTIALS_TIMEOUT, provider.provide_credentials()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => {
            tracing::warn!(%error, "no AWS credentials");
            Err(Unreached::NoCredentials)
        }
        Err(_) => Err(Unreached::NoCredentials),
    }
}

fn credentials(assumed: Assumed) -> Credentials {
    let Assumed {
        access_key_id,
        secret_access_key,
        session_token,
        ..
    } = assumed;
    Credentials::new(
        access_key_id,
        secret_access_key,
        Some(session_token),
        None,
        "assumed role",
    )
}

fn unreached<E: ProvideErrorMetadata + Debug>(error: SdkError<E, HttpResponse>) -> Unreached {
    tracing::warn!(?error, "the AWS account was not reached");
    let SdkError::ServiceError(refused) = &error else {
        return Unreached::Unreachable;
    };
    match refused.err().code() {
        Some("AccessDenied") => Unreached::AccessDenied,
        Some(code) if code.chars().all(|c| c.is_ascii_alphanumeric()) => Unreached::Refused(code.to_owned()),
        _ => Unreached::Refused(format!("HTTP status {}", refused.raw().status().as_u16())),
    }
}
