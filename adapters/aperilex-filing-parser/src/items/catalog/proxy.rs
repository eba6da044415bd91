//! Headings of proxy statements (Schedule 14A) and information statements.

use crate::items::titled::key::{Heading, Opens};

const fn heading(
    slug: &'static str,
    opens: Opens,
    within: &'static [&'static str],
    titles: &'static str,
) -> Heading {
    Heading {
        slug,
        titles,
        opens,
        within,
        asked: false,
    }
}

use Opens::{Any, High};

const SUMMARIES: &[&str] = &["proxy-summary", "notice"];
const BOARD: &[&str] = &["board-governance", "proxy-summary", "notice"];
const ANALYSIS: &[&str] = &[
    "proxy-summary",
    "notice",
    "compensation-discussion-and-analysis",
];
const TABLES: &[&str] = &[
    "executive-compensation",
    "proxy-summary",
    "compensation-discussion-and-analysis",
];

/// Headings of compensation, which registration statements have too.
pub(crate) const COMPENSATION: &[Heading] = &[
    heading(
        "summary-compensation-table",
        Any,
        SUMMARIES,
        "Summary Compensation Table | Executive Summary Compensation Table",
    ),
    heading(
        "grants-of-plan-based-awards",
        Any,
        SUMMARIES,
        "Grants of Plan-Based Awards | Option Grants in Last Fiscal Year | \
         Stock Option Grants in Last Fiscal Year | Option Grants | Stock Option Grants | \
         Options/SAR Grants in Last Fiscal Year",
    ),
    heading(
        "outstanding-equity-awards",
        Any,
        SUMMARIES,
        "Outstanding Equity Awards at Fiscal Year-End | Outstanding Equity Awards Value at Fiscal Year-End | \
         Outstanding Option Awards at Fiscal Year-End",
    ),
    heading(
        "option-exercises-and-stock-vested",
        Any,
        SUMMARIES,
        "Option Exercises and Stock Vested | Stock Vested | Stock Vested During Fiscal Year | \
         Options Exercised and Stock Vested | Option Exercises and Stock Vesting | \
         Aggregated Option Exercises in Last Fiscal Year and Fiscal Year-End Option Values | \
         Option Exercises and Fiscal Year-End Values | Option Exercises in Last Fiscal Year",
    ),
    heading(
        "pension-benefits",
        Any,
        ANALYSIS,
        "Pension Benefits | Pension Plan | Retirement Benefits | Pension and Retirement Plans | \
         Retirement Plans",
    ),
    heading(
        "nonqualified-deferred-compensation",
        Any,
        ANALYSIS,
        "Nonqualified Deferred Compensation | Non-Qualified Deferred Compensation Plans | \
         Nonqualified Defined Contribution and Other Nonqualified Deferred Compensation Plans",
    ),
    heading(
        "termination-and-change-in-control",
        Any,
        ANALYSIS,
        "Potential Payments Upon Termination or Change in Control | \
         Payments Upon Termination or Change in Control | \
         Potential Payments on Termination or Change in Control | \
         Potential Payments Upon Termination of Employment or Change in Control | \
         Potential Payments Upon Termination of Employment | Potential Payments Upon Termination | \
         Potential Payments Upon Change in Control | Potential Post-Employment Payments | \
         Post-Employment Compensation | Termination and Change in Control | \
         Termination of Employment and Change in Control Arrangements | \
         Termination and Change in Control Payments | Termination and Change in Control Arrangements",
    ),
    heading(
        "ceo-pay-ratio",
        Any,
        SUMMARIES,
        "CEO Pay Ratio | CEO Pay Ratio Disclosure | Pay Ratio | Pay Ratio Disclosure | \
         Chief Executive Officer Pay Ratio | Pay Ratio Information | CEO to Median Employee Pay Ratio | \
         Principal Executive Officer Pay Ratio",
    ),
    heading(
        "pay-versus-performance",
        Any,
        SUMMARIES,
        "Pay Versus Performance | Pay Versus Performance Disclosure | Pay for Performance Table",
    ),
    heading(
        "director-compensation",
        Any,
        SUMMARIES,
        "Director Compensation | Non-Employee Director Compensation | Board Compensation | \
         Compensation of the Board of Directors | Director Fees | Outside Director Compensation",
    ),
    heading(
        "employment-agreements",
        Any,
        TABLES,
        "Employment Agreements | Employment Contracts | Employment Arrangements | \
         Employment and Severance Agreements | Employment Agreements with Named Executive Officers | \
         Executive Employment Agreements | Agreements with Named Executive Officers | \
         Employment Agreements and Change in Control Arrangements | \
         Employment Contracts, Termination of Employment and Change-in-Control Arrangements",
    ),
    heading("other-benefits", Any, TABLES, "Other Benefits"),
    heading(
        "equity-compensation-plan-information",
        Any,
        SUMMARIES,
        "Equity Compensation Plan Information | Equity Compensation Plans | \
         Securities Authorized for Issuance Under Equity Compensation Plans | \
         Existing Equity Compensation Plan Information",
    ),
    heading(
        "compensation-committee-interlocks",
        Any,
        &["board-governance", "management", "proxy-summary"],
        "Compensation Committee Interlocks and Insider Participation | Compensation Committee Interlocks | \
         Compensation and Human Resources Committee Interlocks and Insider Participation | \
         Interlocks and Insider Participation | \
         Compensation Committee Interlocks and Insider Participation in Compensation Decisions",
    ),
];

