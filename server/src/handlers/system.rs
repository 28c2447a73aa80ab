//! Operations of the tag System: health and versions.
//! Liveness never touches the store.

use std::time::Instant;

use lockstep_runtime::ServiceUnavailable;
use lockstep_runtime::actix::Call;
use spaces_contract::{Health, HealthCheck, HealthStatus, Liveness, LivenessStatus, Version};

use crate::api::{
    GetHealthAnswer, GetHealthRefusal, GetLivenessAnswer, GetLivenessRefusal, GetVersionAnswer, GetVersionRefusal,
    SystemApi,
};
use crate::app::App;
use crate::version;

impl SystemApi for App {
    async fn get_health(&self, _call: &Call) -> Result<GetHealthAnswer, GetHealthRefusal> {
        let begun = Instant::now();
        // Whatever is wrong with the store, the service is not ready: never 500.
        let ready = self.store.ping().await;
        ready.map_err(|fault| ServiceUnavailable::because(1, fault))?;
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
}
