//! By mail.

use std::fmt;
use std::time::SystemTime;

use aperilex_ports::{MAX_NOTIFY_TIME, Notice, Notifier, NotifyError};
use async_trait::async_trait;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::ExposeSecret;
use url::Url;

use crate::config::{ConfigError, Security, SmtpConfig};
use crate::error::{self, Cause};
use crate::text::mail;

/// Sends mails through a mail server.
pub struct SmtpNotifier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    host: String,
    public_url: Option<Url>,
}

impl fmt::Debug for SmtpNotifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpNotifier")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

impl SmtpNotifier {
    /// A notifier on this server. It connects when there is something to send.
    ///
    /// # Errors
    /// [`ConfigError`]: what is wrong and what would be right.
    pub fn new(config: &SmtpConfig) -> Result<Self, ConfigError> {
        config.check()?;
        let tls = || {
            TlsParameters::new(config.host.clone()).map_err(|_| ConfigError {
                setting: "host",
                reason: "expected a name that TLS certificates can have",
            })
        };
        let tls = match config.security {
            Security::Starttls => Tls::Required(tls()?),
            Security::Tls => Tls::Wrapper(tls()?),
            Security::None => Tls::None,
        };
        let port = config.port.unwrap_or_else(|| config.security.port());
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(port)
            .tls(tls)
            .timeout(Some(MAX_NOTIFY_TIME));
        if let (Some(user), Some(password)) = (&config.user, &config.password) {
            let (user, password) = (user.expose_secret(), password.expose_secret());
            transport = transport.credentials(Credentials::new(user.into(), password.into()));
        }
        let address: Address = config.from.as_str().parse().map_err(|_| ConfigError {
            setting: "from",
            reason: "expected an e-mail address such as name@example.com",
        })?;
        Ok(Self {
            transport: transport.build(),
            from: Mailbox::new(Some("Aperilex".to_owned()), address),
            host: config.host.clone(),
            public_url: config.public_url.clone(),
        })
    }

    fn message(&self, notice: &Notice) -> Result<Message, Cause> {
        let to = notice.to.as_str().parse::<Address>();
        let to = to.map_err(|_| Cause::Message("the address cannot be written"))?;
        let words = mail(notice, self.public_url.as_ref());
        // The same however often it is sent: mail readers show it once.
        let id = format!("<{}@{}>", notice.id, self.from.email.domain());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(words.subject)
            .date(SystemTime::from(notice.at))
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(words.body);
        let mut message = message.map_err(|_| Cause::Message("a header cannot be written"))?;
        // RFC 3834: nobody's out-of-office answers this.
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        let value = HeaderValue::new(name, "auto-generated".to_owned());
        message.headers_mut().insert_raw(value);
        Ok(message)
    }
}

#[async_trait]
impl Notifier for SmtpNotifier {
    async fn notify(&self, notice: &Notice) -> Result<(), NotifyError> {
        let message = self.message(notice).map_err(Cause::unavailable)?;
        let sent = tokio::time::timeout(MAX_NOTIFY_TIME, self.transport.send(message)).await;
        match sent {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error::smtp(&error)),
            Err(_) => Err(Cause::TimedOut(MAX_NOTIFY_TIME.as_secs()).unavailable()),
        }
    }
}
