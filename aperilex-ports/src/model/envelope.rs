//! What travels on a queue.
//!
//! The bytes are made and read here and nowhere else, so every queue adapter moves the same ones.
//! A message says which task and which generation; price, tier and filing are the database's word.

use serde::{Deserialize, Serialize};

use super::TaskId;

/// A message for a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TaskMessage {
    /// The task to work on.
    pub task: TaskId,
    /// The generation this message was sent for; an older one than the task's is void.
    pub generation: u32,
}

/// Why bytes are not a message.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeEnvelopeError {
    /// Not an envelope of any version: it can never be read.
    #[error("not a task envelope")]
    Malformed,
    /// Written by a newer version: a newer worker can read it.
    #[error("task envelope of version {version}, this build reads up to {latest}", latest = TaskMessage::VERSION)]
    Newer {
        /// Its version.
        version: u64,
    },
}

#[derive(Deserialize)]
struct Header {
    schema_version: u64,
}

#[derive(Serialize, Deserialize)]
struct V1 {
    schema_version: u64,
    task_id: TaskId,
    generation: u32,
}

impl TaskMessage {
    /// The version that [`TaskMessage::encode`] writes.
    pub const VERSION: u64 = 1;

    /// The envelope's bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let envelope = V1 {
            schema_version: Self::VERSION,
            task_id: self.task,
            generation: self.generation,
        };
        // Plain data with string keys: serialising it cannot fail.
        serde_json::to_vec(&envelope).unwrap_or_default()
    }

    /// Reads an envelope of any version ever written.
    ///
    /// # Errors
    /// [`DecodeEnvelopeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeEnvelopeError> {
        let header: Header =
            serde_json::from_slice(bytes).map_err(|_| DecodeEnvelopeError::Malformed)?;
        match header.schema_version {
            1 => serde_json::from_slice::<V1>(bytes)
                .map(|v1| Self {
                    task: v1.task_id,
                    generation: v1.generation,
                })
                .map_err(|_| DecodeEnvelopeError::Malformed),
            version if version > Self::VERSION => Err(DecodeEnvelopeError::Newer { version }),
            _ => Err(DecodeEnvelopeError::Malformed),
        }
    }
}
