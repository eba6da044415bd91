//! A small mail server on loopback: it speaks the commands of RFC 5321 that a client needs, and keeps the
//! mails it takes.

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use aperilex_notify::{Security, SmtpConfig, SmtpNotifier};
use aperilex_ports::contract::{Backend, NotifierBench, NotifierFixture, Running};
use aperilex_ports::{NoticeId, Notifier};
use async_trait::async_trait;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail as it was sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taken {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: String,
}

#[derive(Debug)]
pub(crate) struct MailServer {
    pub(crate) port: u16,
    pub(crate) mails: Arc<Mutex<Vec<Taken>>>,
    /// What recipients are answered with; 250 to take them.
    pub(crate) answer: Arc<AtomicU16>,
}

impl MailServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            mails: Arc::default(),
            answer: Arc::new(AtomicU16::new(250)),
        };
        let (mails, answer) = (server.mails.clone(), server.answer.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, mails.clone(), answer.clone()));
            }
        });
        server
    }

    pub(crate) fn config(&self) -> SmtpConfig {
        SmtpConfig {
            host: "127.0.0.1".into(),
            port: Some(self.port),
            security: Security::None,
            user: None,
            password: None,
            from: "noreply@aperilex.example".parse().unwrap(),
            public_url: Some("https://app.aperilex.example/".parse().unwrap()),
        }
    }

    pub(crate) fn mails(&self) -> Vec<Taken> {
        self.mails.lock().unwrap().clone()
    }
}

async fn converse(
    stream: TcpStream,
    mails: Arc<Mutex<Vec<Taken>>>,
    answer: Arc<AtomicU16>,
) -> Option<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read);
    write.write_all(b"220 local ESMTP\r\n").await.ok()?;
    let mut mail = Taken::default();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        let word = line.split([' ', ':']).next()?.to_ascii_uppercase();
        let said = match word.as_str() {
            "EHLO" => "250-local\r\n250-8BITMIME\r\n250 SIZE 1000000".to_owned(),
            "MAIL" => {
                mail.from = bracketed(line);
                "250 go on".to_owned()
            }
            "RCPT" => match answer.load(Ordering::Relaxed) {
                250 => {
                    mail.to.push(bracketed(line));
                    "250 go on".to_owned()
                }
                // Real servers repeat the address.
                code => format!("{code} {} is not for us", bracketed(line)),
            },
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                mail.data = data(&mut lines).await?;
                mails.lock().unwrap().push(std::mem::take(&mut mail));
                "250 taken".to_owned()
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await.ok()?;
                return Some(());
            }
            "RSET" | "NOOP" => "250 go on".to_owned(),
            _ => "502 not here".to_owned(),
        };
        write.write_all(said.as_bytes()).await.ok()?;
        write.write_all(b"\r\n").await.ok()?;
    }
}

fn bracketed(line: &str) -> String {
    let inner = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(inner, _)| inner.to_owned()).unwrap_or_default()
}

/// Up to the line with the full stop, doubled stops undone.
async fn data(lines: &mut (impl AsyncBufReadExt + AsyncReadExt + Unpin)) -> Option<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.as_str() {
            ".\r\n" => return Some(text),
            line => text.push_str(line.strip_prefix('.').unwrap_or(line)),
        }
    }
}

pub(crate) struct Smtp;

#[async_trait]
impl NotifierFixture for Smtp {
    fn backend(&self) -> Backend {
        Backend::Ready
    }

    async fn fresh(&self) -> Box<dyn NotifierBench> {
        Box::new(MailServer::start().await)
    }

    fn block_on(&self, scenario: Running<'_>) {
        super::block_on(scenario);
    }
}

#[async_trait]
impl NotifierBench for MailServer {
    fn notifier(&self) -> Arc<dyn Notifier> {
        Arc::new(SmtpNotifier::new(&self.config()).unwrap())
    }

    async fn received(&self) -> Vec<NoticeId> {
        let id = |mail: Taken| {
            let line = mail
                .data
                .lines()
                .find_map(|line| line.strip_prefix("Message-ID: <"));
            let (id, _) = line.unwrap().split_once('@').unwrap();
            id.parse().unwrap()
        };
        self.mails().into_iter().map(id).collect()
    }

    async fn fail(&self, failing: bool) -> bool {
        let code = if failing { 550 } else { 250 };
        self.answer.store(code, Ordering::Relaxed);
        true
    }
}
