//! What speaks for a table being a statement.

use aperilex_ports::model::{Fact, Statement, Table};

use super::labels;

/// Signs, as a set of bits, and how full the table is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Signs {
    pub(crate) bits: u32,
    /// Lines that only a statement of the whole has.
    pub(crate) size: usize,
    /// Kinds of statements that a title above names, as bits.
    pub(crate) titled: u8,
    /// A title or place says that it is none.
    pub(crate) excluded: bool,
}

pub(crate) const ASSETS: u32 = 1;
pub(crate) const LIABILITIES_AND_EQUITY: u32 = 1 << 1;
pub(crate) const REVENUE: u32 = 1 << 2;
pub(crate) const TAX: u32 = 1 << 3;
pub(crate) const NET_INCOME: u32 = 1 << 4;
pub(crate) const PER_SHARE: u32 = 1 << 5;
pub(crate) const OTHER_COMPREHENSIVE: u32 = 1 << 6;
pub(crate) const COMPREHENSIVE: u32 = 1 << 7;
pub(crate) const OPERATING: u32 = 1 << 8;
pub(crate) const INVESTING: u32 = 1 << 9;
pub(crate) const FINANCING: u32 = 1 << 10;
pub(crate) const BALANCES: u32 = 1 << 11;
pub(crate) const EARNINGS_COLUMN: u32 = 1 << 12;
pub(crate) const STOCK_COLUMN: u32 = 1 << 13;
pub(crate) const COSTS: u32 = 1 << 14;

pub(crate) const ASSET_LINES: u32 = 1 << 15;
pub(crate) const LIABILITY_LINES: u32 = 1 << 16;

/// The bit of a kind in [`Signs::titled`].
pub(crate) const fn title_bit(kind: Statement) -> u8 {
    match kind {
        Statement::BalanceSheet => 1,
        Statement::IncomeStatement => 2,
        Statement::ComprehensiveIncome => 4,
        Statement::CashFlows => 8,
        _ => 16,
    }
}

impl Signs {
    const fn has(&self, bits: u32) -> bool {
        self.bits & bits == bits
    }

    const fn has_any(&self, bits: u32) -> bool {
        self.bits & bits != 0
    }

    /// The signs of both.
    pub(crate) const fn and(self, other: &Self) -> Self {
        Self {
            bits: self.bits | other.bits,
            size: self.size + other.size,
            titled: self.titled | other.titled,
            excluded: self.excluded || other.excluded,
        }
    }

    /// Whether a title names the kind.
    pub(crate) const fn is_titled(&self, kind: Statement) -> bool {
        self.titled & title_bit(kind) != 0
    }

    /// Whether it has all that a statement of a kind must have.
    pub(crate) const fn is(&self, kind: Statement) -> bool {
        let titled = self.is_titled(kind);
        match kind {
            Statement::BalanceSheet => {
                self.has(ASSETS | LIABILITIES_AND_EQUITY)
                    || titled && self.has(ASSET_LINES | LIABILITY_LINES)
            }
            Statement::IncomeStatement => {
                self.has(NET_INCOME)
                    && self.has_any(REVENUE | COSTS)
                    && (self.has_any(PER_SHARE | TAX) || titled && self.size >= 10)
                    && !self.has_any(OPERATING | FINANCING | ASSETS)
            }
            Statement::ComprehensiveIncome => {
                let other = REVENUE | PER_SHARE | COSTS | EARNINGS_COLUMN | STOCK_COLUMN | ASSETS;
                self.has(COMPREHENSIVE)
                    && self.has_any(OTHER_COMPREHENSIVE | NET_INCOME)
                    && (titled || !self.has_any(other))
            }
            Statement::CashFlows => {
                self.has(OPERATING) && (self.has(FINANCING) || titled || self.has(INVESTING))
            }
            _ => self.has(BALANCES | EARNINGS_COLUMN | STOCK_COLUMN),
        }
    }

