//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use aperilex_core::{
    AnalysisId, Date, Digest, Email, EntryId, FormType, KeyId, MicroUsd, Role, Scope, Template,
    Ticker, Tier, Timestamp, UserId,
};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};

/// SEC filings in, verified analyses out.
#[derive(Debug, Parser)]
#[command(name = "aperilex", version, about, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Settings that every command understands.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct Common {
    /// JSON file with settings [env: APERILEX_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where local data is kept [default: ~/.local/share/aperilex]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// A mirror of EDGAR: a folder or URL with www.sec.gov and data.sec.gov below it [default: EDGAR]
    #[arg(long, global = true, value_name = "DIR-or-URL")]
    pub(crate) source: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Analyse a filing and show the result
    Analyze {
        #[command(flatten)]
        filing: FilingArgs,
        /// What to look at: comprehensive, financial, risk or business
        #[arg(long, default_value = "comprehensive")]
        template: Template,
        /// How to show it
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Take a filing apart and show its sections, tables, facts and exhibits
    Parse {
        #[command(flatten)]
        filing: FilingArgs,
        /// How to show it
        #[arg(long, value_enum, default_value = "text")]
        format: ParseFormat,
    },
    /// Bring filings in without analysing them: those of a company, or those of a list
    Import {
        /// Stock symbol
        #[arg(long, required_unless_present = "list")]
        ticker: Option<Ticker>,
        /// Form type, in the SEC's spelling
        #[arg(long, required_unless_present = "list")]
        form: Option<FormType>,
        /// Filed on or after this day
        #[arg(long, value_name = "DATE", value_parser = date)]
        from: Option<Date>,
        /// Filed on or before this day
        #[arg(long, value_name = "DATE", value_parser = date)]
        to: Option<Date>,
        /// A file that names a filing a line: an accession number, an EDGAR URL, or a ticker or CIK with
        /// a form. The same command goes on where it was interrupted
        #[arg(long, value_name = "FILE", conflicts_with_all = ["ticker", "form", "from", "to"])]
        list: Option<PathBuf>,
    },
    /// Bring in, and analyse, what many will ask for: recent filings of the small universe
    Prefill(PrefillArgs),
    /// Check every quote and number of a stored analysis against the raw filing, offline
    Verify {
        /// The analysis, as `analyze --format json` gives it
        analysis: PathBuf,
        /// A raw document of the filing, as the SEC serves it
        #[arg(long = "document", required = true, value_name = "FILE")]
        documents: Vec<PathBuf>,
    },
    /// Serve the API, and by default work on what it is asked for
    Serve {
        /// Where to listen [default: 127.0.0.1:8620]
        #[arg(long, value_name = "ADDR", value_parser = address)]
        listen: Option<SocketAddr>,
        /// Leave the work to `aperilex worker` processes
        #[arg(long)]
        no_worker: bool,
    },
    /// Work on what servers were asked for
    Worker,
    /// Make, list and close accounts, and see to their keys
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Prove the books, show and correct an account's credits
    Ledger {
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// Show messages that were given up, and send them again
    DeadLetters {
        #[command(subcommand)]
        command: DeadLettersCommand,
    },
    /// Show what was done with accounts and the installation, and by whom
    AuditLog(AuditLogArgs),
    /// Show what was asked for, done and earned
    Usage {
        #[command(subcommand)]
        command: UsageCommand,
    },
    /// Bring the database up to date
    Migrate,
    /// Show the settings in force, without secrets
    CheckConfig,
    /// Print the OpenAPI document
    Openapi,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account and print its API key, once
    Create {
        /// E-mail address
        #[arg(long)]
        email: Email,
        /// Tier: demo, basic, professional or enterprise
        #[arg(long)]
        tier: Tier,
        /// Credits that the house gives, in dollars; what was paid for is added by `ledger top-up`
        #[arg(
            long,
            value_name = "USD",
            default_value = "0",
            allow_negative_numbers = true
        )]
        credit_usd: MicroUsd,
    },
    /// List accounts
    List,
    /// Make, list and revoke an account's API keys
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Close an account for ever: its address is forgotten, its books stay
    Close {
        /// The account
        #[arg(long, value_name = "ID")]
        account: UserId,
    },

    /// Show, set or clear what was agreed with an enterprise account over its plan
    Contract {
        /// The account
        #[arg(long, value_name = "ID")]
        account: UserId,
        /// Put this in its place: a JSON object with the figures that differ from the plan's
        #[arg(
            long,
            value_name = "FILE",
            conflicts_with = "clear",
            requires = "reason"
        )]
        set: Option<PathBuf>,
        /// Take it away: the plan alone counts
        #[arg(long, requires = "reason")]
        clear: bool,
        /// Why, for the audit log
        #[arg(long)]
        reason: Option<String>,
    },
    /// Suspend an account at once: it may nothing until it is restored
    Suspend {
        #[command(flatten)]
        change: ChangeArgs,
    },
    /// Lift a suspension
    Restore {
        #[command(flatten)]
        change: ChangeArgs,
    },
    /// Change an account's plan: up at once, down from its next reset day on
    Tier {
        /// What it is to be: demo, basic, professional or enterprise
        #[arg(long)]
        tier: Tier,
        #[command(flatten)]
        change: ChangeArgs,
    },
    /// Make an account an administrator, or a member again
    Role {
        /// What it is to be: member or admin
        #[arg(long)]
        role: Role,
        #[command(flatten)]
        change: ChangeArgs,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a key and print it, once
    New {
        /// The account
        #[arg(long, value_name = "ID")]
        account: UserId,
        /// What its owner calls it
        #[arg(long, default_value = "key")]
        name: String,
        /// What it may be used for: read, analyse, import, billing or admin; may be given several times
        /// [default: all]
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<Scope>,
        /// When it ceases to work, such as 2027-01-31T00:00:00Z [default: never]
        #[arg(long, value_name = "TIME", value_parser = moment)]
        expires_at: Option<Timestamp>,
    },
    /// List the keys of an account, newest first
    List {
        /// The account
        #[arg(long, value_name = "ID")]
        account: UserId,
    },
    /// Revoke a key
    Revoke {
        /// The account
        #[arg(long, value_name = "ID")]
        account: UserId,
        /// The key, as the list names it
        #[arg(long, value_name = "ID")]
        key: KeyId,
    },
}

