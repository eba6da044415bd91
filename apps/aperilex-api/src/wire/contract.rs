//! What is agreed with an account over the plan of its tier.

use std::collections::BTreeMap;

use aperilex_core::{Account, Companies, Contract, Digest, MicroUsd, Priority, Quality, TierPlan};
use poem_openapi::Object;
use uuid::Uuid;

use super::account::{CompanySet, LimitsDocument};
use super::order::{needed, reason, there};
use super::request::price;
use super::strict::Object as Fields;
use super::text::{OrNull, TierWord, Usd};
use crate::problem::{Problem, ProblemCode};

/// What is agreed with an account of the enterprise tier. Each figure that is there stands in the place of
/// the plan's; one that is absent is the plan's. Where `null` is taken it says that there is no limit, or all.
#[derive(Debug, Default, Object)]
#[oai(rename = "Contract", skip_serializing_if_is_none, deny_unknown_fields)]
struct ContractDocument {
    /// A month's price.
    monthly_price_usd: Option<Usd>,
    /// Requests in any hour, at least 1 and at most those of a day.
    requests_per_hour: Option<OrNull<u32>>,
    /// Requests in any 24 hours, at least 1.
    requests_per_day: Option<OrNull<u32>>,
    /// Filings filed at most this many years ago, at least 1.
    history_years: Option<OrNull<u16>>,
    companies: Option<CompanySet>,
    /// Form types, at least one; amendments go with them.
    forms: Option<OrNull<Vec<String>>>,
    /// Access to a filing, once for each.
    filing_access_usd: Option<Usd>,
    /// Bringing in a filing that is not known here yet, access included; `null`: what access costs.
    filing_import_usd: Option<OrNull<Usd>>,
    /// A filing of a bulk import; `null`: there are none.
    bulk_filing_usd: Option<OrNull<Usd>>,
    /// An analysis of any quality that is not in `analysis_by_quality_usd`.
    analysis_usd: Option<Usd>,
    /// An analysis, by its quality.
    analysis_by_quality_usd: Option<BTreeMap<String, Usd>>,
    /// Credits granted each month.
    monthly_credits_usd: Option<Usd>,
    /// Analyses at a time, at least 1.
    analyses_at_a_time: Option<OrNull<u32>>,
    /// Urgency of its tasks, 0 (first) to 9 (last).
    priority: Option<u8>,
    /// The most that models may cost the house for one analysis.
    cost_ceiling_usd: Option<Usd>,
    /// The part of the fee that models are expected to cost at most, in percent, 1 to 100.
    large_filing_percent: Option<u8>,
    /// Whether its analyses are made with its own key for a model; `false` if not said. Refused where no such
    /// keys are taken.
    byok: Option<bool>,
    /// Whether what its own key makes goes into the pool; `false` if not said.
    share_results: Option<bool>,
}

/// A contract that is to be an account's.
#[derive(Debug, Object)]
#[oai(rename = "ContractOrder", deny_unknown_fields)]
struct OrderDocument {
    contract: ContractDocument,
    /// Why, for the audit log: 1 to 500 characters.
    reason: String,
}

/// What counts for an account, and what of it is by contract.
#[derive(Debug, Object)]
#[oai(rename = "Agreement", skip_serializing_if_is_none)]
pub(crate) struct AgreementDocument {
    account_id: Uuid,
    tier: TierWord,
    /// Absent if there is none. It counts while the tier is `enterprise`.
    contract: Option<ContractDocument>,
    /// What the plan allows with it, and its prices.
    limits: LimitsDocument,
}

strict_body! {
    /// A contract, and why it is agreed.
    ContractBody((Contract, String)) as OrderDocument, order
}

/// Figures whose names on the wire say their unit, by their own names.
const NAMES: [(&str, &str); 9] = [
    ("monthly_price", "monthly_price_usd"),
    ("filing_access", "filing_access_usd"),
    ("filing_import", "filing_import_usd"),
    ("bulk_unit", "bulk_filing_usd"),
    ("analysis", "analysis_usd"),
    ("analysis_by_quality", "analysis_by_quality_usd"),
    ("monthly_credits", "monthly_credits_usd"),
    ("running", "analyses_at_a_time"),
    ("cost_ceiling", "cost_ceiling_usd"),
];

/// Where in the body a figure is, such as `forms[1]` or `analysis_by_quality.premium`.
pub(crate) fn pointer(figure: &str) -> String {
    let steps = figure.replace('[', "/").replace(']', "").replace('.', "/");
    let (first, rest) = steps.split_at(steps.find('/').unwrap_or(steps.len()));
    let known = NAMES.iter().find(|(own, _)| *own == first);
    let first = known.map_or(first, |(_, wire)| wire);
    format!("/contract/{first}{rest}")
}

