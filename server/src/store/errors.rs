//! What an error of the AWS SDK means for an answer: whether trying again may help. What it means for the domain (a
//! taken email, a stale version) is decided where the condition was written.

use std::error::Error;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use lockstep_runtime::Fault;

/// Codes of the service that say "not now" with a status below 500. The only resource that is asked for is the table:
/// one that is not there is being made or restored.
const NOT_NOW: [&str; 8] = [
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "LimitExceededException",
    "TransactionInProgressException",
    "TransactionConflictException",
    "ReplicatedWriteConflictException",
    "ResourceNotFoundException",
];

/// The fault behind an SDK error that says nothing about the domain.
pub(super) fn fault<E>(error: SdkError<E, HttpResponse>) -> Fault
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    if is_unavailable(&error) {
        Fault::unavailable(error)
    } else {
        Fault::internal(error)
    }
}

fn is_unavailable<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => true,
        SdkError::ServiceError(failed) => {
            failed.raw().status().is_server_error() || failed.err().code().is_some_and(|code| NOT_NOW.contains(&code))
        }
        _ => false,
    }
}
