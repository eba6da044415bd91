//! What a TARGET names: a local file, an EDGAR URL, an accession number, a CIK or a ticker.

use std::path::{Path, PathBuf};

use anyhow::Context;
use aperilex_core::ports::FilingParser;
use aperilex_core::{Cik, FilingLocator, FilingMeta, FormType, Ticker};
use aperilex_wiring::{LocalFiling, local_filing};

use crate::args::FilingArgs;
use crate::exit::BadUsage;

/// A filing, by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// At the source.
    Remote(FilingLocator),
    /// A file.
    File(PathBuf),
}

/// Reads a TARGET. A file is named by a path, or by a name that could be nothing else: a file called
/// `AAPL` does not hide the company.
pub(crate) fn target(filing: &FilingArgs) -> Result<Target, BadUsage> {
    let text = filing.target.trim();
    let path = Path::new(text);
    let plain = text.parse::<Ticker>().is_ok() || text.parse::<Cik>().is_ok();
    if path.is_file() && !plain {
        return Ok(Target::File(path.to_owned()));
    }
    if text.contains("://") {
        return Ok(Target::Remote(FilingLocator::Url(text.to_owned())));
    }
    if let Ok(accession) = text.parse() {
        return Ok(Target::Remote(FilingLocator::Accession(accession)));
    }
    let form = || {
        let annual = || "10-K".parse::<FormType>();
        filing
            .form
            .clone()
            .map_or_else(annual, Ok)
            .map_err(|e| BadUsage(e.to_string()))
    };
    let digits = text.len() >= 3 && text.bytes().all(|b| b.is_ascii_digit());
    if digits && let Ok(cik) = text.parse() {
        return Ok(Target::Remote(FilingLocator::Company {
            cik,
            form: form()?,
        }));
    }
    if let Ok(ticker) = text.parse() {
        return Ok(Target::Remote(FilingLocator::Ticker {
            ticker,
            form: form()?,
        }));
    }
    Err(BadUsage(format!(
        "`{}` is no file, EDGAR URL, accession number (0000320193-24-000123), CIK or ticker",
        shortened(text)
    )))
}

/// Reads a local file as a filing.
pub(crate) fn read_file(
    path: &Path,
    form: Option<FormType>,
    parser: &dyn FilingParser,
) -> anyhow::Result<LocalFiling> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    local_filing(path, bytes, form, parser)?.ok_or_else(|| {
        let path = path.display();
        BadUsage(format!(
            "{path} does not say what form it is; say it with --form, such as --form 10-K"
        ))
        .into()
    })
}

/// A form that was said must be the filing's own.
pub(crate) fn check_form(filing: &FilingArgs, meta: &FilingMeta) -> Result<(), BadUsage> {
    match &filing.form {
        Some(form) if *form != meta.form => Err(BadUsage(format!(
            "this filing is a {}, not a {form}; leave --form out",
            meta.form
        ))),
        _ => Ok(()),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 64 {
        return text.to_owned();
    }
    text.chars().take(63).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let filing = FilingArgs {
            target: text.to_owned(),
            form: None,
        };
        match target(&filing) {
            Ok(Target::Remote(FilingLocator::Ticker { ticker, form })) => {
                format!("{ticker} {form}")
            }
            Ok(Target::Remote(FilingLocator::Company { cik, form })) => format!("{cik} {form}"),
            Ok(Target::Remote(FilingLocator::Accession(accession))) => accession.to_string(),
            Ok(Target::Remote(FilingLocator::Url(url))) => url,
            Ok(other) => format!("{other:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn targets_are_told_apart() {
        for (text, meaning) in [
            ("aapl", "AAPL 10-K"),
            ("BRK.B", "BRK-B 10-K"),
            ("320193", "0000320193 10-K"),
            ("0000320193-24-000123", "0000320193-24-000123"),
            ("000032019324000123", "0000320193-24-000123"),
            ("https://www.sec.gov/x", "https://www.sec.gov/x"),
        ] {
            assert_eq!(read(text), meaning);
        }
        assert!(read("no such file.htm").contains("is no file"));
    }
}
