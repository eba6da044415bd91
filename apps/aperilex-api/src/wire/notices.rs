//! What an account is told of.

use aperilex_core::NoticePreferences;
use poem::{Request, RequestBody, Result};
use poem_openapi::payload::{ParsePayload, Payload};
use poem_openapi::registry::{MetaSchemaRef, Registry};
use poem_openapi::types::Type;
use poem_openapi::{Object, impl_apirequest_for_payload};

use super::strict;
use crate::body;
use crate::problem::Problem;

/// What an account is told of.
#[derive(Debug, Clone, Copy, Object)]
#[oai(rename = "Notices", deny_unknown_fields)]
pub(crate) struct NoticesDocument {
    /// Tasks that are done or have failed.
    tasks: bool,
    /// A balance that has become low.
    low_balance: bool,
}

impl From<NoticePreferences> for NoticesDocument {
    fn from(preferences: NoticePreferences) -> Self {
        Self {
            tasks: preferences.tasks,
            low_balance: preferences.low_balance,
        }
    }
}

/// The body of a choice, read strictly.
#[derive(Debug)]
pub(crate) struct NoticesBody(pub(crate) NoticePreferences);

impl Payload for NoticesBody {
    const CONTENT_TYPE: &'static str = "application/json";

    fn check_content_type(content_type: &str) -> bool {
        body::is_json(content_type)
    }

    fn schema_ref() -> MetaSchemaRef {
        NoticesDocument::schema_ref()
    }

    fn register(registry: &mut Registry) {
        NoticesDocument::register(registry);
    }
}

impl ParsePayload for NoticesBody {
    const IS_REQUIRED: bool = true;

    async fn from_request(request: &Request, body: &mut RequestBody) -> Result<Self> {
        let bytes = body::read(request, body).await?;
        Ok(Self(read(&bytes)?))
    }
}

impl_apirequest_for_payload!(NoticesBody);

fn read(bytes: &[u8]) -> Result<NoticePreferences, Problem> {
    let mut fields = strict::parse(bytes)?;
    let tasks = fields.truth("tasks");
    let low_balance = fields.truth("low_balance");
    fields.finish()?;
    // Without one of them there was a complaint.
    let (Some(tasks), Some(low_balance)) = (tasks, low_balance) else {
        return Err(Problem::internal());
    };
    Ok(NoticePreferences { tasks, low_balance })
}