    /// Whether it may be one, or a page of one.
    pub(crate) const fn may_be(&self, kind: Statement) -> bool {
        !self.excluded && self.has_any(Self::own(kind))
    }

    const fn own(kind: Statement) -> u32 {
        match kind {
            Statement::BalanceSheet => {
                ASSETS | LIABILITIES_AND_EQUITY | ASSET_LINES | LIABILITY_LINES
            }
            Statement::IncomeStatement => REVENUE | COSTS | NET_INCOME | PER_SHARE | TAX,
            Statement::ComprehensiveIncome => OTHER_COMPREHENSIVE | COMPREHENSIVE,
            Statement::CashFlows => OPERATING | INVESTING | FINANCING,
            _ => BALANCES | EARNINGS_COLUMN | STOCK_COLUMN,
        }
    }

    /// Whether titles name other kinds only.
    pub(crate) const fn is_of_another(&self, kind: Statement) -> bool {
        self.titled != 0 && !self.is_titled(kind)
    }

    /// Whether labels without a title are enough: other tables have parts of these.
    pub(crate) const fn is_by_itself(&self, kind: Statement) -> bool {
        match kind {
            Statement::BalanceSheet => self.has(ASSETS | LIABILITIES_AND_EQUITY) && self.size >= 15,
            Statement::IncomeStatement => {
                self.has(NET_INCOME | PER_SHARE | TAX | COSTS) && self.size >= 12
            }
            Statement::CashFlows => self.has(OPERATING | INVESTING | FINANCING) && self.size >= 15,
            _ => false,
        }
    }

    /// Whether it is a further page of a statement.
    pub(crate) const fn goes_on(&self, kind: Statement) -> bool {
        !self.excluded
            && match kind {
                Statement::Equity => self.is(kind),
                _ => self.titled == title_bit(kind) && self.may_be(kind) && !self.is(kind),
            }
    }
}

/// Facts with a place, sorted by it.
pub(crate) fn facts_by_place(facts: &[Fact]) -> Vec<(usize, usize, &Fact)> {
    let mut out: Vec<_> = facts
        .iter()
        .filter(|fact| fact.unit.is_some())
        .filter_map(|fact| Some((fact.document, fact.range.as_ref()?.start, fact)))
        .collect();
    out.sort_by_key(|(document, start, _)| (*document, *start));
    out
}

impl Signs {
    /// What the facts in a table say.
    pub(crate) fn of_facts(table: &Table, facts: &[(usize, usize, &Fact)]) -> Self {
        let before = |at: usize| {
            facts.partition_point(|(document, start, _)| (*document, *start) < (table.document, at))
        };
        let within = facts
            .get(before(table.range.start)..before(table.range.end))
            .unwrap_or_default();
        let mut out = Self::default();
        let mut concepts: Vec<&str> = Vec::new();
        for (_, _, fact) in within {
            let (prefix, name) = fact.concept.split_once(':').unwrap_or(("", &fact.concept));
            if fact.dimensions.is_empty() {
                if matches!(prefix, "us-gaap" | "ifrs-full") {
                    out.bits |= of_concept(name);
                }
                if !concepts.contains(&name) && concepts.len() < 200 {
                    concepts.push(name);
                }
            } else {
                out.bits |= of_members(fact);
            }
        }
        out.size = concepts.len();
        (out.titled, out.excluded) = labels::titles_of(table, "");
        if out.has_any(EARNINGS_COLUMN | STOCK_COLUMN) {
            out.size += within.len();
        }
        out
    }
}

