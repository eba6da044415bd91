//! `aperilex parse`: a filing taken apart.

use std::process::ExitCode;

use aperilex_core::ports::FilingParser;
use aperilex_core::{FilingContent, RawFiling};
use aperilex_filing_parser::Parser;
use aperilex_wiring::Settings;

use crate::args::{FilingArgs, ParseFormat};
use crate::target::{Target, check_form, read_file, target};
use crate::{output, render};

pub(crate) async fn run(
    settings: &Settings,
    filing: &FilingArgs,
    format: ParseFormat,
) -> anyhow::Result<ExitCode> {
    let raw = fetch(settings, filing).await?;
    let content: FilingContent = Parser.parse(&raw)?;
    match format {
        ParseFormat::Json => output::print_json(&render::content(&content))?,
        ParseFormat::Text => output::print(&render::outline(&content))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn fetch(settings: &Settings, filing: &FilingArgs) -> anyhow::Result<RawFiling> {
    match target(filing)? {
        Target::File(path) => read_file(&path, filing.form.clone(), &Parser),
        Target::Remote(locator) => {
            let source = super::source(settings)?;
            let meta = source.find(&locator).await?;
            check_form(filing, &meta)?;
            Ok(source.fetch(&meta).await?)
        }
    }
}
