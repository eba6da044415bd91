//! Local mode: the owner of the installation, and filings from local files.

use std::io::Write;
use std::path::{Path, PathBuf};

use aperilex_core::ports::{FilingParser, ParseFilingError};
use aperilex_core::{
    Account, Cik, Digest, Email, Engine, EngineError, Fact, FilingId, FilingMeta, FormType,
    MicroUsd, RawDocument, RawFiling, Role, Secret, Tier,
};

use crate::error::WiringError;

/// The owner's address: it is never written to.
const OWNER: &str = "owner@aperilex.local";
/// The owner's key, in the data directory.
const KEY_FILE: &str = "owner.key";

/// The account that owns a local installation.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The account.
    pub account: Account,
    /// The file its key is kept in, readable by its owner alone.
    pub key_file: PathBuf,
    /// The key, if it was made just now: the one time to show it.
    pub new_key: Option<Secret>,
}

/// The owner of this installation, made at the first call.
///
/// # Errors
/// [`WiringError`] if the account or its key file cannot be made.
pub async fn owner(engine: &Engine, data_dir: &Path) -> Result<Owner, WiringError> {
    let start = || WiringError::start("owner's account");
    let key_file = data_dir.join(KEY_FILE);
    let email: Email = OWNER.parse().map_err(|e| start()(Box::new(e)))?;
    let accounts = &engine.ports().stores.accounts;
    let known = accounts
        .by_email(&email)
        .await
        .map_err(|e| start()(e.into()))?;
    let (account, key) = match known {
        Some(account) if has_key(&key_file) => {
            return Ok(Owner {
                account,
                key_file,
                new_key: None,
            });
        }
        Some(account) => {
            let key = engine
                .issue_key(account.id)
                .await
                .map_err(|e| start()(e.into()))?;
            (account, key)
        }
        None => match create(engine, email.clone()).await {
            Ok(made) => made,
            // Another process was faster; its key is in the file.
            Err(EngineError::Refused(_)) => {
                let account = accounts
                    .by_email(&email)
                    .await
                    .map_err(|e| start()(e.into()))?;
                let account = account.ok_or_else(|| start()("the account is gone".into()))?;
                return Ok(Owner {
                    account,
                    key_file,
                    new_key: None,
                });
            }
            Err(error) => return Err(start()(error.into())),
        },
    };
    write_secret(&key_file, key.reveal()).map_err(|e| start()(e.into()))?;
    Ok(Owner {
        account,
        key_file,
        new_key: Some(key),
    })
}

async fn create(engine: &Engine, email: Email) -> Result<(Account, Secret), EngineError> {
    let made = engine
        .create_account(email, Tier::Enterprise, Role::Admin, MicroUsd::ZERO)
        .await?;
    Ok((made.account, made.key))
}

fn has_key(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|key| !key.trim().is_empty())
}

/// Writes a file that its owner alone can read: whole or not at all.
fn write_secret(path: &Path, secret: &str) -> std::io::Result<()> {
    let draft = path.with_extension(format!("{}.tmp", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    writeln!(file, "{secret}")?;
    file.sync_all()?;
    std::fs::rename(&draft, path)
}

/// A local file as a filing. What it is comes from its SGML header, its inline XBRL, or the caller.
///
/// # Errors
/// [`ParseFilingError`] if it cannot be read; `Ok(None)` if neither the file nor the caller says
/// what form it is.
pub fn local_filing(
    path: &Path,
    bytes: Vec<u8>,
    form: Option<FormType>,
    parser: &dyn FilingParser,
) -> Result<Option<RawFiling>, ParseFilingError> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let head = sgml_header(&bytes);
    let header = |label: &str| header_value(&head, label);
    let digest = Digest::of(&bytes);
    let stated: Option<FormType> =
        header("CONFORMED SUBMISSION TYPE").and_then(|text| text.parse().ok());
    let date = |label: &str| header(label).and_then(|text| compact_date(&text));
    // Facts do not depend on the form, so any will do until they have said which one it is.
    let Ok(guess) = form
        .clone()
        .or_else(|| stated.clone())
        .map_or_else(|| "10-K".parse(), Ok)
    else {
        return Ok(None);
    };
    let mut filing = RawFiling {
        meta: FilingMeta {
            // Anybody can write an accession number into a file: it does not make it that filing.
            id: FilingId::of_content(&digest),
            accession: None,
            cik: header("CENTRAL INDEX KEY").and_then(|text| text.parse().ok()),
            company: header("COMPANY CONFORMED NAME"),
            ticker: None,
            form: guess,
            filed: date("FILED AS OF DATE"),
            period: date("CONFORMED PERIOD OF REPORT"),
            items: Vec::new(),
            primary_document: name.clone(),
            url: None,
        },
        documents: vec![RawDocument {
            name: name.unwrap_or_else(|| "document".to_owned()),
            doc_type: None,
            sequence: None,
            description: None,
            bytes: bytes.into(),
        }],
    };
    let facts = parser.parse(&filing)?.facts;
    let Some(form) = form
        .or(stated)
        .or_else(|| dei(&facts, "DocumentType")?.parse().ok())
    else {
        return Ok(None);
    };
    let meta = &mut filing.meta;
    meta.form = form;
    meta.company = meta
        .company
        .take()
        .or_else(|| dei(&facts, "EntityRegistrantName"));
    meta.cik = meta
        .cik
        .or_else(|| dei(&facts, "EntityCentralIndexKey")?.parse::<Cik>().ok());
    Ok(Some(filing))
}

/// The SGML header of a full submission; empty for any other file.
fn sgml_header(bytes: &[u8]) -> String {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(64 * 1024)]);
    let begins = [
        "<SEC-DOCUMENT>",
        "<SEC-HEADER>",
        "<IMS-DOCUMENT>",
        "<IMS-HEADER>",
        "-----BEGIN PRIVACY",
    ];
    if !begins
        .iter()
        .any(|mark| head.trim_start().starts_with(mark))
    {
        return String::new();
    }
    let ends = ["</SEC-HEADER>", "</IMS-HEADER>", "<DOCUMENT>"];
    let end = ends
        .iter()
        .filter_map(|mark| head.find(mark))
        .min()
        .unwrap_or(head.len());
    head[..end].to_owned()
}

fn header_value(head: &str, label: &str) -> Option<String> {
    let line = head
        .lines()
        .find(|line| line.trim_start().starts_with(label))?;
    let value = line
        .trim_start()
        .strip_prefix(label)?
        .trim_start()
        .strip_prefix(':')?
        .trim();
    (!value.is_empty()).then(|| value.to_owned())
}

fn compact_date(text: &str) -> Option<aperilex_core::Date> {
    let (year, rest) = text.split_at_checked(4)?;
    let (month, day) = rest.split_at_checked(2)?;
    format!("{year}-{month}-{day}").parse().ok()
}

fn dei(facts: &[Fact], name: &str) -> Option<String> {
    let fact = facts
        .iter()
        .find(|fact| fact.concept.strip_prefix("dei:") == Some(name))?;
    (!fact.value.is_empty()).then(|| fact.value.clone())
}
