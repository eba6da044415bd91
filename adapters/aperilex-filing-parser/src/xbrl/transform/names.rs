//! Names that stand for codes: exchanges, states, countries, filer categories.

use super::countries::COUNTRIES;

/// A list of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum List {
    /// Exchanges, as `dei:SecurityExchangeName` codes them.
    Exchanges,
    /// States of the USA and provinces of Canada.
    States,
    /// Countries, by ISO 3166-1.
    Countries,
    /// Countries and provinces of Canada, as EDGAR codes them.
    Edgar,
    /// Filer categories, as `dei:EntityFilerCategory` writes them.
    FilerCategories,
}

impl List {
    /// The code of a name; none if the list does not have it.
    pub(crate) fn code(self, shown: &str) -> Option<String> {
        if shown.len() > 200 {
            return None;
        }
        let name = words(shown);
        let name = name.strip_prefix("the ").unwrap_or(&name);
        let code = match self {
            Self::Exchanges => exchange(name),
            Self::States => find(&STATES, name).or_else(|| find(&PROVINCES, name)),
            Self::Countries => country(name).map(|(iso, _)| iso),
            Self::Edgar => edgar(name),
            Self::FilerCategories => find(&CATEGORIES, name),
        };
        code.map(str::to_owned)
    }
}

/// Lower case, words alone, accents taken off.
fn words(shown: &str) -> String {
    let mut out = String::with_capacity(shown.len());
    for c in shown.chars() {
        let c = match c {
            'Å' | 'å' | 'ã' | 'á' => 'a',
            'ç' => 'c',
            'é' | 'É' | 'è' => 'e',
            'ñ' => 'n',
            'ô' => 'o',
            'ü' => 'u',
            _ => c.to_ascii_lowercase(),
        };
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn find(list: &[(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    let found = list.iter().find(|(known, _)| *known == name);
    found.map(|(_, code)| *code)
}

fn exchange(name: &str) -> Option<&'static str> {
    let company = [" llc", " l l c", " inc", " incorporated"];
    let name = company
        .iter()
        .find_map(|end| name.strip_suffix(end))
        .unwrap_or(name);
    find(&EXCHANGES, name)
}

fn country(name: &str) -> Option<(&'static str, &'static str)> {
    let at = COUNTRIES
        .binary_search_by(|(known, _, _)| (*known).cmp(name))
        .ok()?;
    COUNTRIES.get(at).map(|(_, iso, edgar)| (*iso, *edgar))
}

fn edgar(name: &str) -> Option<&'static str> {
    let province = name.strip_suffix(" canada").unwrap_or(name);
    let found = PROVINCES.iter().zip(EDGAR_PROVINCES);
    let province = found
        .into_iter()
        .find(|((known, _), _)| *known == province)
        .map(|(_, code)| code);
    province
        .or_else(|| country(name).map(|(_, edgar)| edgar))
        .filter(|code| !code.is_empty())
}

const CATEGORIES: [(&str, &str); 3] = [
    ("large accelerated filer", "Large Accelerated Filer"),
    ("accelerated filer", "Accelerated Filer"),
    ("non accelerated filer", "Non-accelerated Filer"),
];

const EXCHANGES: [(&str, &str); 32] = [
    ("box exchange", "BOX"),
    ("cboe byx exchange", "CboeBYX"),
    ("cboe bzx exchange", "CboeBZX"),
    ("cboe c2 exchange", "C2"),
    ("cboe edga exchange", "CboeEDGA"),
    ("cboe edgx exchange", "CboeEDGX"),
    ("cboe exchange", "CBOE"),
    ("chicago stock exchange", "CHX"),
    ("nyse chicago", "CHX"),
    ("investors exchange", "IEX"),
    ("long term stock exchange", "LTSE"),
    ("miami international securities exchange", "MIAX"),
    ("miax pearl", "PEARL"),
    ("nasdaq bx", "BX"),
    ("nasdaq gemx", "GEMX"),
    ("nasdaq ise", "ISE"),
    ("nasdaq mrx", "MRX"),
    ("nasdaq phlx", "Phlx"),
    ("nyse", "NYSE"),
    ("new york stock exchange", "NYSE"),
    ("nyse american", "NYSEAMER"),
    ("nyse arca", "NYSEArca"),
    ("nyse national", "NYSENAT"),
    ("nasdaq", "NASDAQ"),
    ("nasdaq market", "NASDAQ"),
    ("nasdaq stock market", "NASDAQ"),
    ("nasdaq global market", "NASDAQ"),
    ("nasdaq global select market", "NASDAQ"),
    ("nasdaq global select stock market", "NASDAQ"),
    ("nasdaq global select", "NASDAQ"),
    ("nasdaq capital market", "NASDAQ"),
    ("nasdaq stock exchange", "NASDAQ"),
];

const STATES: [(&str, &str); 60] = [
    ("alabama", "AL"),
    ("alaska", "AK"),
    ("arizona", "AZ"),
    ("arkansas", "AR"),
    ("california", "CA"),
    ("colorado", "CO"),
    ("connecticut", "CT"),
    ("delaware", "DE"),
    ("florida", "FL"),
    ("georgia", "GA"),
    ("hawaii", "HI"),
    ("idaho", "ID"),
    ("illinois", "IL"),
    ("indiana", "IN"),
    ("iowa", "IA"),
    ("kansas", "KS"),
    ("kentucky", "KY"),
    ("louisiana", "LA"),
    ("maine", "ME"),
    ("maryland", "MD"),
    ("massachusetts", "MA"),
    ("michigan", "MI"),
    ("minnesota", "MN"),
    ("mississippi", "MS"),
    ("missouri", "MO"),
    ("montana", "MT"),
    ("nebraska", "NE"),
    ("nevada", "NV"),
    ("new hampshire", "NH"),
    ("new jersey", "NJ"),
    ("new mexico", "NM"),
    ("new york", "NY"),
    ("north carolina", "NC"),
    ("north dakota", "ND"),
    ("ohio", "OH"),
    ("oklahoma", "OK"),
    ("oregon", "OR"),
    ("pennsylvania", "PA"),
    ("rhode island", "RI"),
    ("south carolina", "SC"),
    ("south dakota", "SD"),
    ("tennessee", "TN"),
    ("texas", "TX"),
    ("utah", "UT"),
    ("vermont", "VT"),
    ("virginia", "VA"),
    ("washington", "WA"),
    ("west virginia", "WV"),
    ("wisconsin", "WI"),
    ("wyoming", "WY"),
    ("district of columbia", "DC"),
    ("american samoa", "AS"),
    ("samoa", "AS"),
    ("guam", "GU"),
    ("northern mariana islands", "MP"),
    ("puerto rico", "PR"),
    ("united states minor outlying islands", "UM"),
    ("virgin islands u s", "VI"),
    ("u s virgin islands", "VI"),
    ("us virgin islands", "VI"),
];

const PROVINCES: [(&str, &str); 14] = [
    ("alberta", "AB"),
    ("british columbia", "BC"),
    ("manitoba", "MB"),
    ("new brunswick", "NB"),
    ("newfoundland", "NL"),
    ("newfoundland and labrador", "NL"),
    ("nova scotia", "NS"),
    ("ontario", "ON"),
    ("prince edward island", "PE"),
    ("quebec", "QC"),
    ("saskatchewan", "SK"),
    ("yukon", "YT"),
    ("northwest territories", "NT"),
    ("nunavut", "NU"),
];

/// EDGAR's codes of the provinces, in the same order; two have none.
const EDGAR_PROVINCES: [&str; 14] = [
    "A0", "A1", "A2", "A3", "A4", "A4", "A5", "A6", "A7", "A8", "A9", "B0", "", "",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_codes() {
        for (list, shown, expected) in [
            (List::Exchanges, "The Nasdaq Stock Market LLC", "NASDAQ"),
            (List::Exchanges, "NASDAQ Global Select Market", "NASDAQ"),
            (List::Exchanges, "New York Stock Exchange, LLC", "NYSE"),
            (List::Exchanges, "NYSE Arca, Inc.", "NYSEArca"),
            (List::Exchanges, "Cboe BZX Exchange, Inc.", "CboeBZX"),
            (List::States, "Delaware", "DE"),
            (List::States, "NEW\u{A0}YORK", "NY"),
            (List::States, "Québec", "QC"),
            (List::Countries, "The People’s Republic of China", "CN"),
            (List::Countries, "Côte d’Ivoire", "CI"),
            (List::Countries, "U.S.A.", "US"),
            (List::Countries, "Georgia", "GE"),
            (List::Edgar, "Cayman Islands", "E9"),
            (List::Edgar, "Ontario, Canada", "A6"),
            (List::Edgar, "Canada", "Z4"),
            (List::Edgar, "Ireland", "L2"),
            (
                List::FilerCategories,
                "Large accelerated filer",
                "Large Accelerated Filer",
            ),
            (
                List::FilerCategories,
                "Non-accelerated Filer",
                "Non-accelerated Filer",
            ),
        ] {
            assert_eq!(list.code(shown).as_deref(), Some(expected), "{shown}");
        }
        for (list, shown) in [
            (List::Exchanges, "OTC Pink"),
            (List::States, "Bavaria"),
            (List::Countries, "Ruritania"),
            (List::Edgar, "Nunavut"),
            (List::FilerCategories, ""),
        ] {
            assert_eq!(list.code(shown), None, "{shown}");
        }
    }

    #[test]
    fn countries_can_be_bisected() {
        assert!(COUNTRIES.is_sorted_by(|a, b| a.0 < b.0));
    }
}
