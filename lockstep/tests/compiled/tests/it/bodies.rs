//! Bodies that are arrays: their rules are the alias's, not those of the Rust type.

use std::collections::BTreeMap;

use actix_web::test::{self, TestRequest};
use actix_web::{App, web};
use lockstep_compiled::shapes::api::{
    AddTagsAnswer, AddTagsParams, AddTagsRefusal, CreateThingAnswer, CreateThingRefusal, DrawAnswer, DrawRefusal,
    KeepSecretAnswer, KeepSecretRefusal, PutTagsAnswer, PutTagsRefusal, SendOddAnswer, SendOddRefusal, ThingsApi,
    configure,
};
use lockstep_compiled::shapes::types::{Drawing, Keeping, Odd, Tags, Thing};
use lockstep_runtime::Problem;
use lockstep_runtime::actix::Call;
use serde_json::{Value, json};

struct Things;

impl ThingsApi for Things {
    async fn draw(&self, _: &Call, _: Drawing) -> Result<DrawAnswer, DrawRefusal> {
        Ok(DrawAnswer::NoContent)
    }

    async fn send_odd(&self, _: &Call, _: Odd) -> Result<SendOddAnswer, SendOddRefusal> {
        Ok(SendOddAnswer::NoContent)
    }

    async fn keep_secret(&self, _: &Call, _: Keeping) -> Result<KeepSecretAnswer, KeepSecretRefusal> {
        Ok(KeepSecretAnswer::NoContent)
    }

    async fn create_thing(&self, _: &Call, body: Thing) -> Result<CreateThingAnswer, CreateThingRefusal> {
        Ok(CreateThingAnswer::Ok { body })
    }

    async fn add_tags(&self, _: &Call, _: AddTagsParams, _: Tags) -> Result<AddTagsAnswer, AddTagsRefusal> {
        Ok(AddTagsAnswer::Ok { body: BTreeMap::new() })
    }

    async fn put_tags(&self, _: &Call, _: Option<Tags>) -> Result<PutTagsAnswer, PutTagsRefusal> {
        Ok(PutTagsAnswer::NoContent)
    }
}

/// The status, and `pointer code` of every violation.
async fn sent(request: TestRequest, body: &Value) -> (u16, Vec<String>) {
    let app = App::new()
        .app_data(web::Data::new(Things))
        .configure(configure::<Things>);
    let app = test::init_service(app).await;
    let response = test::call_service(&app, request.uri("/tags").set_json(body).to_request()).await;
    let status = response.status().as_u16();
    let body = test::read_body(response).await;
    let problem: Option<Problem> = serde_json::from_slice(&body).ok();
    let errors = problem.into_iter().flat_map(|problem| problem.errors);
    (
        status,
        errors
            .map(|error| format!("{} {}", error.pointer, error.code))
            .collect(),
    )
}

#[actix_web::test]
async fn rules_of_an_array_hold_where_it_is_the_whole_body() {
    for (method, done) in [(TestRequest::post as fn() -> TestRequest, 200), (TestRequest::put, 204)] {
        assert_eq!(sent(method(), &json!(["a", "b"])).await, (done, vec![]));
        assert_eq!(
            sent(method(), &json!(["a", "b", "a"])).await,
            (422, vec![" not-unique".to_owned()])
        );
        assert_eq!(
            sent(method(), &json!(["a", "b", "c", "much too long"])).await,
            (422, vec![" too-many-items".to_owned(), "/3 too-long".to_owned()])
        );
    }
}
