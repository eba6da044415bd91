//! Figures in words. Every number in them is the figure's own, exactly.

use aperilex_ports::{Figure, Period};

use super::Decimal;
use super::period::year_before;

/// `Net income: 96,995 million USD for …, against 99,803 million the year before (-2.8 %)`.
pub(crate) fn statement(name: &str, figure: &Figure) -> Option<String> {
    let unit = figure.unit.as_deref().map(unit).unwrap_or_default();
    let mut text = format!("{name}: {}{unit}", amount(&figure.value)?);
    if let Some(period) = &figure.period {
        text = format!("{text} {}", when(period));
    }
    if let Some(prior) = &figure.prior {
        let period = match (&prior.period, &figure.period) {
            (Some(prior), Some(period)) if year_before(prior, period) => "the year before".into(),
            (Some(prior), _) => when(prior),
            (None, _) => "before".into(),
        };
        text = format!("{text}, against {}{unit} {period}", amount(&prior.value)?);
        if let Some(change) = &prior.change_pct {
            text = format!("{text} {}", changed(change));
        }
    }
    Some(text)
}

fn amount(value: &str) -> Option<String> {
    let value: Decimal = value.parse().ok()?;
    let millions = value.in_millions();
    Some(millions.map_or_else(
        || value.to_string(),
        |millions| format!("{millions} million"),
    ))
}

/// The sign is always written: a bare number in parentheses would read as a loss.
fn changed(percent: &str) -> String {
    match percent {
        "0.0" => "(unchanged)".to_owned(),
        _ if percent.starts_with('-') => format!("({percent} %)"),
        _ => format!("(+{percent} %)"),
    }
}

fn when(period: &Period) -> String {
    match period {
        Period::Instant { instant } => format!("at {instant}"),
        Period::Duration { start, end } => format!("for {start} to {end}"),
    }
}

/// ` USD`, ` USD per share`, ` shares`; nothing for units that have digits in their names.
fn unit(unit: &str) -> String {
    let local = |name: &str| name.rsplit(':').next().unwrap_or_default().to_owned();
    let shown = match unit.split_once('/') {
        Some((over, under)) if local(under).eq_ignore_ascii_case("shares") => {
            format!(" {} per share", local(over))
        }
        Some((over, under)) => format!(" {} per {}", local(over), local(under)),
        None if local(unit).eq_ignore_ascii_case("pure") => String::new(),
        None => format!(" {}", local(unit)),
    };
    if shown.contains(|c: char| c.is_ascii_digit()) {
        return String::new();
    }
    shown
}

#[cfg(test)]
mod tests {
    use aperilex_ports::PriorFigure;

    use super::*;

    fn year(start: &str, end: &str) -> Option<Period> {
        let (start, end) = (start.parse().unwrap(), end.parse().unwrap());
        Some(Period::Duration { start, end })
    }

    fn day(instant: &str) -> Option<Period> {
        let instant = instant.parse().unwrap();
        Some(Period::Instant { instant })
    }

    #[test]
    fn a_figure_is_said_exactly() {
        let mut figure = Figure {
            concept: None,
            value: "96995000000".into(),
            unit: Some("iso4217:USD".into()),
            period: year("2022-09-25", "2023-09-30"),
            prior: Some(PriorFigure {
                value: "99803000000".into(),
                period: year("2021-09-26", "2022-09-24"),
                change_pct: Some("-2.8".into()),
            }),
        };
        let shown = |figure: &Figure| statement("Net income", figure).unwrap();
        assert_eq!(
            shown(&figure),
            "Net income: 96,995 million USD for 2022-09-25 to 2023-09-30, \
             against 99,803 million USD the year before (-2.8 %)"
        );
        figure.unit = Some("iso4217:USD/xbrli:shares".into());
        figure.value = "6.16".into();
        figure.period = day("2023-07-01");
        figure.prior = Some(PriorFigure {
            value: "-6.11".into(),
            period: day("2022-09-24"),
            change_pct: None,
        });
        assert_eq!(
            shown(&figure),
            "Net income: 6.16 USD per share at 2023-07-01, \
             against -6.11 USD per share at 2022-09-24"
        );
    }

    #[test]
    fn a_change_never_reads_as_a_loss() {
        assert_eq!(changed("0.0"), "(unchanged)");
        assert_eq!(changed("2.8"), "(+2.8 %)");
    }
}
