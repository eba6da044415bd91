//! What is agreed with an account over the plan of its tier.

use aperilex_ports::{Account, Actor, AuditRecord, Contract, SetContract, Tier, UserId};
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
        self.replace_contract(actor, &account, contract, reason)
            .await
    }

    /// The same for an account as it was looked at: a contract that was set since then is not replaced.
    ///
    /// # Errors
    /// As [`Engine::set_contract`]; a conflict if another was set since.
    pub async fn replace_contract(
        &self,
        actor: Actor,
        seen: &Account,
        contract: Option<&Contract>,
        reason: &str,
    ) -> Result<Account, EngineError> {
        if let Some(contract) = contract {
            self.check_contract(seen, contract)?;
        }
        let command = SetContract {
            user: seen.id,
            expected: seen.contract.clone(),
            to: contract.cloned(),
            audit: AuditRecord {
                actor,
                action: "account.contract".to_owned(),
                subject: format!("account {}", seen.id),
                detail: json!({ "before": seen.contract, "after": contract, "reason": reason }),
                at: self.now(),
            },
        };
        self.ports.stores.accounts.set_contract(&command).await?;
        Ok(Account {
            contract: command.to,
            ..seen.clone()
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