/// What of the audit log to show.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct AuditLogArgs {
    /// At most so many entries, the newest
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: usize,
    /// Check that the whole log is one chain, as it was written
    #[arg(long)]
    pub(crate) verify: bool,
    /// How to show it
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: ParseFormat,
}

/// Which account is changed, and why.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct ChangeArgs {
    /// The account
    #[arg(long, value_name = "ID")]
    pub(crate) account: UserId,
    /// Why, for the audit log
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum UsageCommand {
    /// Report on whole days of UTC
    Report {
        /// The last whole day (the default)
        #[arg(long, conflicts_with = "weekly")]
        daily: bool,
        /// The last seven whole days
        #[arg(long)]
        weekly: bool,
        /// How to show it
        #[arg(long, value_enum, default_value = "text")]
        format: ParseFormat,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeadLettersCommand {
    /// List the newest
    List,
    /// Send one again
    Redrive {
        /// The letter, as the list names it
        letter: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum LedgerCommand {
    /// Check sums, chains, charges, holds and tasks of every account
    Verify {
        /// This account only
        #[arg(long, value_name = "ID")]
        account: Option<UserId>,
        /// Read every analysis that was charged, and compare its SHA-256
        #[arg(long)]
        objects: bool,
        /// Nothing is under way: everything must be final
        #[arg(long)]
        quiet: bool,
        /// Chains must lead through this root, which `ledger reconcile` said
        #[arg(long, value_name = "SHA256")]
        root: Option<Digest>,
        /// How to show it
        #[arg(long, value_enum, default_value = "text")]
        format: ParseFormat,
    },
    /// Prove all books and anchor where their chains end; prints the root, to be kept elsewhere
    Reconcile,
    /// Make balances, lots and holds anew from the journal, and show what was stored otherwise
    Rebuild {
        /// The account
        #[arg(long, value_name = "ID")]
        account: UserId,
        /// Put it right; without, it is only shown
        #[arg(long)]
        write: bool,
    },
    /// Show what an account's credits did in a month
    Statement {
        /// The account
        #[arg(long, value_name = "ID")]
        account: UserId,
        /// The month, in UTC: 2026-11
        #[arg(long, value_name = "MONTH")]
        month: String,
    },
    /// Show what an account has, what of it is held, and what it owes
    Balance {
        /// The account
        #[arg(long, value_name = "ID")]
        account: UserId,
    },
    /// Show the credits of an account by lot, in the order in which they are spent
    Lots {
        /// The account
        #[arg(long, value_name = "ID")]
        account: UserId,
    },
    /// Add bought credits
    TopUp {
        /// The account
        #[arg(long, value_name = "ID")]
        account: UserId,
        /// How much, in dollars
        #[arg(long, value_name = "USD")]
        usd: MicroUsd,
        /// What makes it happen once: the same key again gives the first entry
        #[arg(long)]
        key: String,
    },
    /// Take in an event of a payment that never came: a file with what its provider would have sent
    Payment {
        /// The event, as the provider shows it
        event: PathBuf,
    },
    /// List the newest events of payments, and what became of them
    Payments {
        /// At most so many
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Show what models cost us, by provider and model; never part of anybody's charges
    Costs {
        /// From this day on, in UTC [default: the first of the month]
        #[arg(long, value_name = "DATE", value_parser = date)]
        from: Option<Date>,
        /// Up to this day, in UTC, and with it [default: today]
        #[arg(long, value_name = "DATE", value_parser = date)]
        to: Option<Date>,
    },
    /// Give a charge back, in whole or part, to the credits that paid it
    Refund {
        /// The account
        #[arg(long, value_name = "ID")]
        account: UserId,
        /// The charge, as the statement names it
        #[arg(long, value_name = "ID")]
        entry: EntryId,
        /// How much, in dollars
        #[arg(long, value_name = "USD")]
        usd: MicroUsd,
        /// What makes it happen once: the same key again gives the first refund
        #[arg(long)]
        key: String,
        /// Why, for the account's statement
        #[arg(long)]
        reason: String,
    },
    /// Withdraw an analysis: it answers no request any more, and its payer has the fee back
    Retract {
        /// The analysis
        #[arg(long, value_name = "ID")]
        analysis: AnalysisId,
        /// Why, for the payer's statement
        #[arg(long)]
        reason: String,
    },
}

/// What to fill the pool with.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct PrefillArgs {
    /// Form types, in the SEC's spelling
    #[arg(long, value_delimiter = ',', default_value = "10-K,10-Q,8-K")]
    pub(crate) forms: Vec<FormType>,
    /// Filed in so many years until today
    #[arg(long, default_value = "2", value_name = "N")]
    pub(crate) years: u16,
    /// At most so many filings
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Analyse each, looking at this: comprehensive, financial, risk or business
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) analyze: Option<Template>,
}

/// Which filing.
#[derive(Debug, Clone, ClapArgs)]
pub(crate) struct FilingArgs {
    /// Ticker, CIK, accession number, EDGAR URL, or a local file
    pub(crate) target: String,
    /// Form type, in the SEC's spelling [default for a ticker or CIK: 10-K]
    #[arg(long)]
    pub(crate) form: Option<FormType>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// The stored result
    Json,
    /// For documents
    Markdown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ParseFormat {
    /// For people
    Text,
    /// One object with everything
    Json,
}

fn date(text: &str) -> Result<Date, String> {
    text.parse()
        .map_err(|_| "expected a day such as 2025-12-31".to_owned())
}

fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| "expected a moment such as 2027-01-31T00:00:00Z".to_owned())
}

/// `127.0.0.1:8620`, `localhost:8620`, or a port alone, on the loopback address.
fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse() {
        return Ok(SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, port)));
    }
    let mut found = std::net::ToSocketAddrs::to_socket_addrs(text)
        .into_iter()
        .flatten();
    found
        .next()
        .ok_or_else(|| "expected an address and a port such as 127.0.0.1:8620".to_owned())
}
