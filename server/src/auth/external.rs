//! Access tokens of an external issuer, and what it says of the person behind one. Which user that is, and whether they
//! may come in, is not decided here.

use std::time::Duration;

use jsonwebtoken::{Header, Validation};
use lockstep_runtime::{Failure, Fault, Unauthorized};
use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use spaces_contract::{DisplayName, Email};

use super::jwks::{FetchError, Jwks, body};
use super::tokens::{InvalidToken, check_times};
use crate::clock::Clock;

/// How long an issuer may take to answer. Those who wait for it wait no longer.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The longest token that is looked at; issuers put more into theirs than we do.
const MAX_BYTES: usize = 8192;

/// The longest subject (OpenID Connect Core 1.0, 2).
const MAX_SUBJECT: usize = 255;

/// An issuer that signs people in instead of us.
pub struct External {
    kind: Kind,
    /// The claim `iss` of its tokens.
    issuer: String,
    keys: Jwks,
    http: reqwest::Client,
    clock: Clock,
}

enum Kind {
    Cognito { client_id: String, endpoint: String },
    Oidc { audience: String },
}

/// What a token says.
#[derive(Deserialize)]
pub struct Claims {
    /// Whose it is, at the issuer.
    #[serde(rename = "sub")]
    pub subject: String,
    iss: String,
    exp: u64,
    nbf: Option<u64>,
    iat: Option<u64>,
    aud: Option<Audience>,
    client_id: Option<String>,
    /// Cognito's, for what the token is; also `typ`, Keycloak's.
    token_use: Option<String>,
    typ: Option<String>,
    /// Only ID tokens have these (OpenID Connect Core 1.0, 2 and 3.3.2.11).
    nonce: Option<IgnoredAny>,
    at_hash: Option<IgnoredAny>,
    c_hash: Option<IgnoredAny>,
    email: Option<String>,
    email_verified: Option<Flag>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Some issuers write truth values as texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Flag {
    Value(bool),
    Text(String),
}

/// What an issuer says of a person.
#[derive(Debug)]
pub struct Person {
    /// Not said to be unverified.
    pub email: Email,
    /// Their name, or else what is before the `@`.
    pub display_name: DisplayName,
}

impl External {
    /// A user pool of Amazon Cognito: access tokens of one of its clients count. The region is in the id of the pool.
    ///
    /// # Errors
    /// Where this machine cannot speak TLS.
    pub fn cognito(
        pool_id: &str,
        client_id: &str,
        endpoint: Option<&str>,
        clock: Clock,
    ) -> Result<Self, reqwest::Error> {
        let region = pool_id.split_once('_').map_or(pool_id, |(region, _)| region);
        let at_aws = format!("https://cognito-idp.{region}.amazonaws.com");
        let issuer = format!("{at_aws}/{pool_id}");
        let endpoint = endpoint.map_or(at_aws, |it| it.trim_end_matches('/').to_owned());
        let jwks_url = format!("{endpoint}/{pool_id}/.well-known/jwks.json");
        let client_id = client_id.to_owned();
        Self::new(Kind::Cognito { client_id, endpoint }, issuer, jwks_url, clock)
    }

    /// Any issuer that publishes its keys: tokens for one audience count.
    ///
    /// # Errors
    /// Where this machine cannot speak TLS.
    pub fn oidc(issuer: &str, audience: &str, jwks_url: &str, clock: Clock) -> Result<Self, reqwest::Error> {
        let audience = audience.to_owned();
        Self::new(Kind::Oidc { audience }, issuer.to_owned(), jwks_url.to_owned(), clock)
    }

    fn new(kind: Kind, issuer: String, jwks_url: String, clock: Clock) -> Result<Self, reqwest::Error> {
        // Nothing that an issuer answers may send us anywhere else.
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none());
        let http = http.build()?;
        let keys = Jwks::new(jwks_url, http.clone(), clock.clone());
        Ok(Self {
            kind,
            issuer,
            keys,
            http,
            clock,
        })
    }

