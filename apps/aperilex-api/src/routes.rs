//! The operations, by subject.

mod account;
mod admin;
mod agreements;
mod analyses;
mod contents;
mod description;
mod figures;
mod filings;
mod health;
mod imports;
mod keys;
mod page;
mod quotes;
mod sessions;
mod tasks;
mod usage;
mod webhooks;

use std::sync::Arc;

use poem_openapi::Tags;

use crate::api::Api;

/// How answers with a secret in them are cached.
fn no_store() -> String {
    "no-store".to_owned()
}

/// All operations.
pub(crate) type Routes = (
    health::Health,
    quotes::Quotes,
    analyses::Analyses,
    tasks::Tasks,
    imports::Imports,
    filings::Filings,
    contents::Contents,
    figures::Figures,
    account::AccountRoutes,
    keys::Keys,
    sessions::Sessions,
    admin::Admin,
    agreements::Agreements,
    usage::UsageRoutes,
    webhooks::Webhooks,
    description::Description,
);

/// All operations on this state.
pub(crate) fn routes(api: &Arc<Api>) -> Routes {
    let api = || Arc::clone(api);
    (
        health::Health(api()),
        quotes::Quotes(api()),
        analyses::Analyses(api()),
        tasks::Tasks(api()),
        imports::Imports(api()),
        filings::Filings(api()),
        contents::Contents(api()),
        figures::Figures(api()),
        account::AccountRoutes(api()),
        keys::Keys(api()),
        sessions::Sessions(api()),
        admin::Admin(api()),
        agreements::Agreements(api()),
        usage::UsageRoutes(api()),
        webhooks::Webhooks(api()),
        description::Description,
    )
}

/// Groups of operations.
#[derive(Tags)]
enum Group {
    /// Asking for analyses and reading them.
    Analyses,
    /// Work that is going on.
    Tasks,
    /// Importing many filings at once.
    Imports,
    /// Filings and what is in them.
    Filings,
    /// The account, its limits and its credits.
    Account,
    /// API keys.
    Keys,
    /// Signing up, in and out.
    SignIn,
    /// What administrators do.
    Admin,
    /// The service itself.
    Service,
}
