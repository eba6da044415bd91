//! `aperilex parse`: a filing taken apart.

use std::process::ExitCode;

use aperilex_core::FilingContent;
use aperilex_core::ports::FilingParser as _;
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
    let content = read(settings, filing).await?;
    match format {
        ParseFormat::Json => output::print_json(&render::content(&content))?,
        ParseFormat::Text => output::print(&render::outline(&content))?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn read(settings: &Settings, filing: &FilingArgs) -> anyhow::Result<FilingContent> {
    match target(filing)? {
        Target::File(path) => Ok(read_file(&path, filing.form.clone(), &Parser)?.content),
        Target::Remote(locator) => {
            let source = super::source(settings)?;
            let meta = source.find(&locator).await?;
            check_form(filing, &meta)?;
            Ok(Parser.parse(&source.fetch(&meta).await?)?)
        }
    }
}
