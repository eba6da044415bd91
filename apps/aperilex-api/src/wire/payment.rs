//! Events of payments, as their provider sends them.

use aperilex_core::ports::{MAX_PAYMENT, MAX_PAYMENT_ID, RecordedEvent, StoredEvent};
use aperilex_core::{MicroUsd, PaymentEvent, PaymentOutcome, PaymentState};
use bytes::Bytes;
use poem::{Request, RequestBody, Result};
use poem_openapi::payload::{ParsePayload, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{Enum, Object, impl_apirequest_for_payload};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::text::{Moment, Usd};
use crate::body;
use crate::problem::{Problem, ProblemCode};

/// The payment that an event is about.
#[derive(Debug, Object)]
#[oai(rename = "Payment")]
struct PaymentDocument {
    /// The provider's id.
    id: String,
    /// Grows with every change of the payment; events may come in any order.
    version: u64,
    /// The account it is for.
    account_id: Uuid,
    /// How much.
    amount_usd: Usd,
    /// `usd`.
    currency: String,
}

/// Something happened to a payment. Fields that are not described are passed over.
#[derive(Debug, Object)]
#[oai(rename = "PaymentEvent")]
pub(crate) struct PaymentEventDocument {
    /// The provider's id of the event: the same event has the same one however often it is sent.
    id: String,
    /// `payment.paid` or `payment.reversed`; others are kept, and nothing is done.
    #[oai(rename = "type")]
    kind: String,
    payment: PaymentDocument,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "PaymentOutcome", rename_all = "snake_case")]
enum OutcomeWord {
    /// Its credits are the account's.
    Credited,
    /// Its credits were taken back.
    Reversed,
    /// It says what was so already.
    Unchanged,
    /// A newer version of the payment is known.
    Stale,
    /// It makes no sense here, and an operator was told.
    Odd,
}

/// An event was taken in.
#[derive(Debug, Object)]
#[oai(rename = "PaymentReceipt", skip_serializing_if_is_none)]
pub(crate) struct PaymentReceipt {
    /// What was done when it came first.
    outcome: OutcomeWord,
    /// Whether it came before.
    repeated: bool,
    /// What is odd about it.
    reason: Option<String>,
}

/// An event that came, as administrators see it.
#[derive(Debug, Object)]
#[oai(rename = "TakenPaymentEvent", skip_serializing_if_is_none)]
pub(crate) struct TakenDocument {
    /// The provider's id of the event.
    event_id: String,
    /// The provider's id of the payment, if it could be read.
    payment_id: Option<String>,
    /// The account, if it could be read.
    account_id: Option<Uuid>,
    outcome: OutcomeWord,
    /// What is odd about it.
    reason: Option<String>,
    received_at: Moment,
}

/// Events that came, newest first.
#[derive(Debug, Object)]
#[oai(rename = "TakenPaymentEvents")]
pub(crate) struct TakenDocuments {
    pub(crate) items: Vec<TakenDocument>,
}

impl From<PaymentOutcome> for OutcomeWord {
    fn from(outcome: PaymentOutcome) -> Self {
        match outcome {
            PaymentOutcome::Credited => Self::Credited,
            PaymentOutcome::Reversed => Self::Reversed,
            PaymentOutcome::Unchanged => Self::Unchanged,
            PaymentOutcome::Stale => Self::Stale,
            PaymentOutcome::Odd => Self::Odd,
        }
    }
}

impl From<&StoredEvent> for TakenDocument {
    fn from(event: &StoredEvent) -> Self {
        Self {
            event_id: event.id.clone(),
            payment_id: event.payment.clone(),
            account_id: event.user.map(|user| user.as_uuid()),
            outcome: event.outcome.into(),
            reason: event.reason.clone(),
            received_at: event.received_at.into(),
        }
    }
}

impl From<RecordedEvent> for PaymentReceipt {
    fn from(recorded: RecordedEvent) -> Self {
        Self {
            outcome: recorded.outcome.into(),
            repeated: recorded.repeated,
            reason: recorded.reason,
        }
    }
}

/// A body as it came: nothing is read of it before its signature is checked.
#[derive(Debug)]
pub(crate) struct SignedBody(pub(crate) Bytes);

impl Payload for SignedBody {
    const CONTENT_TYPE: &'static str = "application/json";

    fn check_content_type(content_type: &str) -> bool {
        body::is_json(content_type)
    }

    fn schema_ref() -> MetaSchemaRef {
        PaymentEventDocument::schema_ref()
    }

    fn register(registry: &mut Registry) {
        PaymentEventDocument::register(registry);
    }
}

impl ParsePayload for SignedBody {
    const IS_REQUIRED: bool = true;

    async fn from_request(request: &Request, body: &mut RequestBody) -> Result<Self> {
        Ok(Self(body::read(request, body).await?))
    }
}

impl_apirequest_for_payload!(SignedBody);

/// What an event says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Something that is understood.
    Event(PaymentEvent),
    /// Something that is not.
    Odd {
        /// The event.
        id: String,
        /// The payment, if it has a lawful id.
        payment: Option<String>,
        /// What is odd.
        reason: &'static str,
    },
}

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type", default)]
    kind: Value,
    #[serde(default)]
    payment: Value,
}

