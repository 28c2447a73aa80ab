//! Operations of the tag Auth: signing up and in, sessions, passwords.
//! Every lack of a right to sign in is answered alike, and takes as long.

use chrono::TimeDelta;
use lockstep_runtime::actix::Call;
use lockstep_runtime::{
    Failure, Fault, Forbidden, Secret, TooManyRequests, Unauthorized, UnprocessableContent, Violation, ViolationPlace,
};
use spaces_contract::{
    Credentials, Email, Logout, NewPassword, PasswordChange, Registration, Session, SessionTokenType, TokenRefresh,
    UserRole, UserStatus,
};

use super::{entity_tag, is_known};
use crate::api::{
    AuthApi, ChangePasswordAnswer, ChangePasswordRefusal, GetMeAnswer, GetMeParams, GetMeRefusal, LoginAnswer,
    LoginRefusal, LogoutAnswer, LogoutRefusal, RefreshTokensAnswer, RefreshTokensRefusal, RegisterAnswer,
    RegisterRefusal,
};
use crate::app::{App, Authority, Caller};
use crate::auth::passwords::{PasswordError, Verdict, is_common};
use crate::auth::refresh::{self, RefreshToken};
use crate::auth::tokens::{ACCESS_LIFETIME, Tokens};
use crate::settings;
use crate::store::{Limit, NewSession, NewUser, StaleCredentials, User, fold_email};

/// Guesses at one account; a victim waits no longer than one window.
const ACCOUNT_GUESSES: Limit = Limit {
    scope: "login-account",
    attempts: 10,
    window: TimeDelta::minutes(5),
};
/// Guesses from one address, which may be shared by a whole office.
const ADDRESS_GUESSES: Limit = Limit {
    scope: "login-address",
    attempts: 100,
    window: TimeDelta::minutes(5),
};
/// Accounts from one address.
const ADDRESS_SIGN_UPS: Limit = Limit {
    scope: "register-address",
    attempts: 100,
    window: TimeDelta::hours(1),
};

impl AuthApi for App {
    async fn register(&self, call: &Call, body: Registration) -> Result<RegisterAnswer, RegisterRefusal> {
        let tokens = self.tokens()?;
        if self.registration == settings::Registration::Closed {
            Err(Forbidden::new(
                "registration-closed",
                "Ask an administrator for an account.",
            ))?;
        }
        self.count_address(&ADDRESS_SIGN_UPS, call).await?;
        let inputs = [body.email.as_str(), body.display_name.as_str()];
        refuse_common("/password", &body.password, &inputs)?;
        let password_hash = self.hash(&body.password).await?;
        let (session, refresh_token) = self.new_session(false)?;
        let session_id = session.session_id;
        let user = self.store.register(self.new_user(body, password_hash), session).await?;
        let etag = entity_tag(user.version);
        let body = self.session(tokens, &user, session_id, &refresh_token)?;
        Ok(RegisterAnswer::Created {
            location: "/api/auth/me".to_owned(),
            etag,
            body,
        })
    }

    async fn login(&self, call: &Call, body: Credentials) -> Result<LoginAnswer, LoginRefusal> {
        let tokens = self.tokens()?;
        let account = fold_email(body.email.as_str());
        self.count_address(&ADDRESS_GUESSES, call).await?;
        self.store.count_attempt(&ACCOUNT_GUESSES, &account).await?;
        let user = self.find_by_password(&body.email, body.password).await?;
        let (session, refresh_token) = self.new_session(body.remember_me)?;
        let session_id = session.session_id;
        self.store
            .create_session(&user, session)
            .await
            .map_err(wrong_credentials)?;
        self.note_activity(&user).await;
        self.store.forget_attempts(&ACCOUNT_GUESSES, &account).await?;
        Ok(LoginAnswer::Ok {
            body: self.session(tokens, &user, session_id, &refresh_token)?,
        })
    }

