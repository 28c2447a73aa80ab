//! Operations of the tag System: health and versions.
//! Liveness never touches the store.

use std::time::Instant;

use lockstep_runtime::InternalError;
use lockstep_runtime::actix::Call;
use spaces_contract::NewFeedback;
use spaces_contract::{Health, HealthCheck, HealthStatus, Liveness, LivenessStatus, Version};

use crate::api::{
    GetHealthAnswer, GetHealthRefusal, GetJwksAnswer, GetJwksRefusal, GetLivenessAnswer, GetLivenessRefusal,
    GetMetricsAnswer, GetMetricsRefusal, GetVersionAnswer, GetVersionRefusal, ListFeedbackAnswer, ListFeedbackParams,
    ListFeedbackRefusal, SubmitFeedbackAnswer, SubmitFeedbackParams, SubmitFeedbackRefusal, SystemApi,
};
use crate::app::{App, Caller};
use crate::version;

impl SystemApi for App {
    async fn get_health(&self, _call: &Call) -> Result<GetHealthAnswer, GetHealthRefusal> {
        let begun = Instant::now();
        self.store.ping().await?;
        let latency_ms = begun.elapsed().as_secs_f64() * 1e3;
        let store = HealthCheck {
            name: "store".to_owned(),
            status: HealthStatus::Ok,
            latency_ms,
        };
        let uptime = self.clock.now() - self.started_at;
        let body = Health {
            status: HealthStatus::Ok,
            version: version::SERVICE_VERSION.to_owned(),
            uptime_seconds: uptime.num_seconds().max(0),
            checks: vec![store],
        };
        Ok(GetHealthAnswer::Ok { body })
    }

    async fn get_liveness(&self, _call: &Call) -> Result<GetLivenessAnswer, GetLivenessRefusal> {
        Ok(GetLivenessAnswer::Ok {
            body: Liveness {
                status: LivenessStatus::Alive,
            },
        })
    }

    async fn get_version(&self, _call: &Call) -> Result<GetVersionAnswer, GetVersionRefusal> {
        let body = Version {
            service: version::SERVICE_VERSION.to_owned(),
            contract: version::CONTRACT_VERSION.to_owned(),
            commit: version::COMMIT.to_owned(),
            built_at: version::built_at(),
        };
        Ok(GetVersionAnswer::Ok { body })
    }

    async fn get_jwks(&self, _call: &Call) -> Result<GetJwksAnswer, GetJwksRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn list_feedback(
        &self,
        _call: &Call,
        _caller: Caller,
        _params: ListFeedbackParams,
    ) -> Result<ListFeedbackAnswer, ListFeedbackRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn submit_feedback(
        &self,
        _call: &Call,
        _caller: Option<Caller>,
        _params: SubmitFeedbackParams,
        _body: NewFeedback,
    ) -> Result<SubmitFeedbackAnswer, SubmitFeedbackRefusal> {
        Err(InternalError::because("not built yet"))?
    }

    async fn get_metrics(&self, _call: &Call, _caller: Option<()>) -> Result<GetMetricsAnswer, GetMetricsRefusal> {
        Err(InternalError::because("not built yet"))?
    }
}
