//! `aperilex ledger`: proving the books, showing and correcting credits, and what models cost.

mod payments;

use std::process::ExitCode;

use aperilex_core::{
    AccountFinding, AccountStatement, Actor, AnalysisId, Balance, BillingPeriod, BooksProof,
    CreditKind, CreditLot, Engine, EngineError, Funds, GiveCredits, LedgerEntry, MicroUsd,
    ModelCost, Proof, RefundCharge, UserId,
};
use aperilex_wiring::{Graph, Settings};
use serde::Serialize;

use crate::args::{LedgerCommand, ParseFormat};
use crate::exit::BadUsage;
use crate::output;

pub(crate) async fn run(settings: Settings, command: LedgerCommand) -> anyhow::Result<ExitCode> {
    let graph = Graph::without_source(&settings).await?;
    let code = act(&graph.engine, command).await;
    graph.database.close().await;
    code
}

async fn act(engine: &Engine, command: LedgerCommand) -> anyhow::Result<ExitCode> {
    let text = match command {
        LedgerCommand::Verify {
            account,
            objects,
            quiet,
            root,
            format,
        } => {
            let proof = Proof { quiet, objects };
            let mut report = Report::from(verify(engine, account, proof).await?);
            if let Some(root) = root {
                report.add(engine.verify_root(&root).await?);
            }
            match format {
                ParseFormat::Json => output::print_json(&report)?,
                ParseFormat::Text => output::print(&report.text())?,
            }
            return Ok(report.exit());
        }
        LedgerCommand::Reconcile => {
            let (root, proved) = engine.reconcile().await?;
            let report = Report::from(proved);
            output::print(&format!("{}\nroot {}\n", report.text(), root.digest))?;
            return Ok(report.exit());
        }
        LedgerCommand::Rebuild { account, write } => rebuild(engine, account, write).await?,
        LedgerCommand::Statement { account, month } => {
            let first = format!("{month}-01").parse();
            let first =
                first.map_err(|_| BadUsage("--month: expected one such as 2026-11".into()))?;
            statement(
                &engine
                    .statement(account, BillingPeriod::month(first))
                    .await?,
            )
        }
        LedgerCommand::Balance { account } => funds_text(&engine.funds(account).await?),
        LedgerCommand::Lots { account } => {
            let lots = engine.ports().stores.ledger.lots(account).await;
            lots_text(&lots.map_err(EngineError::from)?)
        }
        LedgerCommand::TopUp { account, usd, key } => {
            line(&top_up(engine, account, usd, key).await?)
        }
        LedgerCommand::Payment { event } => payments::enter(engine, &event).await?,
        LedgerCommand::Payments { limit } => payments::list(engine, limit).await?,
        LedgerCommand::Costs { from, to } => costs_text(&engine.model_costs(from, to).await?),
        LedgerCommand::Refund {
            account,
            entry,
            usd,
            key,
            reason,
        } => {
            positive(usd)?;
            let refund = RefundCharge {
                charge: entry,
                amount: usd,
                key,
                reason,
            };
            line(&engine.refund_by(Actor::Operator, account, &refund).await?)
        }
        LedgerCommand::Retract { analysis, reason } => retract(engine, analysis, &reason).await?,
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

async fn retract(
    engine: &Engine,
    analysis: AnalysisId,
    reason: &str,
) -> Result<String, EngineError> {
    let by = Actor::Operator;
    let retracted = engine.retract_analysis(by, analysis, reason).await?;
    let refund = retracted.refund.as_ref();
    Ok(refund.map_or_else(|| "withdrawn; nobody had paid for it\n".to_owned(), line))
}

async fn rebuild(engine: &Engine, account: UserId, write: bool) -> Result<String, EngineError> {
    let by = Actor::Operator;
    let differs = engine.rebuild_books(by, account, write).await?;
    let count = differs.len();
    let lines: String = differs.iter().map(|line| format!("{line}\n")).collect();
    let done = match (count, write) {
        (0, _) => "all is as the journal makes it\n".to_owned(),
        (_, true) => format!("{count} could not be put right\n"),
        (_, false) => format!("{count} differ; put them right with --write\n"),
    };
    Ok(lines + &done)
}

async fn top_up(
    engine: &Engine,
    account: UserId,
    usd: MicroUsd,
    key: String,
) -> anyhow::Result<LedgerEntry> {
    positive(usd)?;
    let give = GiveCredits {
        kind: CreditKind::TopUp,
        amount: usd,
        key,
        reason: "bought credits".to_owned(),
        expires_at: None,
    };
    Ok(engine.give_credits(Actor::Operator, account, &give).await?)
}

fn positive(usd: MicroUsd) -> Result<(), BadUsage> {
    if usd.is_positive() {
        return Ok(());
    }
    Err(BadUsage("--usd: expected an amount above zero".into()))
}

fn line(entry: &LedgerEntry) -> String {
    format!(
        "{}\t{}\t{}\t{}\t{}\t{}\n",
        entry.at, entry.id, entry.kind, entry.amount, entry.balance_after, entry.description
    )
}

fn statement(statement: &AccountStatement) -> String {
    let lines: String = statement.lines.iter().map(line).collect();
    format!(
        "opening balance\t{}\nat\tentry\tkind\tusd\tbalance\tfor\n{lines}closing balance\t{}\n",
        statement.opening, statement.closing
    )
}

/// What models cost us, and the sum.
fn costs_text(costs: &[ModelCost]) -> String {
    let row = |cost: &ModelCost| {
        format!(
            "{}\t{}\t{}\t{}\t{}\t{}\n",
            cost.provider, cost.model, cost.calls, cost.tokens.input, cost.tokens.output, cost.cost
        )
    };
    let rows: String = costs.iter().map(row).collect();
    let sum: MicroUsd = costs.iter().map(|cost| cost.cost).sum();
    format!("provider\tmodel\tcalls\tinput_tokens\toutput_tokens\tusd\n{rows}all\t\t\t\t\t{sum}\n")
}

fn funds_text(funds: &Funds) -> String {
    let Balance { posted, held } = funds.balance;
    let (available, owed) = (funds.balance.available(), funds.owed);
    format!("balance\t{posted}\nheld\t{held}\navailable\t{available}\nowed\t{owed}\n")
}

fn lots_text(lots: &[CreditLot]) -> String {
    let row = |lot: &CreditLot| {
        let end = lot.expires_at;
        let end = end.map_or_else(|| "never".to_owned(), |end| end.to_string());
        format!(
            "{}\t{}\t{}\t{}\t{}\t{end}\n",
            lot.id, lot.source, lot.granted, lot.available, lot.held
        )
    };
    let rows: String = lots.iter().map(row).collect();
    format!("lot\tsource\tgranted\tavailable\theld\tlapses\n{rows}")
}

/// What was proved, and what does not hold.
#[derive(Debug, Default, Serialize)]
struct Report {
    accounts: u64,
    findings: Vec<FindingJson>,
}

#[derive(Debug, Serialize)]
struct FindingJson {
    account: UserId,
    invariant: &'static str,
    subject: String,
    message: String,
}

impl Report {
    fn add(&mut self, found: Vec<AccountFinding>) {
        let json = |(account, finding): AccountFinding| FindingJson {
            account,
            invariant: finding.invariant.code(),
            subject: finding.subject,
            message: finding.message,
        };
        self.findings.extend(found.into_iter().map(json));
    }

    const fn exit(&self) -> ExitCode {
        if self.findings.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }

    fn text(&self) -> String {
        let line = |it: &FindingJson| {
            format!(
                "{} account {}, {}: {}",
                it.invariant, it.account, it.subject, it.message
            )
        };
        let mut lines: Vec<_> = self.findings.iter().map(line).collect();
        let (accounts, findings) = (self.accounts, self.findings.len());
        lines.push(format!("{accounts} accounts proved, {findings} findings"));
        lines.join("\n")
    }
}

impl From<BooksProof> for Report {
    fn from(proved: BooksProof) -> Self {
        let mut report = Self {
            accounts: proved.accounts,
            ..Self::default()
        };
        report.add(proved.findings);
        report
    }
}

async fn verify(
    engine: &Engine,
    account: Option<UserId>,
    proof: Proof,
) -> Result<BooksProof, EngineError> {
    let Some(account) = account else {
        return engine.verify_all_books(proof).await;
    };
    let found = engine.verify_books(account, proof).await?;
    Ok(BooksProof {
        accounts: 1,
        findings: found.into_iter().map(|one| (account, one)).collect(),
    })
}