    async fn refresh_tokens(
        &self,
        _call: &Call,
        body: TokenRefresh,
    ) -> Result<RefreshTokensAnswer, RefreshTokensRefusal> {
        let tokens = self.tokens()?;
        let refused = || Unauthorized::new("invalid-refresh-token", "Sign in again.");
        let presented: RefreshToken = body.refresh_token.expose().parse().map_err(|_| refused())?;
        let Some((session, user)) = self.store.find_session(presented.session_id).await? else {
            Err(refused())?
        };
        let next = RefreshToken::generate(session.session_id).map_err(Fault::internal)?;
        let expires_at = self.clock.now() + refresh::lifetime(session.remember_me);
        let (presented, digest) = (presented.digest().to_string(), next.digest().to_string());
        let rotated = self
            .store
            .rotate_session(session, &presented, &digest, expires_at)
            .await;
        let session = rotated.map_err(|failure| match failure {
            Failure::Refused(_) => Failure::Refused(refused()),
            Failure::Fault(fault) => Failure::Fault(fault),
        })?;
        self.note_activity(&user).await;
        Ok(RefreshTokensAnswer::Ok {
            body: self.session(tokens, &user, session.session_id, &next.reveal())?,
        })
    }

    async fn logout(&self, _call: &Call, caller: Caller, body: Option<Logout>) -> Result<LogoutAnswer, LogoutRefusal> {
        let Caller { user, session } = caller;
        let session = session.ok_or_else(managed_externally)?;
        if body.is_some_and(|body| body.everywhere) {
            self.store
                .revoke_all_sessions(user.user_id, Some(session.session_id))
                .await?;
        }
        self.store.sign_out(user.user_id, session.session_id).await?;
        Ok(LogoutAnswer::NoContent)
    }

    async fn get_me(&self, _call: &Call, caller: Caller, params: GetMeParams) -> Result<GetMeAnswer, GetMeRefusal> {
        let etag = entity_tag(caller.user.version);
        if is_known(params.if_none_match.as_deref(), &etag) {
            return Ok(GetMeAnswer::NotModified { etag });
        }
        Ok(GetMeAnswer::Ok {
            etag,
            body: caller.user.account(),
        })
    }

    async fn change_password(
        &self,
        _call: &Call,
        caller: Caller,
        body: PasswordChange,
    ) -> Result<ChangePasswordAnswer, ChangePasswordRefusal> {
        let Caller { user, session } = caller;
        let session = session.ok_or_else(managed_externally)?;
        let account = fold_email(user.email.as_str());
        self.store.count_attempt(&ACCOUNT_GUESSES, &account).await?;
        let wrong = || Forbidden::new("wrong-password", "The current password is another one.");
        if self.verify(body.current_password, Some(&user)).await? == Verdict::Wrong {
            Err(wrong())?;
        }
        refuse_common(
            "/newPassword",
            &body.new_password,
            &[user.email.as_str(), user.display_name.as_str()],
        )?;
        let hash = self.hash(&body.new_password).await?;
        self.store
            .change_password(&user, hash)
            .await
            .map_err(|failure| match failure {
                Failure::Refused(StaleCredentials) => Failure::Refused(wrong()),
                Failure::Fault(fault) => Failure::Fault(fault),
            })?;
        self.store
            .revoke_all_sessions(user.user_id, Some(session.session_id))
            .await?;
        self.store.forget_attempts(&ACCOUNT_GUESSES, &account).await?;
        Ok(ChangePasswordAnswer::NoContent)
    }
}

impl App {
    /// What issues tokens, where we sign people in.
    fn tokens(&self) -> Result<&Tokens, Forbidden> {
        match &self.authority {
            Authority::Local(tokens) => Ok(tokens),
            Authority::External(_) => Err(managed_externally()),
        }
    }

    /// A sign-in or a refresh that is done stays done where this fails: then a later one of the day notes it.
    async fn note_activity(&self, user: &User) {
        if let Err(fault) = self.store.note_activity(user).await {
            tracing::warn!(error = %fault, "activity was not noted");
        }
    }

    pub(super) async fn count_address(&self, limit: &Limit, call: &Call) -> Result<(), Failure<TooManyRequests>> {
        match call.address() {
            Some(address) => self.store.count_attempt(limit, &address.to_string()).await,
            None => Ok(()),
        }
    }