fn order(mut fields: Fields) -> Result<(Contract, String), Problem> {
    let contract = fields.object("contract").map(|mut inner| {
        let contract = contract(&mut inner);
        inner.end(&mut fields);
        contract
    });
    let reason = needed(&mut fields, "reason", reason);
    fields.finish()?;
    Ok((there(contract)?, there(reason)?))
}

/// A field that is there and null, or there and read; a complaint is none.
fn told<T>(
    fields: &mut Fields,
    name: &str,
    read: impl FnOnce(&mut Fields, &str) -> Option<T>,
) -> Option<Option<T>> {
    if fields.has(name) {
        return read(fields, name).map(Some);
    }
    fields.take_null(name).then_some(None)
}

fn usd(fields: &mut Fields, name: &str) -> Option<MicroUsd> {
    fields.text(name, price)
}

fn contract(fields: &mut Fields) -> Contract {
    let count = |fields: &mut Fields, name: &str| fields.whole::<u32>(name);
    Contract {
        monthly_price: usd(fields, "monthly_price_usd"),
        requests_per_hour: told(fields, "requests_per_hour", count),
        requests_per_day: told(fields, "requests_per_day", count),
        history_years: told(fields, "history_years", |it, name| it.whole(name)),
        companies: fields.text("companies", |word| {
            let known = word.parse::<Companies>();
            known.map_err(|_| "expected small, large or all")
        }),
        forms: told(fields, "forms", |it, name| {
            it.texts(name, |form| Ok::<_, String>(form.to_owned()))
        }),
        filing_access: usd(fields, "filing_access_usd"),
        filing_import: told(fields, "filing_import_usd", usd),
        bulk_unit: told(fields, "bulk_filing_usd", usd),
        analysis: usd(fields, "analysis_usd"),
        analysis_by_quality: by_quality(fields),
        monthly_credits: usd(fields, "monthly_credits_usd"),
        running: told(fields, "analyses_at_a_time", count),
        priority: priority(fields),
        cost_ceiling: usd(fields, "cost_ceiling_usd"),
        large_filing_percent: fields.whole("large_filing_percent"),
        byok: fields.flag("byok"),
        share_results: fields.flag("share_results"),
    }
}

fn by_quality(fields: &mut Fields) -> BTreeMap<Quality, MicroUsd> {
    let name = "analysis_by_quality_usd";
    if !fields.has(name) {
        fields.take_null(name);
        return BTreeMap::new();
    }
    let Some(mut fees) = fields.object(name) else {
        return BTreeMap::new();
    };
    let fee = |quality: &Quality| Some((*quality, usd(&mut fees, quality.as_str())?));
    let read = Quality::ALL.iter().filter_map(fee).collect();
    fees.end(fields);
    read
}

/// What is beyond the last is not taken for the last.
fn priority(fields: &mut Fields) -> Option<Priority> {
    let level = fields.whole::<u8>("priority")?;
    if level > Priority::BACKGROUND.level() {
        let detail = "expected 0 (first) to 9 (last)";
        fields.wrong("priority", ProblemCode::OutOfRange, detail);
        return None;
    }
    Some(Priority::new(level))
}

impl From<&Contract> for ContractDocument {
    fn from(contract: &Contract) -> Self {
        let amount = |amount: Option<MicroUsd>| amount.map(Usd::from);
        let told = |amount: Option<Option<MicroUsd>>| amount.map(|it| OrNull(it.map(Usd::from)));
        let by_quality = contract.analysis_by_quality.iter();
        let by_quality = by_quality.map(|(quality, fee)| (quality.to_string(), (*fee).into()));
        Self {
            monthly_price_usd: amount(contract.monthly_price),
            requests_per_hour: contract.requests_per_hour.map(OrNull),
            requests_per_day: contract.requests_per_day.map(OrNull),
            history_years: contract.history_years.map(OrNull),
            companies: contract.companies.map(CompanySet::from),
            forms: contract.forms.clone().map(OrNull),
            filing_access_usd: amount(contract.filing_access),
            filing_import_usd: told(contract.filing_import),
            bulk_filing_usd: told(contract.bulk_unit),
            analysis_usd: amount(contract.analysis),
            analysis_by_quality_usd: (by_quality.len() > 0).then(|| by_quality.collect()),
            monthly_credits_usd: amount(contract.monthly_credits),
            analyses_at_a_time: contract.running.map(OrNull),
            priority: contract.priority.map(Priority::level),
            cost_ceiling_usd: amount(contract.cost_ceiling),
            large_filing_percent: contract.large_filing_percent,
            byok: contract.byok.then_some(true),
            share_results: contract.share_results.then_some(true),
        }
    }
}

impl AgreementDocument {
    pub(crate) fn new(account: &Account, plan: &TierPlan) -> Self {
        Self {
            account_id: account.id.as_uuid(),
            tier: account.tier.into(),
            contract: account.contract.as_ref().map(ContractDocument::from),
            limits: plan.into(),
        }
    }
}

