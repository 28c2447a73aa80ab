//! Operations of the tag System: health and versions.
//! Liveness never touches the store.

use std::time::Instant;

use chrono::TimeDelta;
use lockstep_runtime::actix::{Call, unauthenticated};
use lockstep_runtime::{ServiceUnavailable, TextEnum as _};
use spaces_contract::{
    Feedback, FeedbackCategory, FeedbackList, Health, HealthCheck, HealthStatus, JsonWebKeySet, Liveness,
    LivenessStatus, NewFeedback, Version,
};

use super::entity_tag;
use super::idempotency::{Attempt, Created};
use crate::api::{
    GetHealthAnswer, GetHealthRefusal, GetJwksAnswer, GetJwksRefusal, GetLivenessAnswer, GetLivenessRefusal,
    GetMetricsAnswer, GetMetricsRefusal, GetVersionAnswer, GetVersionRefusal, ListFeedbackAnswer, ListFeedbackParams,
    ListFeedbackRefusal, SubmitFeedbackAnswer, SubmitFeedbackParams, SubmitFeedbackRefusal, SystemApi,
};
use crate::app::{App, Authority, Caller, Subjects};
use crate::store::Limit;
use crate::version;

/// Feedback from one address, which may be shared by a whole office.
const ADDRESS_FEEDBACK: Limit = Limit {
    scope: "feedback-address",
    attempts: 30,
    window: TimeDelta::hours(1),
};

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
        let mut checks = vec![store];
        if let Authority::External(subjects) = &self.authority {
            checks.push(check_keys(subjects).await?);
        }
        let uptime = self.clock.now() - self.started_at;
        let body = Health {
            status: HealthStatus::Ok,
            version: version::SERVICE_VERSION.to_owned(),
            uptime_seconds: uptime.num_seconds().max(0),
            checks,
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
        let keys = match &self.authority {
            Authority::Local(tokens) => tokens.public_key().into_iter().collect(),
            Authority::External(_) => Vec::new(),
        };
        Ok(GetJwksAnswer::Ok {
            body: JsonWebKeySet { keys },
        })
    }

    async fn list_feedback(
        &self,
        _call: &Call,
        caller: Caller,
        params: ListFeedbackParams,
    ) -> Result<ListFeedbackAnswer, ListFeedbackRefusal> {
        let ListFeedbackParams {
            category,
            limit,
            cursor,
        } = params;
        let filter = category.map_or("", FeedbackCategory::as_str);
        let list = self.cursors.list("listFeedback", caller.user.user_id, &[filter]);
        let after = list.open_text(cursor.as_deref())?;
        let page = self.store.list_feedback(category, limit, after.as_deref()).await?;
        let next_cursor = page.next.map(|next| list.seal_text(&next)).transpose()?;
        let items = page.items;
        Ok(ListFeedbackAnswer::Ok {
            body: FeedbackList { items, next_cursor },
        })
    }

    async fn submit_feedback(
        &self,
        call: &Call,
        caller: Option<Caller>,
        params: SubmitFeedbackParams,
        body: NewFeedback,
    ) -> Result<SubmitFeedbackAnswer, SubmitFeedbackRefusal> {
        let key = params.idempotency_key.as_deref();
        let created: Created<Feedback> = match self.once(call, caller.as_ref(), key, &body).await? {
            Attempt::Replay(created) => created,
            Attempt::First(once) => {
                self.count_address(&ADDRESS_FEEDBACK, call).await?;
                let user_id = caller.map(|caller| caller.user.user_id);
                // Nobody reads one piece of feedback by itself: it is found in the list.
                let created = |body| Created {
                    location: "/api/feedback".to_owned(),
                    etag: entity_tag(1),
                    body,
                };
                let answer = |feedback| once.keep(created(feedback));
                self.store.add_feedback(user_id, body, answer).await?
            }
        };
        let Created { location, etag, body } = created;
        Ok(SubmitFeedbackAnswer::Created { location, etag, body })
    }

    async fn get_metrics(&self, _call: &Call, token: Option<()>) -> Result<GetMetricsAnswer, GetMetricsRefusal> {
        if self.metrics_token.is_some() && token.is_none() {
            Err(unauthenticated())?;
        }
        Ok(GetMetricsAnswer::Ok {
            body: self.metrics.text()?,
        })
    }
}

/// Without the keys of the issuer, no caller can be known. Those that are held serve while it is down.
async fn check_keys(subjects: &Subjects) -> Result<HealthCheck, ServiceUnavailable> {
    let begun = Instant::now();
    if !subjects.is_ready().await {
        return Err(ServiceUnavailable::because(
            1,
            "the keys of the issuer were never fetched",
        ));
    }
    Ok(HealthCheck {
        name: "jwks".to_owned(),
        status: HealthStatus::Ok,
        latency_ms: begun.elapsed().as_secs_f64() * 1e3,
    })
}
