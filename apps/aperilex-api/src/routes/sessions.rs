//! Signing up, in and out.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aperilex_core::{EngineError, OneTimePurpose, Password, Refusal, Secret, SignedIn};
use poem::http::HeaderMap;
use poem::http::header::COOKIE;
use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use tokio::time::{Instant, sleep_until};

use super::{Group, no_store};
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Bodied, Fails, Plain, Problem};
use crate::wire::sign_in::{
    AddressBody, PasswordBody, RefreshBody, SessionDocument, SignInBody, SignUpBody,
};

/// Answers that must not tell whether an address has an account take this long, whatever was done.
const LEVEL: Duration = Duration::from_millis(250);
/// What a browser carries while its user is at an identity provider. The prefix makes browsers refuse
/// it from other hosts and over plain HTTP.
const COOKIE_NAME: &str = "__Host-aperilex-oidc";

#[derive(Debug)]
pub(crate) struct Sessions(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum Taken {
    /// It is seen to. Whether the address has an account is told by letter alone.
    #[oai(status = 202)]
    Accepted,
}

#[derive(ApiResponse)]
enum Done {
    /// It is done.
    #[oai(status = 204)]
    Done,
}

#[derive(ApiResponse)]
enum Begun {
    /// Somebody is signed in.
    #[oai(status = 201)]
    Created(
        Json<SessionDocument>,
        /// `no-store`.
        #[oai(header = "Cache-Control")]
        String,
    ),
}

#[derive(ApiResponse)]
enum Renewed {
    /// The session goes on.
    #[oai(status = 200)]
    Ok(
        Json<SessionDocument>,
        /// `no-store`.
        #[oai(header = "Cache-Control")]
        String,
    ),
}

#[derive(ApiResponse)]
enum Sent {
    /// To the identity provider.
    #[oai(status = 303)]
    Away(
        /// Its address.
        #[oai(header = "Location")]
        String,
        /// What the browser brings back.
        #[oai(header = "Set-Cookie")]
        String,
        /// `no-store`.
        #[oai(header = "Cache-Control")]
        String,
    ),
}

#[derive(ApiResponse)]
enum Arrived {
    /// Somebody is signed in.
    #[oai(status = 200)]
    Ok(
        Json<SessionDocument>,
        /// Takes back what the browser carried.
        #[oai(header = "Set-Cookie")]
        String,
        /// `no-store`.
        #[oai(header = "Cache-Control")]
        String,
    ),
}

/// Does something and ends when [`LEVEL`] is over.
async fn level<T>(work: impl Future<Output = T>) -> T {
    let end = Instant::now() + LEVEL;
    let done = work.await;
    sleep_until(end).await;
    done
}

/// The cookie; an empty one takes it back.
fn cookie(value: &str, lasts: Duration) -> String {
    let seconds = lasts.as_secs();
    format!("{COOKIE_NAME}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite=Lax")
}

/// Provider and baggage of a browser that comes back.
fn carried(headers: &HeaderMap) -> Option<(String, Secret)> {
    let sent = headers.get_all(COOKIE).iter();
    let texts = sent.filter_map(|value| value.to_str().ok());
    let mut cookies = texts.flat_map(|text| text.split(';'));
    let value = cookies.find_map(|cookie| {
        let (name, value) = cookie.trim().split_once('=')?;
        (name == COOKIE_NAME).then_some(value)
    })?;
    let (provider, baggage) = value.split_once('.')?;
    Some((provider.to_owned(), Secret::new(baggage.to_owned())))
}

#[OpenApi(prefix_path = "/api/v1", tag = "Group::SignIn")]
impl Sessions {
    /// Makes an account that works once its address is verified.
    ///
    /// A letter with a one-time token goes to the address. The answer is the same if the address has an
    /// account already.
    #[oai(path = "/accounts", method = "post", operation_id = "signUp")]
    async fn sign_up(&self, body: SignUpBody) -> Result<Taken, Fails<Bodied>> {
        let (email, challenge) = body.0;
        let challenge = challenge.as_ref().map(Secret::reveal);
        level(self.0.engine.sign_up(&email, challenge)).await?;
        Ok(Taken::Accepted)
    }

    /// Verifies the address of a new account, and sets its password.
    #[oai(
        path = "/accounts/verification",
        method = "post",
        operation_id = "verifyAccount"
    )]
    async fn verify(&self, body: PasswordBody) -> Result<Done, Fails<Bodied>> {
        self.set_password(&body, OneTimePurpose::VerifyEmail).await
    }

    /// Writes to an address so that its owner can set a new password.
    ///
    /// The answer is the same if the address has no account. Where its domain signs in at an identity provider
    /// the letter says so.
    #[oai(
        path = "/passwords/reset",
        method = "post",
        operation_id = "forgotPassword"
    )]
    async fn forgot(&self, body: AddressBody) -> Result<Taken, Fails<Bodied>> {
        level(self.0.engine.forgot_password(&body.0)).await?;
        Ok(Taken::Accepted)
    }

    /// Sets a new password; all sessions end.
    #[oai(path = "/passwords", method = "post", operation_id = "resetPassword")]
    async fn reset(&self, body: PasswordBody) -> Result<Done, Fails<Bodied>> {
        self.set_password(&body, OneTimePurpose::ResetPassword)
            .await
    }

    /// Signs in.
    ///
    /// So many passwords may be tried for one address, whether or not it has an account; then 429 with
    /// `Retry-After`, also with the right one.
    #[oai(path = "/sessions", method = "post", operation_id = "createSession")]
    async fn begin(&self, body: SignInBody) -> Result<Begun, Fails<Bodied>> {
        let (email, password) = &body.0;
        // What cannot be a password is none; that costs no time and tells nothing about the account.
        let password: Result<Password, _> = password.reveal().parse();
        let password = password.map_err(|_| EngineError::from(Refusal::SignInFailed))?;
        let signed_in = self.0.engine.sign_in(email, &password).await?;
        Ok(Begun::Created(self.document(&signed_in), no_store()))
    }

    /// Exchanges a refresh token for new tokens.
    ///
    /// The same token may come again within ten seconds, from another tab or because the answer was lost; later
    /// it ends the session.
    #[oai(
        path = "/sessions/refresh",
        method = "post",
        operation_id = "refreshSession"
    )]
    async fn refresh(&self, body: RefreshBody) -> Result<Renewed, Fails<Bodied>> {
        let signed_in = self.0.engine.refresh_session(body.0.reveal()).await?;
        Ok(Renewed::Ok(self.document(&signed_in), no_store()))
    }

    /// Signs out: the session of this access token ends. An API key has none.
    #[oai(
        path = "/sessions/current",
        method = "delete",
        operation_id = "endSession"
    )]
    async fn end(&self, caller: Caller) -> Result<Done, Fails<Plain>> {
        let session = caller.session().ok_or_else(|| EngineError::NotFound {
            what: "session".to_owned(),
        })?;
        self.0.engine.sign_out(session).await?;
        self.0.authenticator.forget(caller.id);
        Ok(Done::Done)
    }

    /// Sends the browser to an identity provider.
    #[oai(path = "/oidc/login", method = "get", operation_id = "beginOidc")]
    async fn depart(
        &self,
        /// What the operator calls the provider.
        provider: Query<String>,
    ) -> Result<Sent, Fails<Bodied>> {
        let departure = self.0.engine.depart(&provider.0).await?;
        let value = format!("{}.{}", provider.0, departure.baggage.reveal());
        let cookie = cookie(&value, Duration::from_secs(600));
        Ok(Sent::Away(departure.url, cookie, no_store()))
    }

    /// Signs in who comes back from an identity provider.
    ///
    /// What else the provider puts into the query is passed over.
    #[oai(path = "/oidc/callback", method = "get", operation_id = "finishOidc")]
    async fn arrive(
        &self,
        headers: &HeaderMap,
        /// As the provider gave it.
        code: Query<Option<String>>,
        /// As it was sent along.
        state: Query<Option<String>>,
        /// Why the provider refused.
        error: Query<Option<String>>,
    ) -> Result<Arrived, Fails<Bodied>> {
        let whole = carried(headers).zip(code.0.zip(state.0));
        let (Some(((provider, baggage), (code, state))), None) = (whole, error.0) else {
            return Err(Problem::from(Refusal::SignInFailed).into());
        };
        let arriving = self.0.engine.arrive(&provider, &baggage, &state, &code);
        let signed_in = arriving.await?;
        let gone = cookie("", Duration::ZERO);
        Ok(Arrived::Ok(self.document(&signed_in), gone, no_store()))
    }
}

impl Sessions {
    fn document(&self, signed_in: &SignedIn) -> Json<SessionDocument> {
        let now = self.0.engine.ports().clock.now();
        Json(SessionDocument::new(signed_in, now))
    }

    async fn set_password(
        &self,
        body: &PasswordBody,
        purpose: OneTimePurpose,
    ) -> Result<Done, Fails<Bodied>> {
        let (token, password) = &body.0;
        let engine = &self.0.engine;
        let user = engine
            .set_password(token.reveal(), purpose, password)
            .await?;
        self.0.authenticator.forget(user);
        Ok(Done::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        assert!(carried(&headers).is_none());
        let ours = cookie("works.0abc", Duration::from_secs(600));
        let ours = ours.split(';').next().unwrap_or_default();
        let sent = format!("a=b; {ours}; c=d");
        headers.insert(COOKIE, sent.parse().unwrap());
        let (provider, baggage) = carried(&headers).unwrap();
        assert_eq!((provider.as_str(), baggage.reveal()), ("works", "0abc"));
    }
}