/// Headings of proxy statements.
pub(crate) const PROXY: &[Heading] = &[
    heading(
        "notice",
        Any,
        &[],
        "Notice of Annual Meeting of Stockholders | Notice of Annual Meeting | \
         Notice of Annual General Meeting of Shareholders | \
         Notice of Extraordinary General Meeting of Shareholders | \
         Notice of Annual Meeting of Stockholders and Proxy Statement | Notice of Action by Written Consent",
    ),
    heading(
        "proxy-summary",
        High,
        &[],
        "Proxy Summary | Proxy Statement Summary | Summary Information | \
         Executive Summary of Proxy Statement | Proxy Statement Highlights | Summary | Summary Term Sheet | \
         Proxy Overview",
    ),
    heading(
        "voting-information",
        High,
        &["proxy-summary"],
        "Procedural Matters | Voting Information | Voting Procedures | Voting Matters | \
         Information About the Meeting | Information About the Annual Meeting and Voting | \
         About the Meeting | General Information | General Information About the Meeting | \
         General Information About the Meeting and Voting | General Information About Voting | \
         Information About the Proxy Materials and Voting | \
         Information About Proxy Materials and the Annual Meeting | Questions and Answers | \
         Questions and Answers About the Annual Meeting | \
         Questions and Answers About the Meeting and Voting | \
         Questions and Answers About the Proxy Materials and the Annual Meeting | \
         Questions and Answers About These Proxy Materials and Voting | Questions and Answers About Voting | \
         Questions and Answers About the Merger | \
         Questions and Answers About the Merger and the Special Meeting | \
         Questions and Answers Regarding this Proxy Statement | Frequently Asked Questions | \
         Frequently Asked Questions About the Annual Meeting | Solicitation and Voting | \
         Solicitation and Voting of Proxies | Solicitation of Proxies | Proxy Solicitation | \
         Proxy Solicitation and Voting Information | Voting and Proxies | Voting Securities | \
         Voting Rights and Solicitation | Voting Rights | Voting Securities and Principal Holders | \
         Information Concerning Solicitation and Voting | Outstanding Shares and Voting Rights | \
         Record Date and Voting Securities | Proxy Statement | \
         Proxy Statement for Annual Meeting of Stockholders | Proxy Statement for the Annual Meeting | \
         Information Statement | The Annual Meeting | The Special Meeting of Stockholders | General | \
         Introduction | Other Voting Information | Additional Voting Information | \
         Voting Instructions and Information | Attending and Voting at the Annual Meeting | \
         Proxy and Voting Information",
    ),
    heading(
        "voting-recommendations",
        High,
        &["notice"],
        "Voting Matters and Vote Recommendations | Voting Matters and Board Recommendations | \
         Voting Recommendations | Board Voting Recommendations | Proposals and Board Recommendations | \
         Matters to be Voted On | Agenda and Voting Recommendations | Voting Roadmap",
    ),
    heading(
        "board-governance",
        High,
        &["proxy-summary"],
        "Board of Directors | Corporate Governance | Governance | \
         Board of Directors and Corporate Governance | Corporate Governance and Board Matters | \
         Board and Governance Matters | Corporate Governance Matters | Board Matters | Governance Matters | \
         Information About the Board of Directors | Information About the Board | \
         Information Regarding the Board of Directors and Corporate Governance | \
         Information Regarding the Board of Directors and its Committees | \
         Board of Directors and Committees | Meetings and Committees of the Board of Directors | \
         Meetings and Committees of the Board | Board Structure and Committees | Board Structure | \
         Board Committees | Corporate Governance Information | Corporate Governance and Related Matters | \
         Corporate Governance Principles and Board Matters | Directors and Corporate Governance | \
         Our Board | Board Leadership and Corporate Governance | Corporate Governance Overview | \
         Directors, Executive Officers and Corporate Governance | \
         Structure and Practices of the Board of Directors | Board and Committee Governance",
    ),
    heading(
        "executive-officers",
        Any,
        BOARD,
        "Executive Officers | Information About Our Executive Officers | \
         Executive Officers of the Registrant | Management | Executive Management | \
         Executive Officers Who Are Not Directors | Non-Director Executive Officers | \
         Directors and Executive Officers | Executive Officers and Key Employees",
    ),
    heading(
        "compensation-discussion-and-analysis",
        Any,
        SUMMARIES,
        "Compensation Discussion and Analysis | Executive Compensation Discussion and Analysis | \
         Compensation Discussion & Analysis (CD&A)",
    ),
    heading(
        "compensation-committee-report",
        Any,
        SUMMARIES,
        "Compensation Committee Report | Report of the Compensation Committee of the Board of Directors | \
         Compensation Committee Report on Executive Compensation | \
         Report of Compensation Committee of the Board of Directors on Executive Compensation | \
         Board Compensation Committee Report on Executive Compensation | Human Resources Committee Report | \
         Compensation and Human Resources Committee Report | \
         Human Capital and Compensation Committee Report | \
         Leadership Development and Compensation Committee Report | \
         Management Development and Compensation Committee Report | \
         Organization and Compensation Committee Report | Talent and Compensation Committee Report | \
         People and Compensation Committee Report",
    ),
    heading(
        "executive-compensation",
        High,
        &["proxy-summary"],
        "Executive Compensation | Executive Compensation Information | Compensation of Executive Officers | \
         Executive and Director Compensation | Compensation of Directors and Executive Officers | \
         Executive Compensation and Other Information | Executive Compensation and Related Information | \
         Named Executive Officer Compensation | Compensation Tables | Executive Compensation Matters | \
         Management Compensation",
    ),
    heading(
        "compensation-risk",
        Any,
        &[
            "board-governance",
            "compensation-discussion-and-analysis",
            "proxy-summary",
            "executive-compensation",
        ],
        "Compensation Risk Assessment | Risk Assessment of Compensation Programs | \
         Compensation Policies and Practices as They Relate to Risk Management",
    ),
    heading(
        "insider-trading-policy",
        Any,
        &[
            "board-governance",
            "compensation-discussion-and-analysis",
            "proxy-summary",
            "executive-compensation",
        ],
        "Insider Trading Policy | Insider Trading Policies and Procedures | \
         Insider Trading Policy and Procedures | Insider Trading Arrangements and Policies",
    ),
    heading(
        "equity-grant-timing",
        Any,
        &[
            "board-governance",
            "compensation-discussion-and-analysis",
            "proxy-summary",
            "executive-compensation",
        ],
        "Policies and Practices Related to the Grant of Certain Equity Awards | \
         Policies and Practices on the Timing of Awards of Options | \
         Equity Award Timing Policies and Practices | Equity Grant Timing Practices | Option Grant Practices",
    ),
    heading(
        "beneficial-ownership",
        Any,
        SUMMARIES,
        "Security Ownership of Certain Beneficial Owners and Management | \
         Security Ownership of Certain Beneficial Owners and Management and Related Stockholder Matters | \
         Security Ownership of Certain Beneficial Owners | Security Ownership of Management | \
         Security Ownership of Management and Principal Stockholders | \
         Security Ownership of Directors and Executive Officers | Security Ownership | Stock Ownership | \
         Share Ownership | Beneficial Ownership | Stock Ownership Information | Ownership of Securities | \
         Ownership of Common Stock | Beneficial Ownership of Common Stock | \
         Beneficial Ownership of Securities | Beneficial Ownership of Shares | \
         Beneficial Owners of Securities | Principal Stockholders | Principal Holders of Voting Securities | \
         Principal and Management Stockholders | Principal Stockholders and Stock Ownership of Management | \
         Stock Ownership of Management | Stock Ownership of Certain Beneficial Owners and Management | \
         Stock Ownership of Directors and Executive Officers | \
         Stock Ownership of Directors, Executive Officers and Principal Stockholders | \
         Beneficial Ownership of Directors and Executive Officers | \
         Share Ownership of Directors and Executive Officers | \
         Share Ownership of Certain Beneficial Owners and Management | \
         Voting Securities and Principal Holders Thereof | Holdings of Major Stockholders | \
         Stock Ownership of Directors and Management | Ownership of Securities by Directors and Officers | \
         Beneficial Ownership of Securities by Management and Principal Stockholders",
    ),
    heading(
        "delinquent-section-16a-reports",
        Any,
        &["board-governance", "proxy-summary"],
        "Delinquent Section 16(a) Reports | Section 16(a) Beneficial Ownership Reporting Compliance | \
         Section 16(a) Reporting Compliance | Section 16(a) Beneficial Ownership Compliance | \
         Compliance with Section 16(a) of the Exchange Act | \
         Compliance with Section 16(a) of the Securities Exchange Act of 1934",
    ),
    heading(
        "code-of-ethics",
        Any,
        &["board-governance", "proxy-summary", "proposal"],
        "Code of Ethics | Code of Conduct | Code of Business Conduct and Ethics",
    ),
    heading(
        "related-person-transactions",
        Any,
        &["board-governance", "proxy-summary"],
        "Certain Relationships and Related Person Transactions | \
         Certain Relationships and Related Party Transactions | \
         Certain Relationships and Related Transactions | \
         Certain Relationships and Related Transactions, and Director Independence | \
         Certain Relationships and Related Party Transactions, and Director Independence | \
         Related Person Transactions | Related Party Transactions | Transactions with Related Parties | \
         Certain Transactions | Transactions with Management | Transactions with Management and Others | \
         Related Transactions | Related Person Transactions and Policies | \
         Review and Approval of Related Person Transactions | Certain Relationships | \
         Interest of Management in Certain Transactions | \
         Policies and Procedures for Related Person Transactions",
    ),
    heading(
        "audit-committee-report",
        Any,
        SUMMARIES,
        "Audit Committee Report | Report of the Audit Committee of the Board of Directors | \
         Report of the Audit and Finance Committee | Report of the Audit and Risk Committee | \
         Audit Committee Report to Stockholders",
    ),
    heading(
        "auditor-fees",
        Any,
        SUMMARIES,
        "Fees Paid to Our Independent Registered Public Accounting Firm | \
         Independent Registered Public Accounting Firm Fees | Audit Fees | Audit and Non-Audit Fees | \
         Audit and Other Fees | Fees | Principal Accountant Fees and Services | \
         Independent Registered Public Accounting Firm Fees and Services | \
         Fees Billed by Independent Registered Public Accounting Firm | \
         Independent Registered Public Accounting Firm | \
         Independent Registered Public Accounting Firm Information | \
         Relationship with Independent Registered Public Accounting Firm | Audit and Related Fees | \
         Audit Fees and Services | Fees for Services Provided by Independent Auditor | \
         Services Provided by Independent Auditor",
    ),
    heading(
        "required-vote",
        Any,
        &["voting-information", "proxy-summary", "notice"],
        "Required Vote | Vote Required for Approval | Required Vote and Board Recommendation | \
         Required Vote and Recommendation | Vote Required and Board of Directors Recommendation",
    ),
    heading(
        "stockholder-proposals",
        Any,
        &[
            "voting-information",
            "board-governance",
            "proxy-summary",
            "notice",
        ],
        "Stockholder Proposals | Proposals by Stockholders at Annual Meeting | \
         Stockholder Proposals for the Next Annual Meeting | Stockholder Proposals and Nominations | \
         Stockholder Proposals and Director Nominations | \
         Stockholder Proposals and Nominations for Annual Meeting | \
         Stockholder Proposals and Director Nominations for Annual Meeting | \
         Stockholder Proposals for Inclusion in Proxy Statement | \
         Stockholder Proposals to be Presented at Next Annual Meeting | Deadline for Stockholder Proposals | \
         Deadline for Receipt of Stockholder Proposals | \
         Deadline for Receipt of Stockholder Proposals for Annual Meeting | \
         Submission of Stockholder Proposals | Submission of Stockholder Proposals and Nominations | \
         Date for Submission of Stockholder Proposals | Date for Receipt of Stockholder Proposals | \
         Future Stockholder Proposals | Stockholder Proposals and Other Business | \
         Requirements for Submission of Stockholder Proposals | Next Annual Meeting | \
         Other Stockholder Proposals | Submission of Future Stockholder Proposals",
    ),
    heading(
        "householding",
        Any,
        &["voting-information", "proxy-summary", "notice"],
        "Householding | Householding of Proxy Materials | Householding of Annual Meeting Materials | \
         Householding of Annual Disclosure Documents | \
         Delivery of Documents to Stockholders Sharing an Address | Stockholders Sharing an Address | \
         Stockholders Sharing the Same Address | Delivery of Proxy Materials to Households | \
         Delivery of Proxy Materials | Householding Information | \
         Stockholders Sharing the Same Last Name and Address",
    ),
    heading(
        "annual-report-availability",
        Any,
        &[
            "voting-information",
            "proxy-summary",
            "notice",
            "householding",
        ],
        "Annual Report | Annual Report on Form 10-K | Annual Report to Stockholders | \
         Availability of Annual Report | Availability of Annual Report on Form 10-K | \
         Availability of Form 10-K | Form 10-K",
    ),
    heading(
        "other-matters",
        Any,
        &[
            "voting-information",
            "proxy-summary",
            "notice",
            "board-governance",
        ],
        "Other Matters | Other Business | Other Information | Additional Information | \
         Other Proposed Action | Other Matters to Come Before the Meeting | Transaction of Other Business | \
         Other Matters and Additional Information | Miscellaneous | \
         Other Matters for Action at the Meeting | Other Business at the Annual Meeting",
    ),
    heading(
        "where-you-can-find-more-information",
        Any,
        SUMMARIES,
        "Where You Can Find More Information | Where You Can Find Additional Information | \
         Where Stockholders Can Find More Information",
    ),
    heading(
        "incorporation-by-reference",
        Any,
        SUMMARIES,
        "Incorporation by Reference | Incorporation of Certain Documents by Reference | \
         Incorporation of Certain Information by Reference",
    ),
    heading(
        "forward-looking-statements",
        High,
        SUMMARIES,
        "Forward-Looking Statements | Cautionary Note Regarding Forward-Looking Statements | \
         Cautionary Statement Regarding Forward-Looking Statements | \
         Cautionary Statement Regarding Forward-Looking Information",
    ),
    heading("risk-factors", High, SUMMARIES, "Risk Factors"),
    heading(
        "background-of-the-merger",
        Any,
        SUMMARIES,
        "Background of the Merger | Background of the Transaction | Background of the Solicitation",
    ),
    heading(
        "fairness-opinion",
        Any,
        SUMMARIES,
        "Opinion of Financial Advisor | Fairness Opinion",
    ),
    heading(
        "the-merger",
        High,
        SUMMARIES,
        "The Merger | The Transaction | Special Factors",
    ),
    heading(
        "the-merger-agreement",
        High,
        SUMMARIES,
        "The Merger Agreement | The Agreement and Plan of Merger",
    ),
    heading(
        "parties-to-the-merger",
        High,
        SUMMARIES,
        "The Parties to the Merger | The Companies | Parties Involved in the Merger",
    ),
    heading(
        "appraisal-rights",
        Any,
        SUMMARIES,
        "Appraisal Rights | Dissenters' Rights | Dissenters' Rights of Appraisal",
    ),
    heading(
        "proxy-card",
        Any,
        SUMMARIES,
        "Proxy Card | Form of Proxy | Form of Proxy Card",
    ),
    heading(
        "market-price",
        High,
        SUMMARIES,
        "Market Price of Our Common Stock | Market Price and Dividend Information",
    ),
];

/// Titles of proposals that some filers do not number.
pub(crate) const PROPOSALS: &[Heading] = &[heading(
    "proposal",
    High,
    SUMMARIES,
    "Election of Directors | Election of Class I Directors | Election of Class II Directors | \
         Election of Class III Directors | Nominees for Election | \
         Ratification of Independent Registered Public Accounting Firm | \
         Ratification of Appointment of Independent Registered Public Accounting Firm | \
         Ratification of Selection of Independent Registered Public Accounting Firm | \
         Appointment of Auditors | Selection of Auditors | Approval of Independent Auditors | \
         Advisory Vote on Executive Compensation | Advisory Vote to Approve Executive Compensation | \
         Advisory Vote to Approve Named Executive Officer Compensation | \
         Advisory Vote on Named Executive Officer Compensation | \
         Non-Binding Advisory Vote on Executive Compensation | Advisory Approval of Executive Compensation | \
         Advisory Vote on the Frequency of Future Advisory Votes on Executive Compensation | \
         Advisory Vote on Frequency of Say-on-Pay Votes | Say on Pay | Say on Pay Vote | Stockholder Proposal",
)];