/// The entity tag of what counts for an account.
pub(crate) fn tag(account: &Account, plan: &TierPlan) -> Result<String, Problem> {
    const SHOWN: usize = 16;
    let all = serde_json::to_vec(&(account.tier, &account.contract, plan));
    let all = all.map_err(|_| Problem::internal())?;
    let digest = Digest::of(&all).to_string();
    Ok(format!(
        "\"{}\"",
        digest.chars().take(SHOWN).collect::<String>()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::strict;
    use poem_openapi::types::ToJSON;
    use serde_json::{Value, json};

    fn read(contract: &Value) -> Result<Contract, Problem> {
        let body = json!({"contract": contract, "reason": "signed"}).to_string();
        order(strict::parse(body.as_bytes())?).map(|(contract, _)| contract)
    }

    fn whole() -> Value {
        json!({
            "monthly_price_usd": "500.000000",
            "requests_per_hour": 5000,
            "requests_per_day": null,
            "history_years": 20,
            "companies": "large",
            "forms": ["10-K", "S-1"],
            "filing_access_usd": "0.010000",
            "filing_import_usd": null,
            "bulk_filing_usd": "0.005000",
            "analysis_usd": "0.012000",
            "analysis_by_quality_usd": {"premium": "0.070000"},
            "monthly_credits_usd": "100.000000",
            "analyses_at_a_time": 25,
            "priority": 1,
            "cost_ceiling_usd": "2.000000",
            "large_filing_percent": 50,
            "byok": true,
            "share_results": true,
        })
    }

    #[test]
    fn every_figure_goes_both_ways() {
        let contract = read(&whole()).unwrap();
        assert_eq!(contract.requests_per_day, Some(None), "no limit");
        assert_eq!(contract.filing_import, Some(None), "what access costs");
        assert_eq!(ContractDocument::from(&contract).to_json(), Some(whole()));
        // A figure that the wire does not know would be lost when a contract is read and put back.
        let stored: Value = serde_json::from_str(&contract.encode()).unwrap();
        let stored = stored.as_object().unwrap().len();
        assert_eq!(
            stored,
            whole().as_object().unwrap().len() + 1,
            "and the version"
        );
        assert_eq!(read(&json!({})).unwrap(), Contract::default());
        let none = ContractDocument::from(&Contract::default()).to_json();
        assert_eq!(none, Some(json!({})));
    }

    #[test]
    fn a_complaint_names_its_figure() {
        for (field, value, code) in [
            ("monthly_price_usd", json!("-1"), ProblemCode::InvalidField),
            ("monthly_price_usd", json!(5), ProblemCode::WrongType),
            ("requests_per_hour", json!("5"), ProblemCode::WrongType),
            ("requests_per_hour", json!(1.5), ProblemCode::OutOfRange),
            ("requests_per_hour", json!(-1), ProblemCode::OutOfRange),
            (
                "requests_per_day",
                json!(4_294_967_296_u64),
                ProblemCode::OutOfRange,
            ),
            ("history_years", json!(65_536), ProblemCode::OutOfRange),
            ("priority", json!(10), ProblemCode::OutOfRange),
            ("companies", json!("some"), ProblemCode::InvalidField),
            ("forms", json!("10-K"), ProblemCode::WrongType),
            ("forms/0", json!([7]), ProblemCode::WrongType),
            (
                "analysis_by_quality_usd/premium",
                json!({"premium": "x"}),
                ProblemCode::InvalidField,
            ),
            (
                "analysis_by_quality_usd/best",
                json!({"best": "1"}),
                ProblemCode::UnknownField,
            ),
            ("byok", json!("yes"), ProblemCode::WrongType),
            ("seats", json!(3), ProblemCode::UnknownField),
        ] {
            let name = field.split('/').next().unwrap();
            let problem = read(&json!({ name: value })).unwrap_err();
            let first = &problem.errors[0];
            assert_eq!(
                (first.pointer.as_str(), first.code),
                (&*format!("/contract/{field}"), code)
            );
        }
    }

    #[test]
    fn figures_are_pointed_at_by_their_names_on_the_wire() {
        for (figure, place) in [
            ("priority", "/contract/priority"),
            ("running", "/contract/analyses_at_a_time"),
            ("forms[1]", "/contract/forms/1"),
            (
                "analysis_by_quality.premium",
                "/contract/analysis_by_quality_usd/premium",
            ),
        ] {
            assert_eq!(pointer(figure), place);
        }
        let body =
            serde_json::to_value(Contract::decode(&read(&whole()).unwrap().encode()).unwrap());
        for own in body.unwrap().as_object().unwrap().keys() {
            let place = pointer(own);
            let wire = place.strip_prefix("/contract/").unwrap();
            assert!(whole().get(wire).is_some(), "{own} is not {wire}");
        }
    }
}