    /// The claim `iss` of its tokens.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether tokens can be verified: the keys are there.
    pub async fn is_ready(&self) -> bool {
        self.keys.ready().await
    }

    /// The claims of an access token that this issuer made for us and that is valid now.
    ///
    /// # Errors
    /// [`InvalidToken`], for the log; a fault where the issuer's keys were never fetched.
    pub async fn verify(&self, token: &str) -> Result<Claims, Failure<InvalidToken>> {
        let header = read_header(token).map_err(Failure::Refused)?;
        let Some(id) = &header.kid else {
            return Err(Failure::Refused(InvalidToken::Header));
        };
        let key = self
            .keys
            .find(id)
            .await?
            .ok_or(Failure::Refused(InvalidToken::UnknownKey))?;
        if header.alg != key.algorithm {
            return Err(Failure::Refused(InvalidToken::Header));
        }
        let token = jsonwebtoken::decode::<Claims>(token, &key.decoding, &self.validation(&header));
        let claims = token.map_err(|error| Failure::Refused(error.into()))?.claims;
        self.check(&claims).map_err(Failure::Refused)?;
        Ok(claims)
    }

    /// Signature and issuer. Times are checked against our clock, and what the token is for by [`External::check`].
    fn validation(&self, header: &Header) -> Validation {
        let mut validation = Validation::new(header.alg);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.set_issuer(&[&self.issuer]);
        validation.validate_aud = false;
        validation.validate_exp = false;
        validation
    }

    fn check(&self, claims: &Claims) -> Result<(), InvalidToken> {
        let is_for_us = match &self.kind {
            Kind::Cognito { client_id, .. } => {
                claims.token_use.as_deref() == Some("access") && claims.client_id.as_ref() == Some(client_id)
            }
            Kind::Oidc { audience } => claims.is_for(audience) && !claims.is_of_id_or_refresh_token(),
        };
        let is_subject = (1..=MAX_SUBJECT).contains(&claims.subject.len());
        if !is_for_us || !is_subject || claims.iss != self.issuer {
            return Err(InvalidToken::OtherPurpose);
        }
        check_times(&self.clock, claims.nbf.max(claims.iat).unwrap_or_default(), claims.exp)
    }

    /// The person behind a token that was verified.
    ///
    /// # Errors
    /// Where the issuer does not say an email, or will not say anything; a fault where it does not answer.
    pub async fn person(&self, claims: &Claims, token: &str) -> Result<Person, Failure<Unauthorized>> {
        let attributes = match &self.kind {
            Kind::Cognito { endpoint, .. } => self.cognito_attributes(endpoint, token).await?,
            Kind::Oidc { .. } => Attributes {
                email: claims.email.clone(),
                email_verified: claims.email_verified.as_ref().map(Flag::is_true),
                name: claims.name.clone(),
            },
        };
        attributes.person().map_err(Failure::Refused)
    }

    /// What GetUser of Amazon Cognito answers, which takes the token as the credential.
    async fn cognito_attributes(&self, endpoint: &str, token: &str) -> Result<Attributes, Failure<Unauthorized>> {
        let request = self
            .http
            .post(format!("{endpoint}/"))
            .header("Content-Type", "application/x-amz-json-1.1")
            .header("X-Amz-Target", "AWSCognitoIdentityProviderService.GetUser")
            .body(serde_json::json!({ "AccessToken": token }).to_string());
        let response = request.send().await.map_err(no_answer)?;
        match response.status() {
            StatusCode::OK => {}
            status if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                return Err(Failure::Refused(unreadable()));
            }
            status => return Err(no_answer(FetchError::Status(status))),
        }
        let body = body(response).await.map_err(no_answer)?;
        let user: CognitoUser = serde_json::from_slice(&body).map_err(no_answer)?;
        Ok(user.into())
    }
}

