//! Which company has which symbol.

use std::collections::BTreeMap;
use std::time::Duration;

use aperilex_ports::{Cik, Ticker};
use serde::Deserialize;

use crate::client::{EdgarClient, json};
use crate::error::EdgarError;
use crate::request::{Host, Request, Shape};

/// The list changes about once a day; after this EDGAR is asked whether it did.
const TTL: Duration = Duration::from_secs(600);

/// A symbol and the company that has it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickerEntry {
    /// The symbol.
    pub ticker: Ticker,
    /// The company.
    pub cik: Cik,
    /// The company's name.
    pub name: String,
    /// The exchange, if the list that was asked for tells it.
    pub exchange: Option<String>,
}

#[derive(Deserialize)]
struct WireEntry {
    cik_str: u64,
    ticker: String,
    title: String,
}

#[derive(Deserialize)]
struct WireTable {
    fields: Vec<String>,
    data: Vec<Vec<serde_json::Value>>,
}

impl EdgarClient {
    /// All current symbols (`company_tickers.json`), the largest companies first.
    ///
    /// # Errors
    /// [`EdgarError`].
    pub async fn tickers(&self) -> Result<Vec<TickerEntry>, EdgarError> {
        let request = Request::new(Host::Www, "/files/company_tickers.json", Shape::Json);
        let wire: BTreeMap<String, WireEntry> = self.read(&request, TTL, json).await?;
        let mut numbered: Vec<(u64, WireEntry)> = wire
            .into_iter()
            .map(|(key, entry)| (key.parse().unwrap_or(u64::MAX), entry))
            .collect();
        numbered.sort_by_key(|(place, _)| *place);
        let read = |(_, e): (u64, WireEntry)| entry(e.cik_str, &e.ticker, e.title, None);
        Ok(numbered.into_iter().filter_map(read).collect())
    }

    /// All current symbols with their exchange (`company_tickers_exchange.json`).
    ///
    /// # Errors
    /// [`EdgarError`].
    pub async fn tickers_with_exchange(&self) -> Result<Vec<TickerEntry>, EdgarError> {
        let path = "/files/company_tickers_exchange.json";
        let request = Request::new(Host::Www, path, Shape::Json);
        let table = |what: &str, bytes: &[u8]| read_table(what, json(what, bytes)?);
        self.read(&request, TTL, table).await
    }

    /// The company that has this symbol now.
    ///
    /// # Errors
    /// [`EdgarError::NotFound`] if none has it.
    pub async fn cik_of(&self, ticker: &Ticker) -> Result<Cik, EdgarError> {
        self.tickers()
            .await?
            .into_iter()
            .find(|entry| entry.ticker == *ticker)
            .map(|entry| entry.cik)
            .ok_or_else(|| EdgarError::not_found(format!("a company with the symbol {ticker}")))
    }
}

fn read_table(what: &str, table: WireTable) -> Result<Vec<TickerEntry>, EdgarError> {
    let column = |name: &str| {
        table
            .fields
            .iter()
            .position(|field| field == name)
            .ok_or_else(|| EdgarError::bad(what, format!("no column `{name}`")))
    };
    let (cik, name, ticker, exchange) = (
        column("cik")?,
        column("name")?,
        column("ticker")?,
        column("exchange")?,
    );
    let text = |row: &[serde_json::Value], at: usize| {
        row.get(at)
            .and_then(|cell| cell.as_str())
            .map(str::to_owned)
    };
    let read = |row: &Vec<serde_json::Value>| {
        let number = row.get(cik)?.as_u64()?;
        entry(
            number,
            &text(row, ticker)?,
            text(row, name)?,
            text(row, exchange),
        )
    };
    Ok(table.data.iter().filter_map(read).collect())
}

/// None for the few symbols (units, rights) that are no tickers in our sense.
fn entry(cik: u64, ticker: &str, name: String, exchange: Option<String>) -> Option<TickerEntry> {
    Some(TickerEntry {
        ticker: ticker.parse().ok()?,
        cik: Cik::new(cik).ok()?,
        name,
        exchange,
    })
}
