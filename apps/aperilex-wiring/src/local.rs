//! Local mode: the owner of the installation, and filings from local files.

use std::io::Write;
use std::path::{Path, PathBuf};

use aperilex_core::ports::{FilingParser, ParseFilingError};
use aperilex_core::{
    Account, Actor, Cik, Digest, Email, Engine, EngineError, Fact, FilingContent, FilingId,
    FilingMeta, FormType, MicroUsd, NewKey, RawDocument, RawFiling, Role, Secret, Tier,
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
            let wanted = NewKey::whole("owner");
            let issued = engine
                .issue_key_by(Actor::Operator, account.id, &wanted)
                .await;
            let issued = issued.map_err(|e| start()(e.into()))?;
            (account, issued.secret)
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

/// A filing from a local file, read.
#[derive(Debug)]
pub struct LocalFiling {
    /// The file, and what is known of it.
    pub filing: RawFiling,
    /// What is in it.
    pub content: FilingContent,
}

/// A local file as a filing. What it is comes from the caller, its SGML header or its inline XBRL.
///
/// # Errors
/// [`ParseFilingError`] if it cannot be read; `Ok(None)` if neither the file nor the caller says
/// what form it is.
pub fn local_filing(
    path: &Path,
    bytes: Vec<u8>,
    form: Option<FormType>,
    parser: &dyn FilingParser,
) -> Result<Option<LocalFiling>, ParseFilingError> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    // Any form will do until the content has said which one it is, but a right guess is read once.
    let Some(guess) = form
        .clone()
        .or_else(|| glimpse(&bytes))
        .or_else(|| "10-K".parse().ok())
    else {
        return Ok(None);
    };
    let sha256 = Digest::of(&bytes);
    let mut filing = RawFiling {
        meta: FilingMeta {
            // Anybody can write an accession number into a file: it does not make it that filing.
            id: FilingId::of_content(&sha256),
            accession: None,
            cik: None,
            company: None,
            ticker: None,
            form: guess,
            filed: None,
            period: None,
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
            sha256: Some(sha256),
        }],
    };
    let mut content = parser.parse(&filing)?;
    let stated = || {
        let header = content.header.as_ref().and_then(|h| h.form.clone());
        header.or_else(|| dei(&content.facts, "DocumentType")?.parse().ok())
    };
    let Some(form) = form.or_else(stated) else {
        return Ok(None);
    };
    describe(&mut filing.meta, &content);
    if form != filing.meta.form {
        filing.meta.form = form;
        content = parser.parse(&filing)?;
    }
    Ok(Some(LocalFiling { filing, content }))
}

/// What the content says of the filing: its header, else its cover.
fn describe(meta: &mut FilingMeta, content: &FilingContent) {
    if let Some(header) = &content.header {
        meta.filed = header.filed;
        meta.period = header.period;
        meta.items.clone_from(&header.items);
        if let Some(filer) = header.filer() {
            meta.cik = filer.cik;
            meta.company.clone_from(&filer.name);
        }
    }
    let facts = &content.facts;
    let company = || dei(facts, "EntityRegistrantName");
    meta.company = meta.company.take().or_else(company);
    let cik = || dei(facts, "EntityCentralIndexKey")?.parse::<Cik>().ok();
    meta.cik = meta.cik.or_else(cik);
    let period = || dei(facts, "DocumentPeriodEndDate")?.parse().ok();
    meta.period = meta.period.or_else(period);
}

/// A guess of the form: the first document type of a submission, or the cover of inline XBRL.
fn glimpse(bytes: &[u8]) -> Option<FormType> {
    let text = |start: &str, open: &str| {
        let at = find(bytes, start.as_bytes())?;
        let rest = bytes.get(at..at.saturating_add(1024).min(bytes.len()))?;
        let from = find(rest, open.as_bytes())? + open.len();
        let value = rest.get(from..)?;
        let end = value.iter().position(|b| matches!(b, b'<' | b'\r' | b'\n'));
        let value = std::str::from_utf8(value.get(..end?)?).ok()?;
        value.trim().parse::<FormType>().ok()
    };
    text("<TYPE>", "<TYPE>").or_else(|| text("dei:DocumentType\"", ">"))
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, needle)
}

fn dei(facts: &[Fact], name: &str) -> Option<String> {
    let fact = facts
        .iter()
        .find(|fact| fact.concept.strip_prefix("dei:") == Some(name))?;
    (!fact.value.is_empty()).then(|| fact.canonical().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glimpse_tells_the_form() {
        for (file, form) in [
            (
                "<SEC-HEADER>x</SEC-HEADER>\n<DOCUMENT>\n<TYPE>10-K405\n<SEQUENCE>1\n",
                Some("10-K405"),
            ),
            (
                "<SUBMISSION><ACCESSION-NUMBER>x<TYPE>8-K<PERIOD>20240101",
                Some("8-K"),
            ),
            (
                "<html><ix:nonNumeric contextRef=\"c\" name=\"dei:DocumentType\" id=\"f\">10-Q</ix:nonNumeric>",
                Some("10-Q"),
            ),
            ("<html><p>Annual report</p>", None),
            ("<TYPE>10-K", None),
            ("", None),
        ] {
            let found = glimpse(file.as_bytes());
            assert_eq!(found.as_ref().map(FormType::as_str), form, "{file}");
        }
    }
}