fn of_concept(name: &str) -> u32 {
    match name {
        "Assets" => ASSETS,
        "LiabilitiesAndStockholdersEquity" | "EquityAndLiabilities" => LIABILITIES_AND_EQUITY,
        "Revenues"
        | "Revenue"
        | "RevenueFromContractWithCustomerExcludingAssessedTax"
        | "RevenueFromContractWithCustomerIncludingAssessedTax"
        | "SalesRevenueNet"
        | "RevenuesNetOfInterestExpense"
        | "InterestAndDividendIncomeOperating"
        | "SalesRevenueGoodsNet"
        | "SalesRevenueServicesNet"
        | "PremiumsEarnedNet" => REVENUE,
        "CostsAndExpenses"
        | "OperatingExpenses"
        | "OperatingIncomeLoss"
        | "CostOfRevenue"
        | "NoninterestExpense"
        | "GeneralAndAdministrativeExpense"
        | "CostOfSales"
        | "SellingGeneralAndAdministrativeExpense"
        | "BenefitsLossesAndExpenses"
        | "ProfitLossFromOperatingActivities"
        | "AdministrativeExpense" => COSTS,
        "IncomeTaxExpenseBenefit" | "IncomeTaxExpenseContinuingOperations" => TAX,
        "NetIncomeLoss" | "ProfitLoss" | "NetIncomeLossAvailableToCommonStockholdersBasic" => {
            NET_INCOME
        }
        "EarningsPerShareBasic"
        | "EarningsPerShareDiluted"
        | "EarningsPerShareBasicAndDiluted"
        | "BasicEarningsLossPerShare"
        | "DilutedEarningsLossPerShare" => PER_SHARE,
        "ComprehensiveIncomeNetOfTax"
        | "ComprehensiveIncome"
        | "ComprehensiveIncomeNetOfTaxIncludingPortionAttributableToNoncontrollingInterest" => {
            COMPREHENSIVE
        }
        "NetCashProvidedByUsedInOperatingActivities"
        | "NetCashProvidedByUsedInOperatingActivitiesContinuingOperations"
        | "CashFlowsFromUsedInOperatingActivities" => OPERATING,
        "NetCashProvidedByUsedInInvestingActivities"
        | "NetCashProvidedByUsedInInvestingActivitiesContinuingOperations"
        | "CashFlowsFromUsedInInvestingActivities" => INVESTING,
        "NetCashProvidedByUsedInFinancingActivities"
        | "NetCashProvidedByUsedInFinancingActivitiesContinuingOperations"
        | "CashFlowsFromUsedInFinancingActivities" => FINANCING,
        "StockholdersEquity"
        | "Equity"
        | "PartnersCapital"
        | "MembersEquity"
        | "StockholdersEquityIncludingPortionAttributableToNoncontrollingInterest" => BALANCES,
        _ if name.starts_with("OtherComprehensiveIncome") => OTHER_COMPREHENSIVE,
        _ => 0,
    }
}

/// The columns of a statement of equity.
fn of_members(fact: &Fact) -> u32 {
    let mut bits = 0;
    let concept = fact.concept.split_once(':').map_or("", |(_, name)| name);
    let balance = of_concept(concept) & BALANCES;
    for (axis, member) in fact.dimensions.iter() {
        let local = |name: &str| name.rfind(':').map_or(0, |colon| colon + 1);
        let axis = axis.get(local(axis)..).unwrap_or_default();
        let member = member.get(local(member)..).unwrap_or_default();
        if axis != "StatementEquityComponentsAxis" && axis != "ComponentsOfEquityAxis" {
            continue;
        }
        if member.starts_with("Retained")
            || member.starts_with("AccumulatedDeficit")
            || member.contains("Deficit")
        {
            bits |= EARNINGS_COLUMN | balance;
        }
        let stock = [
            "CommonStock",
            "AdditionalPaidIn",
            "IssuedCapital",
            "SharePremium",
            "ShareCapital",
            "CommonStockIncluding",
            "TreasuryStock",
            "TreasuryShares",
            "PreferredStock",
        ];
        if stock.iter().any(|name| member.starts_with(name)) {
            bits |= STOCK_COLUMN;
        }
    }
    bits
}
