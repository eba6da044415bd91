//! The items of each form: numbers, titles through the years, and since when they are asked for.

use aperilex_ports::model::{FormFamily, FormType};
use jiff::civil::Date;

/// An item of a form.
#[derive(Debug)]
pub(crate) struct Item {
    /// Part, as a Roman numeral, or empty.
    pub(crate) part: &'static str,
    /// Number.
    pub(crate) number: &'static str,
    /// Titles the form has given it, the current one first.
    pub(crate) titles: &'static [&'static str],
    /// First period end (year × 100 + month) for which the form asks for it.
    pub(crate) since: i32,
    /// Last one.
    pub(crate) until: i32,
}

const ALWAYS: i32 = 0;
const FOREVER: i32 = i32::MAX;
/// Recognised, but never missed.
const OPTIONAL: i32 = i32::MAX;

const fn item(
    part: &'static str,
    number: &'static str,
    titles: &'static [&'static str],
    since: i32,
    until: i32,
) -> Item {
    Item {
        part,
        number,
        titles,
        since,
        until,
    }
}

const MDA: &str =
    "Management's Discussion and Analysis of Financial Condition and Results of Operations";
const MARKET_RISK: &str = "Quantitative and Qualitative Disclosures About Market Risk";
const VOTE: &str = "Submission of Matters to a Vote of Security Holders";
const MINE: &str = "Mine Safety Disclosures";
const CONTROLS: &str = "Controls and Procedures";
const EXHIBITS: &str = "Exhibits, Financial Statement Schedules, and Reports on Form 8-K";
const EXHIBITS_NOW: &str = "Exhibits and Financial Statement Schedules";
const FEES: &str = "Principal Accountant Fees and Services";