    /// The active user with these credentials. What is wrong with others is not told.
    async fn find_by_password(&self, email: &Email, password: Secret) -> Result<User, Failure<Unauthorized>> {
        let user = self.store.find_user_by_email(email.as_str()).await?;
        let verdict = self.verify(password.clone(), user.as_ref()).await?;
        match user {
            Some(user) if verdict != Verdict::Wrong && user.status == UserStatus::Active => {
                self.renew_hash(user, verdict, password).await
            }
            _ => Err(wrong_credentials(Failure::Refused(StaleCredentials))),
        }
    }

    /// Replaces a hash of an older kind, now that the password is at hand.
    async fn renew_hash(&self, user: User, verdict: Verdict, password: Secret) -> Result<User, Failure<Unauthorized>> {
        if verdict != Verdict::Outdated {
            return Ok(user);
        }
        let hash = Secret::from(self.passwords.hash(password).await.map_err(busy)?);
        self.store
            .set_password_hash(&user, hash)
            .await
            .map_err(wrong_credentials)
    }

    async fn verify(&self, password: Secret, user: Option<&User>) -> Result<Verdict, Fault> {
        let stored = user.and_then(|user| Some(user.password_hash.as_ref()?.expose().to_owned()));
        self.passwords.verify(password, stored).await.map_err(busy)
    }

    pub(super) async fn hash(&self, password: &NewPassword) -> Result<Secret, Fault> {
        self.passwords
            .hash(password.expose().into())
            .await
            .map(Secret::from)
            .map_err(busy)
    }

    fn new_user(&self, registration: Registration, password_hash: Secret) -> NewUser {
        let Registration {
            email,
            display_name,
            password: _,
        } = registration;
        NewUser {
            email,
            display_name,
            password_hash: Some(password_hash),
            role: UserRole::User,
        }
    }

    /// A session to begin, and its first refresh token.
    fn new_session(&self, remember_me: bool) -> Result<(NewSession, Secret), Fault> {
        let session_id = self.clock.new_id();
        let token = RefreshToken::generate(session_id).map_err(Fault::internal)?;
        let expires_at = self.clock.now() + refresh::lifetime(remember_me);
        let token_hash = token.digest().to_string();
        Ok((
            NewSession {
                session_id,
                token_hash,
                remember_me,
                expires_at,
            },
            token.reveal(),
        ))
    }

    /// The tokens of a session, for its user.
    fn session(
        &self,
        tokens: &Tokens,
        user: &User,
        session_id: uuid::Uuid,
        refresh_token: &Secret,
    ) -> Result<Session, Fault> {
        Ok(Session {
            access_token: tokens.issue(user.user_id, session_id).map_err(Fault::internal)?,
            refresh_token: refresh_token.clone(),
            token_type: SessionTokenType::Bearer,
            expires_in: i32::try_from(ACCESS_LIFETIME.num_seconds()).map_err(Fault::internal)?,
            user: user.account(),
        })
    }
}

/// Closed like registration may be: by a setting of the deployment.
fn managed_externally() -> Forbidden {
    Forbidden::new(
        "auth-managed-externally",
        "Another issuer signs people in; sign up, in and out there, and change your password there.",
    )
}

/// The one refusal of every sign-in.
fn wrong_credentials(failure: Failure<StaleCredentials>) -> Failure<Unauthorized> {
    match failure {
        Failure::Refused(StaleCredentials) => Failure::Refused(Unauthorized::new(
            "invalid-credentials",
            "There is no active account with this email and password.",
        )),
        Failure::Fault(fault) => Failure::Fault(fault),
    }
}

fn busy(error: PasswordError) -> Fault {
    match error {
        PasswordError::Busy => Fault::unavailable(error),
        PasswordError::TooLong | PasswordError::Hash(_) => Fault::internal(error),
    }
}

pub(super) fn refuse_common(
    pointer: &str,
    password: &NewPassword,
    inputs: &[&str],
) -> Result<(), UnprocessableContent> {
    if !is_common(password.expose(), inputs) {
        return Ok(());
    }
    Err(UnprocessableContent::violations(vec![Violation {
        r#in: ViolationPlace::Body,
        pointer: pointer.to_owned(),
        code: "common-password".into(),
        detail: "is among the commonly breached passwords, or easily guessed".into(),
    }]))
}
