//! What is agreed with an account over the plan of its tier.

use aperilex_ports::{Account, Actor, AuditRecord, Contract, Tier, UserId};
use serde_json::json;

use super::Engine;
use crate::error::EngineError;
use crate::refusal::Refusal;
use crate::tier::BadFigure;

impl Engine {
    /// Puts a contract in the place of an account's, or takes it away.
    ///
    /// # Errors
    /// [`Refusal::BadContract`] if the account's tier is not by contract or a figure is unlawful,
    /// [`EngineError::NotFound`] for an unknown account, or a port's failure.
    pub async fn set_contract(
        &self,
        actor: Actor,
        user: UserId,
        contract: Option<&Contract>,
        reason: &str,
    ) -> Result<Account, EngineError> {
        let account = self.account(user).await?;
        if let Some(contract) = contract {
            self.check_contract(&account, contract)?;
        }
        let audit = AuditRecord {
            actor,
            action: "account.contract".to_owned(),
            subject: format!("account {user}"),
            detail: json!({ "before": account.contract, "after": contract, "reason": reason }),
            at: self.now(),
        };
        let accounts = &self.ports.stores.accounts;
        accounts.set_contract(user, contract, &audit).await?;
        Ok(Account {
            contract: contract.cloned(),
            ..account
        })
    }

    fn check_contract(&self, account: &Account, contract: &Contract) -> Result<(), Refusal> {
        let bad = |field, expected| Err(Refusal::BadContract(BadFigure::new(field, expected)));
        if account.tier != Tier::Enterprise {
            return bad("tier", "expected an account of the enterprise tier");
        }
        if contract.byok && self.ports.own_models.is_none() {
            let expected =
                "expected false: this installation has no models that a customer's key could open";
            return bad("byok", expected);
        }
        if contract.share_results && !contract.byok {
            let expected = "expected byok beside it: it shares what the account's own key makes";
            return bad("share_results", expected);
        }
        let plan = self.settings.plans.of(account.tier).with(contract);
        plan.check(account.tier).map_err(Refusal::BadContract)
    }
}