/// Form 10-K and its old variants, in canonical order.
const TEN_K: &[Item] = &[
    item(
        "I",
        "1",
        &["Business", "Description of Business"],
        ALWAYS,
        FOREVER,
    ),
    item("I", "1A", &["Risk Factors"], 200_512, FOREVER),
    item("I", "1B", &["Unresolved Staff Comments"], 200_512, FOREVER),
    item("I", "1C", &["Cybersecurity"], 202_312, FOREVER),
    item(
        "I",
        "2",
        &[
            "Properties",
            "Description of Properties",
            "Description of Property",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("I", "3", &["Legal Proceedings"], ALWAYS, FOREVER),
    item(
        "I",
        "4",
        &[MINE, VOTE, "Removed and Reserved", "Reserved"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "4A",
        &["Executive Officers of the Registrant"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "II",
        "5",
        &[
            "Market for Registrant's Common Equity, Related Stockholder Matters and Issuer Purchases of Equity Securities",
            "Market for the Registrant's Common Equity and Related Stockholder Matters",
            "Market for Common Equity and Related Stockholder Matters",
            "Market for Common Equity, Related Stockholder Matters and Small Business Issuer Purchases of Equity Securities",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "6",
        &[
            "Reserved",
            "Selected Financial Data",
            "Selected Consolidated Financial Data",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "7",
        &[
            MDA,
            "Management's Discussion and Analysis or Plan of Operation",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("II", "7A", &[MARKET_RISK], 199_712, FOREVER),
    item(
        "II",
        "8",
        &[
            "Financial Statements and Supplementary Data",
            "Consolidated Financial Statements and Supplementary Data",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "9",
        &[
            "Changes in and Disagreements with Accountants on Accounting and Financial Disclosure",
            "Disagreements with Accountants on Accounting and Financial Disclosure",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("II", "9A", &[CONTROLS], 200_308, FOREVER),
    item("II", "9B", &["Other Information"], 200_412, FOREVER),
    item(
        "II",
        "9C",
        &["Disclosure Regarding Foreign Jurisdictions that Prevent Inspections"],
        202_112,
        FOREVER,
    ),
    item(
        "III",
        "10",
        &[
            "Directors, Executive Officers and Corporate Governance",
            "Directors and Executive Officers of the Registrant",
            "Directors, Executive Officers, Promoters, Control Persons and Corporate Governance",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("III", "11", &["Executive Compensation"], ALWAYS, FOREVER),
    item(
        "III",
        "12",
        &[
            "Security Ownership of Certain Beneficial Owners and Management and Related Stockholder Matters",
            "Security Ownership of Certain Beneficial Owners and Management",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "III",
        "13",
        &[
            "Certain Relationships and Related Transactions, and Director Independence",
            "Certain Relationships and Related Transactions",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "III",
        "14",
        &[FEES, "Principal Accounting Fees and Services", CONTROLS],
        200_212,
        FOREVER,
    ),
    item("IV", "14", &[EXHIBITS, EXHIBITS_NOW], ALWAYS, 200_211),
    item(
        "IV",
        "15",
        &[EXHIBITS_NOW, EXHIBITS, "Exhibits"],
        200_212,
        FOREVER,
    ),
    item(
        "IV",
        "16",
        &["Form 10-K Summary", "Summary"],
        OPTIONAL,
        FOREVER,
    ),
];

/// Form 10-Q, in canonical order.
const TEN_Q: &[Item] = &[
    item(
        "I",
        "1",
        &["Financial Statements", "Consolidated Financial Statements"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "2",
        &[
            MDA,
            "Management's Discussion and Analysis or Plan of Operation",
        ],
        ALWAYS,
        FOREVER,
    ),
    item("I", "3", &[MARKET_RISK, CONTROLS], 199_712, FOREVER),
    item("I", "4", &[CONTROLS], 200_209, FOREVER),
    item("II", "1", &["Legal Proceedings"], ALWAYS, FOREVER),
    item("II", "1A", &["Risk Factors"], 200_512, FOREVER),
    item(
        "II",
        "2",
        &[
            "Unregistered Sales of Equity Securities and Use of Proceeds",
            "Changes in Securities and Use of Proceeds",
            "Changes in Securities",
            "Unregistered Sales of Equity Securities, Use of Proceeds, and Issuer Purchases of Equity Securities",
            "Issuer Purchases of Equity Securities",
        ],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "3",
        &["Defaults Upon Senior Securities"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "4",
        &[MINE, VOTE, "Removed and Reserved", "Reserved"],
        ALWAYS,
        FOREVER,
    ),
    item("II", "5", &["Other Information"], ALWAYS, FOREVER),
    item(
        "II",
        "6",
        &["Exhibits", "Exhibits and Reports on Form 8-K"],
        ALWAYS,
        FOREVER,
    ),
];

/// Form 20-F, in canonical order.
const TWENTY_F: &[Item] = &[
    item(
        "I",
        "1",
        &["Identity of Directors, Senior Management and Advisers"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "2",
        &["Offer Statistics and Expected Timetable"],
        ALWAYS,
        FOREVER,
    ),
    item("I", "3", &["Key Information"], ALWAYS, FOREVER),
    item("I", "4", &["Information on the Company"], ALWAYS, FOREVER),
    item("I", "4A", &["Unresolved Staff Comments"], 200_512, FOREVER),
    item(
        "I",
        "5",
        &["Operating and Financial Review and Prospects"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "6",
        &["Directors, Senior Management and Employees"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "I",
        "7",
        &["Major Shareholders and Related Party Transactions"],
        ALWAYS,
        FOREVER,
    ),
    item("I", "8", &["Financial Information"], ALWAYS, FOREVER),
    item("I", "9", &["The Offer and Listing"], ALWAYS, FOREVER),
    item("I", "10", &["Additional Information"], ALWAYS, FOREVER),
    item("I", "11", &[MARKET_RISK], ALWAYS, FOREVER),
    item(
        "I",
        "12",
        &["Description of Securities Other than Equity Securities"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "13",
        &["Defaults, Dividend Arrearages and Delinquencies"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "14",
        &["Material Modifications to the Rights of Security Holders and Use of Proceeds"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "15",
        &[CONTROLS, "Reserved", "Reserved for future use"],
        ALWAYS,
        FOREVER,
    ),
    item(
        "II",
        "16",
        &["Reserved", "Reserved for future use"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "II",
        "16A",
        &["Audit Committee Financial Expert"],
        200_307,
        FOREVER,
    ),
    item("II", "16B", &["Code of Ethics"], 200_307, FOREVER),
    item("II", "16C", &[FEES], 200_307, FOREVER),
    item(
        "II",
        "16D",
        &["Exemptions from the Listing Standards for Audit Committees"],
        200_507,
        FOREVER,
    ),
    item(
        "II",
        "16E",
        &["Purchases of Equity Securities by the Issuer and Affiliated Purchasers"],
        200_407,
        FOREVER,
    ),
    item(
        "II",
        "16F",
        &["Change in Registrant's Certifying Accountant"],
        200_912,
        FOREVER,
    ),
    item("II", "16G", &["Corporate Governance"], 200_912, FOREVER),
    item("II", "16H", &["Mine Safety Disclosure"], 201_201, FOREVER),
    item(
        "II",
        "16I",
        &["Disclosure Regarding Foreign Jurisdictions that Prevent Inspections"],
        202_112,
        FOREVER,
    ),
    item("II", "16J", &["Insider Trading Policies"], 202_404, FOREVER),
    item("II", "16K", &["Cybersecurity"], 202_312, FOREVER),
    item("III", "17", &["Financial Statements"], OPTIONAL, FOREVER),
    item("III", "18", &["Financial Statements"], OPTIONAL, FOREVER),
    item(
        "III",
        "19",
        &["Exhibits", "Financial Statements and Exhibits"],
        ALWAYS,
        FOREVER,
    ),
];

/// Form 8-K since 23 August 2004.
const EIGHT_K: &[Item] = &[
    item(
        "",
        "1.01",
        &["Entry into a Material Definitive Agreement"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "1.02",
        &["Termination of a Material Definitive Agreement"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "1.03",
        &["Bankruptcy or Receivership"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "1.04",
        &["Mine Safety Reporting of Shutdowns and Patterns of Violations"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "1.05",
        &["Material Cybersecurity Incidents"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "2.01",
        &["Completion of Acquisition or Disposition of Assets"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "2.02",
        &["Results of Operations and Financial Condition"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "2.03",
        &[
            "Creation of a Direct Financial Obligation or an Obligation under an Off-Balance Sheet Arrangement of a Registrant",
        ],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "2.04",
        &[
            "Triggering Events That Accelerate or Increase a Direct Financial Obligation or an Obligation under an Off-Balance Sheet Arrangement",
        ],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "2.05",
        &["Costs Associated with Exit or Disposal Activities"],
        OPTIONAL,
        FOREVER,
    ),
    item("", "2.06", &["Material Impairments"], OPTIONAL, FOREVER),
    item(
        "",
        "3.01",
        &[
            "Notice of Delisting or Failure to Satisfy a Continued Listing Rule or Standard; Transfer of Listing",
        ],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "3.02",
        &["Unregistered Sales of Equity Securities"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "3.03",
        &["Material Modification to Rights of Security Holders"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "4.01",
        &["Changes in Registrant's Certifying Accountant"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "4.02",
        &[
            "Non-Reliance on Previously Issued Financial Statements or a Related Audit Report or Completed Interim Review",
        ],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "5.01",
        &["Changes in Control of Registrant"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "5.02",
        &[
            "Departure of Directors or Certain Officers; Election of Directors; Appointment of Certain Officers; Compensatory Arrangements of Certain Officers",
            "Departure of Directors or Principal Officers; Election of Directors; Appointment of Principal Officers",
        ],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "5.03",
        &["Amendments to Articles of Incorporation or Bylaws; Change in Fiscal Year"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "5.04",
        &["Temporary Suspension of Trading Under Registrant's Employee Benefit Plans"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "5.05",
        &[
            "Amendments to the Registrant's Code of Ethics, or Waiver of a Provision of the Code of Ethics",
        ],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "5.06",
        &["Change in Shell Company Status"],
        OPTIONAL,
        FOREVER,
    ),
    item("", "5.07", &[VOTE], OPTIONAL, FOREVER),
    item(
        "",
        "5.08",
        &["Shareholder Director Nominations"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "6.01",
        &["ABS Informational and Computational Material"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "6.02",
        &["Change of Servicer or Trustee"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "6.03",
        &["Change in Credit Enhancement or Other External Support"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "6.04",
        &["Failure to Make a Required Distribution"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "6.05",
        &["Securities Act Updating Disclosure"],
        OPTIONAL,
        FOREVER,
    ),
    item("", "6.06", &["Static Pool"], OPTIONAL, FOREVER),
    item(
        "",
        "6.10",
        &["Alternative Filings of Asset-Backed Issuers"],
        OPTIONAL,
        FOREVER,
    ),
    item("", "7.01", &["Regulation FD Disclosure"], OPTIONAL, FOREVER),
    item("", "8.01", &["Other Events"], OPTIONAL, FOREVER),
    item(
        "",
        "9.01",
        &["Financial Statements and Exhibits"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "1",
        &["Changes in Control of Registrant"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "2",
        &["Acquisition or Disposition of Assets"],
        OPTIONAL,
        FOREVER,
    ),
    item("", "3", &["Bankruptcy or Receivership"], OPTIONAL, FOREVER),
    item(
        "",
        "4",
        &["Changes in Registrant's Certifying Accountant"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "5",
        &["Other Events", "Other Events and Regulation FD Disclosure"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "6",
        &["Resignations of Registrant's Directors"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "7",
        &[
            "Financial Statements, Pro Forma Financial Information and Exhibits",
            "Financial Statements and Exhibits",
        ],
        OPTIONAL,
        FOREVER,
    ),
    item("", "8", &["Change in Fiscal Year"], OPTIONAL, FOREVER),
    item("", "9", &["Regulation FD Disclosure"], OPTIONAL, FOREVER),
    item(
        "",
        "10",
        &["Amendments to the Registrant's Code of Ethics"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "11",
        &["Temporary Suspension of Trading Under Registrant's Employee Benefit Plans"],
        OPTIONAL,
        FOREVER,
    ),
    item(
        "",
        "12",
        &["Results of Operations and Financial Condition"],
        OPTIONAL,
        FOREVER,
    ),
];

/// The items of a form in canonical order; none for forms without numbered items.
pub(crate) fn of(form: &FormType) -> &'static [Item] {
    match form.family() {
        FormFamily::TenK => TEN_K,
        FormFamily::TenQ => TEN_Q,
        FormFamily::EightK => EIGHT_K,
        FormFamily::TwentyF => TWENTY_F,
        _ => &[],
    }
}

impl Item {
    /// Whether the form asked for it in a report for a period that ended on `end`. Without a date
    /// only what was always asked for.
    pub(crate) fn is_asked(&self, end: Option<Date>) -> bool {
        let Some(end) = end else {
            return self.since == ALWAYS && self.until == FOREVER;
        };
        let month = i32::from(end.year()) * 100 + i32::from(end.month());
        self.since <= month && month <= self.until && self.since != OPTIONAL
    }
}
