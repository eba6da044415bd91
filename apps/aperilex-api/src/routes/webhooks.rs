//! What others tell us.

use std::sync::Arc;

use aperilex_core::PaymentOutcome;
use poem::http::HeaderMap;
use poem_openapi::param::Header;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};

use super::Group;
use crate::api::Api;
use crate::problem::{Fails, Problem, ProblemCode, Signed};
use crate::wire::payment::{News, PaymentReceipt, SignedBody, read};

#[derive(Debug)]
pub(crate) struct Webhooks(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum Received {
    /// The event is kept; it need not be sent again.
    #[oai(status = 200)]
    Ok(Json<PaymentReceipt>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Group::Service")]
impl Webhooks {
    /// The provider of payments tells of one.
    ///
    /// For the provider alone, who signs the body with the secret agreed on. An event is taken in once,
    /// however often and in whatever order events come.
    #[oai(
        path = "/webhooks/payments",
        method = "post",
        operation_id = "receivePaymentEvent"
    )]
    async fn payment(
        &self,
        /// `t=…,v1=…`: the seconds since 1970, and in hex the HMAC-SHA256 over them, a full stop and the
        /// body's bytes.
        #[oai(name = "Payment-Signature")]
        _signature: Header<Option<String>>,
        headers: &HeaderMap,
        body: SignedBody,
    ) -> Result<Received, Fails<Signed>> {
        let Some(secret) = &self.0.settings.payment_secret else {
            let detail = "payments are not taken here; set payments.webhook_secret to take them";
            return Err(Problem::new(ProblemCode::NotFound, detail).into());
        };
        let engine = &self.0.engine;
        secret.check(headers, &body.0, engine.ports().clock.now())?;
        // One who sends more than we can keep sends the rest again later.
        let Ok(_turn) = self.0.payments.try_acquire() else {
            let detail = "too many events at a time; send it again";
            return Err(Problem::new(ProblemCode::QuotaExceeded, detail)
                .retry_after(1)
                .into());
        };
        let (id, recorded) = match read(&body.0)? {
            News::Event(event) => (event.id.clone(), engine.record_payment(event).await?),
            News::Odd {
                id,
                payment,
                reason,
            } => {
                let noted = engine.note_payment_event(id.clone(), payment, reason.to_owned());
                (id, noted.await?)
            }
        };
        if recorded.outcome == PaymentOutcome::Odd && !recorded.repeated {
            let reason = recorded.reason.as_deref().unwrap_or_default();
            tracing::error!(
                event = id,
                reason,
                "a payment event makes no sense here: {reason}"
            );
        }
        Ok(Received::Ok(Json(recorded.into())))
    }
}
