//! One enum per port. Every provider that Aperilex knows parses in every build, so that an absent
//! one gives a sentence instead of a riddle.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A part's own settings, read by the part. What is secret in them only the part knows, so `Debug` shows
/// nothing of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Own(Value);

impl Own {
    /// No settings.
    pub(super) fn nothing() -> Self {
        Self(Value::Object(serde_json::Map::new()))
    }
}

impl Deref for Own {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

macro_rules! selection {
    ($(#[$doc:meta])* $name:ident, default $default:ident { $($(#[$vdoc:meta])* $variant:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "provider", content = "settings", rename_all = "snake_case", deny_unknown_fields)]
        pub enum $name {
            $($(#[$vdoc])* $variant(Option<Own>),)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self::$default(None)
            }
        }
    };
}

selection! {
    /// Where filings come from.
    SourceSelection, default Edgar {
        /// EDGAR, or a mirror of it: a folder or a URL.
        Edgar,
        /// LSEG.
        Refinitiv,
        /// Bloomberg.
        Bloomberg,
        /// A custom API.
        CustomApi,
    }
}

selection! {
    /// Where records are kept.
    DatabaseSelection, default Sqlite {
        /// A file in the data directory.
        Sqlite,
        /// PostgreSQL.
        Postgres,
        /// Aurora.
        Aurora,
        /// CockroachDB.
        Cockroach,
        /// MySQL.
        Mysql,
        /// SQL Server.
        Sqlserver,
    }
}

selection! {
    /// Where documents are kept.
    DocumentsSelection, default Local {
        /// A folder in the data directory.
        Local,
        /// S3.
        S3,
        /// Google Cloud Storage.
        Gcs,
        /// Azure Blob Storage.
        AzureBlob,
    }
}

selection! {
    /// How work reaches workers.
    QueueSelection, default Embedded {
        /// A table of the database.
        Embedded,
        /// SQS FIFO.
        Sqs,
        /// RabbitMQ.
        Rabbitmq,
        /// Pub/Sub.
        Pubsub,
        /// Service Bus.
        ServiceBus,
    }
}

selection! {
    /// Who draws claims.
    AnalystSelection, default Extractive {
        /// No model: figures computed, sentences selected.
        Extractive,
        /// OpenAI, or any compatible URL.
        Openai,
        /// Azure OpenAI.
        AzureOpenai,
        /// Anthropic.
        Anthropic,
        /// Bedrock.
        Bedrock,
        /// Vertex AI.
        VertexAi,
        /// Ollama.
        Ollama,
    }
}

selection! {
    /// How those who wait are woken.
    EventsSelection, default InProcess {
        /// Inside this process.
        InProcess,
        /// PostgreSQL LISTEN/NOTIFY.
        Postgres,
        /// SNS to SQS.
        Sns,
        /// RabbitMQ fan-out.
        Rabbitmq,
    }
}

selection! {
    /// How accounts are told what happened.
    NoticeSelection, default Log {
        /// The log alone: nobody is really told.
        Log,
        /// Mails.
        Smtp,
        /// One receiver over HTTP.
        Webhook,
    }
}
