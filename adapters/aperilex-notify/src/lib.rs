#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod config;
mod error;
mod guard;
mod log;
mod smtp;
mod text;
mod webhook;
mod wire;

pub use config::{ConfigError, Security, SmtpConfig, WebhookConfig};
pub use log::LogNotifier;
pub use smtp::SmtpNotifier;
pub use webhook::WebhookNotifier;
