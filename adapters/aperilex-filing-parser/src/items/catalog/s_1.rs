//! Headings of registration statements and their prospectuses: S-1, F-1 and their kin.

use crate::items::titled::key::{Heading, Opens};

const fn heading(slug: &'static str, opens: Opens, titles: &'static str) -> Heading {
    Heading {
        slug,
        titles,
        opens,
        within: &[],
        asked: false,
    }
}

const fn asked(slug: &'static str, titles: &'static str) -> Heading {
    Heading {
        slug,
        titles,
        opens: High,
        within: &[],
        asked: true,
    }
}

use Opens::{Any, High};

/// Headings of prospectuses.
pub(crate) const S_1: &[Heading] = &[
    heading(
        "about-this-prospectus",
        Any,
        "About this Prospectus | About the Prospectus | About this Prospectus Supplement",
    ),
    heading(
        "industry-and-market-data",
        Any,
        "Industry and Market Data | Market, Industry and Other Data | Industry and Other Data | \
         Market and Industry Data and Forecasts | Market Data",
    ),
    heading(
        "trademarks",
        High,
        "Trademarks | Trademarks and Trade Names | Trademarks, Trade Names and Service Marks",
    ),
    heading(
        "prospectus-summary",
        High,
        "Prospectus Summary | Summary | Summary Information | Prospectus Supplement Summary",
    ),
    heading(
        "the-offering",
        Any,
        "The Offering | Offering Summary | The Offer",
    ),
    heading(
        "risk-factors-summary",
        Any,
        "Summary of Risk Factors | Summary of Principal Risk Factors | Summary of Risks | \
         Summary of Material Risks",
    ),
    heading(
        "summary-financial-data",
        Any,
        "Summary Financial Data | Summary Financial Information | Summary Consolidated Financial Data | \
         Summary Financial and Other Data | Summary Financial and Operating Data | \
         Summary Historical Financial Data | Summary Consolidated Financial and Other Data | \
         Summary Consolidated Financial Information | Summary Consolidated Financial and Operating Data | \
         Summary Historical Consolidated Financial Data | \
         Summary Historical Consolidated Financial and Other Data | \
         Summary Historical and Pro Forma Financial Data | \
         Summary Historical and Pro Forma Consolidated Financial Data | Summary Selected Financial Data | \
         Summary Consolidated Financial Statements | Summary Consolidated Statements of Operations Data",
    ),
    asked(
        "risk-factors",
        "Risk Factors | Risk Factors and Investment Considerations | Investment Considerations",
    ),
    heading(
        "private-placement",
        High,
        "The Private Placement | Concurrent Private Placement | Private Placement of Securities | \
         Description of the Private Placement",
    ),
    heading(
        "forward-looking-statements",
        High,
        "Forward-Looking Statements | Special Note Regarding Forward-Looking Statements | \
         Cautionary Note Regarding Forward-Looking Statements | \
         Cautionary Statement Regarding Forward-Looking Statements | \
         Information Regarding Forward-Looking Statements | \
         Disclosure Regarding Forward-Looking Statements | \
         Cautionary Notice Regarding Forward-Looking Statements | \
         Cautionary Language Regarding Forward-Looking Statements | Forward-Looking Information | \
         Cautionary Statement Regarding Forward-Looking Information | \
         Special Note Regarding Forward-Looking Statements and Industry Data | \
         Special Note Regarding Forward-Looking Statements and Market Data | \
         Cautionary Note Regarding Forward-Looking Statements and Industry Data",
    ),
    asked(
        "use-of-proceeds",
        "Use of Proceeds | Use of Net Proceeds | Estimated Use of Proceeds",
    ),
    heading(
        "dividend-policy",
        High,
        "Dividend Policy | Dividends | Dividend and Distribution Policy | Distribution Policy | \
         Cash Distribution Policy | Market for Common Stock and Dividend Policy | \
         Market for Common Equity and Related Stockholder Matters | \
         Market for Our Common Stock and Related Stockholder Matters | \
         Price Range of Common Stock and Dividend Policy | Market Price and Dividends | \
         Market Price of Common Stock and Dividend Policy | \
         Market Price of and Dividends on Common Equity and Related Stockholder Matters | \
         Market Information and Dividend Policy | \
         Market Price of Our Common Stock and Related Stockholder Matters",
    ),
    heading(
        "market-price",
        High,
        "Price Range of Common Stock | Market Price of Common Stock | Market for Our Common Stock | \
         Market Information | Market for Common Equity | Market Price Information | Trading Market",
    ),
    heading(
        "capitalization",
        High,
        "Capitalization | Capitalization and Indebtedness | Cash and Capitalization | \
         Consolidated Capitalization",
    ),
    heading("dilution", High, "Dilution"),
    heading(
        "determination-of-offering-price",
        High,
        "Determination of Offering Price",
    ),
    heading(
        "corporate-reorganization",
        High,
        "Corporate Reorganization | Organizational Structure | The Reorganization | \
         Corporate History and Structure | Corporate Conversion",
    ),
    heading(
        "exchange-rates",
        High,
        "Exchange Rates | Exchange Rate Information",
    ),
    heading(
        "enforceability-of-civil-liabilities",
        High,
        "Enforceability of Civil Liabilities | Enforcement of Civil Liabilities | Enforcement of Judgments | \
         Service of Process and Enforcement of Liabilities | Enforcement of Foreign Judgments",
    ),
    heading(
        "selected-financial-data",
        High,
        "Selected Financial Data | Selected Consolidated Financial Data | Selected Financial Information | \
         Selected Historical Financial Data | Selected Consolidated Financial Information | \
         Selected Consolidated Financial and Other Data | Selected Financial and Other Data | \
         Selected Financial and Operating Data | Selected Consolidated Financial and Operating Data | \
         Selected Historical Consolidated Financial Data | \
         Selected Historical Consolidated Financial and Other Data | \
         Selected Historical Financial Information | Selected Combined Financial Data | \
         Selected Historical Consolidated and Combined Financial Data",
    ),
    heading(
        "pro-forma-financial-information",
        High,
        "Unaudited Pro Forma Condensed Combined Financial Information | \
         Unaudited Pro Forma Financial Information | \
         Unaudited Pro Forma Consolidated Financial Information | \
         Unaudited Pro Forma Condensed Consolidated Financial Information | \
         Unaudited Pro Forma Condensed Consolidated Financial Statements | \
         Unaudited Pro Forma Consolidated Financial Statements | \
         Unaudited Pro Forma Condensed Combined Financial Statements | \
         Unaudited Pro Forma Combined Financial Information | \
         Unaudited Pro Forma Consolidated Financial Data | Pro Forma Financial Information | \
         Pro Forma Financial Data | Pro Forma Combined Financial Statements | \
         Unaudited Pro Forma Combined Financial Statements",
    ),
    heading(
        "managements-discussion-and-analysis",
        High,
        "Management's Discussion and Analysis of Financial Condition and Results of Operations | \
         Management's Discussion and Analysis | Management's Discussion and Analysis or Plan of Operation | \
         Operating and Financial Review and Prospects | Plan of Operation",
    ),
    heading(
        "market-risk",
        High,
        "Quantitative and Qualitative Disclosures About Market Risk",
    ),
    heading(
        "industry",
        High,
        "Industry | Industry Overview | Market Overview",
    ),
    heading(
        "founder-letter",
        High,
        "Letter from Our Founder | A Letter from Our CEO | Letter from the Chief Executive Officer | \
         Founder's Letter | Letter to Stockholders",
    ),
    heading(
        "business",
        High,
        "Business | Description of Business | The Company | Proposed Business | Our Company | \
         Information About the Company",
    ),
    heading(
        "regulation",
        High,
        "Regulation | Government Regulation | Regulatory Environment",
    ),
    heading(
        "properties",
        High,
        "Properties | Description of Property | Description of Properties",
    ),
    heading("legal-proceedings", High, "Legal Proceedings"),
    heading(
        "management",
        High,
        "Management | Directors and Executive Officers | \
         Directors, Executive Officers and Corporate Governance | \
         Directors, Executive Officers, Promoters and Control Persons | Management and Board of Directors | \
         Directors and Management | Directors, Executive Officers and Key Employees",
    ),
    heading(
        "executive-compensation",
        High,
        "Executive Compensation | Executive and Director Compensation | \
         Executive Officer and Director Compensation | Compensation | Compensation of Executive Officers",
    ),
    heading(
        "compensation-discussion-and-analysis",
        Any,
        "Compensation Discussion and Analysis | Executive Compensation Discussion and Analysis",
    ),
    heading(
        "related-person-transactions",
        High,
        "Certain Relationships and Related Person Transactions | \
         Certain Relationships and Related Party Transactions | \
         Certain Relationships and Related Transactions | \
         Certain Relationships and Related Transactions, and Director Independence | \
         Certain Relationships and Related Party Transactions, and Director Independence | \
         Certain Relationships and Related Person Transactions, and Director Independence | \
         Related Person Transactions | Related Party Transactions | Certain Transactions | \
         Related Transactions | Certain Relationships | Transactions with Related Parties",
    ),
    heading(
        "beneficial-ownership",
        High,
        "Principal Stockholders | Security Ownership of Certain Beneficial Owners and Management | \
         Beneficial Ownership of Securities | Beneficial Ownership | Beneficial Ownership of Common Stock | \
         Principal Owners | Ownership of Common Stock | Stock Ownership | Security Ownership | \
         Principal Stockholders and Management | \
         Security Ownership of Certain Beneficial Owners and Management and Related Stockholder Matters",
    ),
    heading(
        "principal-and-selling-stockholders",
        High,
        "Principal and Selling Stockholders | Principal and Registered Stockholders",
    ),
    heading(
        "selling-stockholders",
        High,
        "Selling Stockholders | Selling Security Holders | Registered Stockholders | \
         Selling Shareholders and Plan of Distribution",
    ),
    heading(
        "description-of-capital-stock",
        High,
        "Description of Capital Stock | Description of Share Capital | Description of Securities | \
         Description of Our Securities to Be Registered | Description of Securities Being Registered | \
         Description of Securities We Are Offering | Description of Securities Being Offered | \
         Description of Securities Offered | Description of Common Stock | Description of Units | \
         Description of Common Units | Description of Shares | \
         Description of Capital Stock and Articles of Association | \
         Description of Share Capital and Articles of Association | \
         Description of Share Capital and Governing Documents",
    ),
    heading(
        "description-of-ads",
        High,
        "Description of American Depositary Shares | Description of American Depositary Receipts",
    ),
    heading(
        "description-of-notes",
        High,
        "Description of Notes | Description of Debt Securities",
    ),
    heading(
        "description-of-indebtedness",
        High,
        "Description of Indebtedness | Description of Material Indebtedness",
    ),
    heading("description-of-warrants", High, "Description of Warrants"),
    heading(
        "shares-eligible-for-future-sale",
        High,
        "Shares Eligible for Future Sale | Shares Available for Future Sale | \
         Securities Eligible for Future Sale | Common Stock Eligible for Future Sale",
    ),
    heading(
        "material-tax-consequences",
        High,
        "Material U.S. Federal Income Tax Consequences | \
         Material United States Federal Income Tax Consequences | \
         Material U.S. Federal Income Tax Considerations | \
         Material United States Federal Income Tax Considerations | \
         Certain U.S. Federal Income Tax Considerations | \
         Certain United States Federal Income Tax Considerations | U.S. Federal Income Tax Consequences | \
         Material U.S. Federal Tax Considerations | Material U.S. Federal Tax Consequences | \
         United States Federal Income Tax Consequences | Certain United States Federal Tax Considerations | \
         Certain United States Federal Tax Consequences | Material Tax Considerations | \
         Material Income Tax Considerations | Certain Tax Considerations | Income Tax Considerations | \
         Tax Matters | Taxation | Material U.S. Federal Income and Estate Tax Considerations | \
         Material U.S. Federal Income and Estate Tax Consequences | \
         Material United States Federal Income and Estate Tax Consequences",
    ),
    heading("erisa-considerations", High, "ERISA Considerations"),
    asked(
        "plan-of-distribution",
        "Plan of Distribution | Underwriting | Underwriters | Underwriting (Conflicts of Interest) | \
         Underwriting and Plan of Distribution | Plan of Distribution (Conflicts of Interest)",
    ),
    heading(
        "expenses-of-the-offering",
        High,
        "Expenses Related to this Offering | Expenses Relating to this Offering | Expenses of the Offering",
    ),
    heading(
        "legal-matters",
        High,
        "Legal Matters | Validity of Common Stock | Validity of Securities | Validity of the Shares | \
         Interests of Named Experts and Counsel | Legal Opinions",
    ),
    heading(
        "experts",
        High,
        "Experts | Independent Registered Public Accounting Firm | Legal and Accounting Experts | \
         Legal Matters and Experts",
    ),
    heading(
        "changes-in-accountants",
        High,
        "Changes in and Disagreements with Accountants on Accounting and Financial Disclosure | \
         Changes in and Disagreements with Accountants | Change in Accountants",
    ),
    heading(
        "commission-position-on-indemnification",
        High,
        "Disclosure of Commission Position on Indemnification for Securities Act Liabilities | \
         Disclosure of Commission Position on Indemnification | \
         Commission Position on Indemnification for Securities Act Liabilities",
    ),
    heading(
        "where-you-can-find-more-information",
        High,
        "Where You Can Find More Information | Where You Can Find Additional Information | \
         Additional Information | Available Information | Where to Find More Information | \
         Where You May Find More Information | Where You May Find Additional Information | \
         Further Information",
    ),
    heading(
        "incorporation-by-reference",
        High,
        "Incorporation by Reference | Incorporation of Certain Documents by Reference | \
         Incorporation of Certain Information by Reference | Information Incorporated by Reference | \
         Documents Incorporated by Reference",
    ),
    heading(
        "glossary",
        High,
        "Glossary | Glossary of Terms | Glossary of Selected Terms | Glossary of Technical Terms",
    ),
    heading(
        "financial-statements",
        High,
        "Index to Financial Statements | Index to Consolidated Financial Statements | Financial Statements | \
         Consolidated Financial Statements | Index to Combined Financial Statements | \
         Index to Consolidated Financial Statements and Schedule | Index to Audited Financial Statements | \
         Index to Financial Statements and Schedules",
    ),
    heading("change-of-fiscal-year", High, "Change in Fiscal Year"),
    heading(
        "equity-incentive-plan",
        Any,
        "Equity Incentive Plan | Stock Option Plan | Omnibus Equity Incentive Plan | \
         Omnibus Incentive Plan | Stock Incentive Plan | Long-Term Incentive Plan | Stock Plan | \
         Employee Stock Purchase Plan | Equity Plan | Incentive Plan",
    ),
];
