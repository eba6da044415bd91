//! Figures with their change against the period before.

use aperilex_ports::{DraftClaim, figure_words};

use super::Part;
use crate::figures::{Facts, METRICS, Reading, rows};
use crate::filing::Filing;

pub(super) fn draw(filing: &Filing<'_>) -> Part {
    let facts = Facts::new(filing);
    let readings = METRICS.iter().filter_map(|metric| {
        let reading = facts.read(metric)?;
        claim(filing, metric.name, &reading)
    });
    let mut claims: Vec<DraftClaim> = readings.collect();
    if claims.is_empty() {
        claims = rows(filing);
    }
    if claims.is_empty() {
        return Err("no XBRL facts and no rows of financial statements were found".to_owned());
    }
    Ok(claims.into())
}

/// The claim that a metric has this value, proved by the row that shows it.
pub(super) fn claim(filing: &Filing<'_>, name: &str, reading: &Reading<'_>) -> Option<DraftClaim> {
    Some(DraftClaim {
        text: figure_words(name, &reading.figure)?,
        quotes: reading.quotes(filing)?,
        figure: Some(reading.figure.clone()),
    })
}