/// Reads an event that is known to be the provider's. Only what has no id is refused: it could not be
/// told from the next one.
pub(crate) fn read(body: &[u8]) -> Result<News, Problem> {
    let event: Event = serde_json::from_slice(body).map_err(|_| {
        let detail = "expected a JSON object with the event's id";
        Problem::new(ProblemCode::MalformedJson, detail)
    })?;
    if !is_id(&event.id) {
        let detail = format!("expected 1 to {MAX_PAYMENT_ID} visible ASCII characters");
        return Err(Problem::field(ProblemCode::InvalidField, "/id", detail));
    }
    let payment = id_of(&event.payment);
    Ok(match understood(&event, payment.as_deref()) {
        Ok(event) => News::Event(event),
        Err(reason) => News::Odd {
            id: event.id,
            payment,
            reason,
        },
    })
}

/// Reads an event as its provider sends it, of somebody who has it from elsewhere.
///
/// # Errors
/// Why it cannot be understood.
pub fn payment_event(body: &[u8]) -> Result<PaymentEvent, String> {
    match read(body) {
        Ok(News::Event(event)) => Ok(event),
        Ok(News::Odd { reason, .. }) => Err(reason.to_owned()),
        Err(problem) => Err(problem.detail.into_owned()),
    }
}

fn understood(event: &Event, payment: Option<&str>) -> Result<PaymentEvent, &'static str> {
    let state = match event.kind.as_str() {
        Some("payment.paid") => PaymentState::Paid,
        Some("payment.reversed") => PaymentState::Reversed,
        _ => return Err("the type of the event is unknown"),
    };
    let field = |name: &str| event.payment.get(name).unwrap_or(&Value::Null);
    let payment = payment.ok_or("the payment has no lawful id")?;
    let version = field("version")
        .as_u64()
        .filter(|v| i64::try_from(*v).is_ok());
    let account = field("account_id").as_str().map(str::parse);
    let user = account.and_then(Result::ok);
    match field("currency").as_str() {
        Some("usd" | "USD") => {}
        _ => return Err("the currency is not US dollars"),
    }
    let amount = field("amount_usd").as_str().map(str::parse::<MicroUsd>);
    let amount = amount.and_then(Result::ok);
    let lawful = |amount: &MicroUsd| amount.is_positive() && *amount <= MAX_PAYMENT;
    Ok(PaymentEvent {
        id: event.id.clone(),
        payment: payment.to_owned(),
        version: version.ok_or("the payment has no version")?,
        user: user.ok_or("the account's id is not one")?,
        amount: amount.filter(lawful).ok_or("the amount is not lawful")?,
        state,
    })
}

fn id_of(payment: &Value) -> Option<String> {
    let id = payment.get("id")?.as_str()?;
    is_id(id).then(|| id.to_owned())
}

fn is_id(text: &str) -> bool {
    (1..=MAX_PAYMENT_ID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn event() -> Value {
        json!({"id": "evt_1", "type": "payment.paid", "livemode": true, "payment": {
            "id": "pay_1", "version": 3, "account_id": "019b76da-a800-7000-8000-000000000003",
            "amount_usd": "10.50", "currency": "usd", "method": "card"}})
    }

    fn news(event: &Value) -> News {
        read(event.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn an_event_is_read_and_what_is_not_described_passed_over() {
        let News::Event(read) = news(&event()) else {
            panic!("it is understood")
        };
        assert_eq!(
            (read.id.as_str(), read.payment.as_str()),
            ("evt_1", "pay_1")
        );
        assert_eq!((read.version, read.amount), (3, MicroUsd::new(10_500_000)));
        assert_eq!(read.state, PaymentState::Paid);
    }

    #[test]
    fn what_is_odd_is_told_from_what_is_not_an_event() {
        let set = |pointer: &str, value: Value| {
            let mut event = event();
            *event.pointer_mut(pointer).unwrap() = value;
            event
        };
        for odd in [
            set("/type", json!("payment.dreamt")),
            set("/type", json!(7)),
            set("/payment", json!(null)),
            set("/payment", json!("pay_1")),
            set("/payment/id", json!("")),
            set("/payment/id", json!("a b")),
            set("/payment/id", json!("x".repeat(201))),
            set("/payment/version", json!(-1)),
            set("/payment/version", json!(1.5)),
            set("/payment/version", json!(u64::MAX)),
            set("/payment/account_id", json!("somebody")),
            set("/payment/amount_usd", json!("0")),
            set("/payment/amount_usd", json!("-5.00")),
            set("/payment/amount_usd", json!(5)),
            set("/payment/amount_usd", json!("1e3")),
            set("/payment/amount_usd", json!("0.0000001")),
            set("/payment/amount_usd", json!("1000000.000001")),
            set("/payment/currency", json!("eur")),
        ] {
            assert!(matches!(news(&odd), News::Odd { .. }), "{odd}");
        }
        for none in [
            b"".as_slice(),
            b"[]",
            b"{}",
            b"{\"id\":7}",
            b"{\"id\":\"\"}",
            b"{\"id\":\"a\\u0000\"}",
            b"{\"id\":\"a\",\"id\":\"b\"}",
            b"\xff",
        ] {
            assert!(read(none).is_err(), "{none:?}");
        }
    }
}
