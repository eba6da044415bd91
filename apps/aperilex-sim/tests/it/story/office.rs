//! What happens beside the analyses: a contract, filings bought one by one, a refund by an embedding program,
//! keys, an account that comes and goes, a plan that is raised and lowered, an odd payment, a proof.

use aperilex_core::ports::{Actor, EntryKind, MicroUsd};
use aperilex_core::{
    Account, Contract, EngineError, FilingMeta, NewKey, Proof, RefundCharge, Refusal, Role, Tier,
};
use aperilex_sim::world;

use super::{Story, Told, said};

impl Story<'_> {
    /// The third account's: all of it is done alone, whatever others do.
    pub(super) async fn deal_with_the_third(&self) -> Told<()> {
        let three = self.agree().await?;
        let filed = self.stage.now().to_string();
        let number = self.cast.filings[4].to_string();
        let there = world::filing(&number, &filed[..10]).map_err(said)?.meta;
        // Of the same year, and of no number that is ever given out.
        let absent = world::filing("0001999999-26-999999", &filed[..10])
            .map_err(said)?
            .meta;
        for (meta, comes) in [(&there, true), (&absent, false)] {
            if self.buy(&three, meta).await? != comes {
                return Err(format!("{}: bought otherwise", meta.id));
            }
        }
        self.refund_a_filing(&three).await?;
        self.turn_keys(&three).await?;
        let id = format!("odd event of {}", three.id);
        let noted = self.ask("odd payment", async |engine| {
            let why = "no such type".to_owned();
            engine.note_payment_event(id.clone(), None, why).await
        });
        noted.await?;
        self.come_and_go(&three).await?;
        let proved = self.ask("prove", async |engine| {
            engine.prove_one(Actor::Operator, three.id).await
        });
        match proved.await?.findings.first() {
            Some((_, first)) => Err(format!("proved: {first}")),
            None => Ok(()),
        }
    }

    async fn agree(&self) -> Told<Account> {
        let id = self.cast.accounts[2].id;
        let contract = Contract {
            filing_access: Some(MicroUsd::new(30_000)),
            analysis: Some(MicroUsd::new(10_000)),
            ..Contract::default()
        };
        let agreed = self.ask("contract", async |engine| {
            let by = Actor::Operator;
            engine.set_contract(by, id, Some(&contract), "signed").await
        });
        agreed.await
    }

    /// Whether a filing came; what was set aside for one that does not is given back.
    async fn buy(&self, account: &Account, meta: &FilingMeta) -> Told<bool> {
        let bought = self.ask("buy", async |engine| {
            match engine.import_filing(account, meta).await {
                Err(EngineError::NotFound { .. }) => Ok(false),
                bought => bought.map(|_| true),
            }
        });
        bought.await
    }

    async fn refund_a_filing(&self, account: &Account) -> Told<()> {
        let refunded = self.ask("refund by the embedder", async |engine| {
            let entries = engine.ledger_entries(account, None, 20).await?;
            // As an import, or as access where it was stored before a failure.
            let kinds = [EntryKind::FilingImport, EntryKind::FilingAccess];
            let charge = entries.iter().find(|it| kinds.contains(&it.kind));
            let refund = RefundCharge {
                charge: charge.expect("it was charged").id,
                amount: MicroUsd::new(10_000),
                key: "sorry".to_owned(),
                reason: "it came late".to_owned(),
            };
            engine.refund(account.id, &refund).await
        });
        refunded.await.map(drop)
    }

    async fn turn_keys(&self, account: &Account) -> Told<()> {
        let issued = self.ask("key", async |engine| {
            engine.issue_key(account.id, &NewKey::whole("second")).await
        });
        let issued = issued.await?;
        let revoked = self.ask("revoke", async |engine| {
            engine.revoke_key(account.id, issued.key.id).await?;
            engine.authenticate(issued.secret.reveal()).await
        });
        match revoked.await? {
            None => Ok(()),
            Some(_) => Err("a revoked key opens".to_owned()),
        }
    }

    /// Somebody opens an account with credits and closes it again.
    async fn come_and_go(&self, third: &Account) -> Told<()> {
        let credit = MicroUsd::new(50_000);
        let email: aperilex_core::Email = format!("guest-of-{}@example.com", third.id)
            .parse()
            .map_err(said)?;
        let made = self.ask("open", async |engine| {
            let made = engine.create_account(email.clone(), Tier::Basic, Role::Member, credit);
            match made.await {
                Ok(made) => Ok(Some(made.account)),
                // It was made, and the answer was lost.
                Err(EngineError::Refused(Refusal::EmailTaken)) => {
                    engine.account_by_email(&email).await
                }
                Err(error) => Err(error),
            }
        });
        let guest = made.await?.ok_or("a guest is known by its address")?;
        let has = self.stage.bare().balance(guest.id).await.map_err(said)?;
        if has.available() != credit {
            return Err(format!("a guest begins with {}", has.available()));
        }
        let closed = self.ask("close", async |engine| engine.close_account(&guest).await);
        closed.await?;
        let proof = Proof {
            quiet: true,
            objects: true,
        };
        let found = self.stage.bare().verify_books(guest.id, proof).await;
        match found.map_err(said)?.first() {
            Some(first) => Err(format!("the guest's books: {first}")),
            None => Ok(()),
        }
    }

    /// Two has a higher plan at once, and the one of before from its reset day on.
    pub(super) async fn raise_and_lower(&self) -> Told<()> {
        let two = self.cast.accounts[1].id;
        for tier in [Tier::Professional, Tier::Basic] {
            let changed = self.ask("plan", async |engine| {
                let why = "it was asked for";
                engine.change_tier(Actor::Operator, two, tier, why).await
            });
            changed.await?;
        }
        Ok(())
    }
}
