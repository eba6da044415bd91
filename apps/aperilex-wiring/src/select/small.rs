//! Ports whose choice is small: queue, analyst, events, notices.

use std::sync::Arc;

use aperilex_core::ports::{Clock, EventBus, FilingAnalyst, Notifier};
use aperilex_events::InProcessEvents;
use aperilex_extractive::ExtractiveAnalyst;
use aperilex_notify::{ConfigError, LogNotifier, SmtpNotifier, WebhookNotifier};
use serde_json::Value;

use super::{absent, own};
use crate::error::WiringError;
use crate::settings::{AnalystSelection, EventsSelection, NoticeSelection, QueueSelection};

/// The embedded queue lives on the database, so there is nothing to build here but a refusal.
pub(crate) fn check_queue(selection: &QueueSelection) -> Result<(), WiringError> {
    let provider = match selection {
        QueueSelection::Embedded(settings) => return no_settings("queue", settings.as_deref()),
        QueueSelection::Sqs(_) => "sqs",
        QueueSelection::Rabbitmq(_) => "rabbitmq",
        QueueSelection::Pubsub(_) => "pubsub",
        QueueSelection::ServiceBus(_) => "service_bus",
    };
    Err(absent("queue", provider, "`embedded`"))
}

pub(crate) fn analysts(
    selection: &AnalystSelection,
) -> Result<Vec<Arc<dyn FilingAnalyst>>, WiringError> {
    let provider = match selection {
        AnalystSelection::Extractive(settings) => {
            no_settings("analyst", settings.as_deref())?;
            return Ok(vec![Arc::new(ExtractiveAnalyst)]);
        }
        AnalystSelection::Openai(_) => "openai",
        AnalystSelection::AzureOpenai(_) => "azure_openai",
        AnalystSelection::Anthropic(_) => "anthropic",
        AnalystSelection::Bedrock(_) => "bedrock",
        AnalystSelection::VertexAi(_) => "vertex_ai",
        AnalystSelection::Ollama(_) => "ollama",
    };
    Err(absent("analyst", provider, "`extractive`"))
}

pub(crate) fn events(selection: &EventsSelection) -> Result<Arc<dyn EventBus>, WiringError> {
    let provider = match selection {
        EventsSelection::InProcess(settings) => {
            no_settings("events", settings.as_deref())?;
            return Ok(Arc::new(InProcessEvents::default()));
        }
        EventsSelection::Postgres(_) => "postgres",
        EventsSelection::Sns(_) => "sns",
        EventsSelection::Rabbitmq(_) => "rabbitmq",
    };
    Err(absent("events", provider, "`in_process`"))
}

pub(crate) fn notifier(
    selection: &NoticeSelection,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Notifier>, WiringError> {
    let refused = |error: ConfigError| {
        let path = format!("notices.settings.{}", error.setting);
        WiringError::setting(path, error.reason)
    };
    Ok(match selection {
        NoticeSelection::Log(settings) => {
            no_settings("notices", settings.as_deref())?;
            Arc::new(LogNotifier)
        }
        NoticeSelection::Smtp(settings) => {
            let config = own("notices", settings.as_deref())?;
            Arc::new(SmtpNotifier::new(&config).map_err(refused)?)
        }
        NoticeSelection::Webhook(settings) => {
            let config = own("notices", settings.as_deref())?;
            Arc::new(WebhookNotifier::new(&config, clock).map_err(refused)?)
        }
    })
}

/// An adapter without settings refuses any.
fn no_settings(port: &'static str, settings: Option<&Value>) -> Result<(), WiringError> {
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct NoSettings {}
    own::<NoSettings>(port, settings).map(|NoSettings {}| ())
}