/// The header, unless it brings keys of its own, says where some are, or asks for extensions: nothing of that is for the
/// sender to say (RFC 8725, 3.10).
fn read_header(token: &str) -> Result<Header, InvalidToken> {
    if token.len() > MAX_BYTES {
        return Err(InvalidToken::TooLong);
    }
    let header = jsonwebtoken::decode_header(token)?;
    let brings_keys = header.jwk.is_some() || header.jku.is_some() || header.x5u.is_some() || header.x5c.is_some();
    let is_encoded = header.crit.is_some() || header.enc.is_some() || header.zip.is_some();
    let is_token = header.typ.as_deref().is_none_or(|typ| {
        let typ = typ.to_ascii_lowercase();
        matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
    });
    if brings_keys || is_encoded || !is_token {
        return Err(InvalidToken::Header);
    }
    Ok(header)
}

impl Claims {
    fn is_for(&self, audience: &str) -> bool {
        match &self.aud {
            Some(Audience::One(one)) => one == audience,
            Some(Audience::Many(many)) => many.iter().any(|it| it == audience),
            None => false,
        }
    }

    /// There is no one mark of access tokens, so whatever says of itself that it is another kind is refused.
    fn is_of_id_or_refresh_token(&self) -> bool {
        let is_other = |kind: &Option<String>, access: &str| {
            kind.as_deref().is_some_and(|kind| !kind.eq_ignore_ascii_case(access))
        };
        let has_marks = self.nonce.is_some() || self.at_hash.is_some() || self.c_hash.is_some();
        has_marks || is_other(&self.token_use, "access") || is_other(&self.typ, "bearer")
    }
}

impl Flag {
    fn is_true(&self) -> bool {
        match self {
            Self::Value(value) => *value,
            Self::Text(text) => text == "true",
        }
    }
}

/// What is read of a person, whether in a token or from GetUser.
#[derive(Default)]
struct Attributes {
    email: Option<String>,
    email_verified: Option<bool>,
    name: Option<String>,
}

impl Attributes {
    /// Invitations are for emails, so one that may be somebody else's is as bad as none.
    fn person(self) -> Result<Person, Unauthorized> {
        if self.email_verified == Some(false) {
            return Err(Unauthorized::new(
                "email-unverified",
                "The issuer has not verified your email; verify it there first.",
            ));
        }
        let email = self.email.and_then(|email| email.parse().ok()).ok_or_else(no_email)?;
        let display_name = display_name(self.name.as_deref(), &email).ok_or_else(no_email)?;
        Ok(Person { email, display_name })
    }
}

fn display_name(name: Option<&str>, email: &Email) -> Option<DisplayName> {
    let before_at = email.as_str().split('@').next();
    let cut = |text: &str| text.trim().chars().take(80).collect::<String>().trim_end().parse().ok();
    [name, before_at].into_iter().flatten().find_map(cut)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CognitoUser {
    user_attributes: Vec<CognitoAttribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CognitoAttribute {
    name: String,
    #[serde(default)]
    value: String,
}

impl From<CognitoUser> for Attributes {
    fn from(user: CognitoUser) -> Self {
        let mut attributes = Self::default();
        for CognitoAttribute { name, value } in user.user_attributes {
            match name.as_str() {
                "email" => attributes.email = Some(value),
                "email_verified" => attributes.email_verified = Some(value == "true"),
                "name" => attributes.name = Some(value),
                _ => {}
            }
        }
        attributes
    }
}

fn no_email() -> Unauthorized {
    Unauthorized::new(
        "email-missing",
        "The issuer does not say your email, which every account has; the token must have the scope for it.",
    )
}

fn unreadable() -> Unauthorized {
    Unauthorized::new(
        "account-unreadable",
        "The issuer does not say who you are; the token must be alive there, with the scope to read the account.",
    )
}

fn no_answer(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure<Unauthorized> {
    Fault::unavailable(error).into()
}
