//! Bugs that can be planted, to prove that the simulator finds them. Without the feature `planted` no
//! store has one.

macro_rules! bugs {
    ($($(#[$doc:meta])* $bug:ident = $name:literal,)*) => {
        /// A bug that can be planted into the stores.
        #[cfg_attr(
            not(feature = "planted"),
            allow(dead_code, unreachable_pub, reason = "without the feature none is planted")
        )]
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Bug {
            $($(#[$doc])* $bug,)*
        }

        #[cfg(feature = "planted")]
        impl Bug {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$bug),*];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$bug => $name),* }
            }
        }
    };
}

bugs! {
    /// A hold is placed whatever there is.
    Overdraws = "overdraws",
    /// A change is not written into the journal.
    ForgetsTheJournal = "forgets-the-journal",
    /// A line of the statement is lost.
    ForgetsTheEntry = "forgets-the-entry",
    /// A transaction's hash is not of its fields.
    BreaksTheChain = "breaks-the-chain",
    /// The newest lot is forgotten.
    LosesALot = "loses-a-lot",
    /// A voided hold stays open.
    KeepsVoidedHolds = "keeps-voided-holds",
    /// A voided hold gives nothing back.
    VoidsForNothing = "voids-for-nothing",
    /// A hold is captured, and another in its place.
    ChargesTwice = "charges-twice",
    /// Holds of live tasks expire too.
    ExpiresHoldsAtWork = "expires-holds-at-work",
    /// Earlier refunds of a charge are forgotten.
    RefundsAgain = "refunds-again",
    /// A key of an entry is forgotten.
    ForgetsKeysOfEntries = "forgets-keys-of-entries",
    /// Completion charges nobody.
    CompletesWithoutCharge = "completes-without-charge",
    /// Completion charges a follower too.
    ChargesFollowers = "charges-followers",
    /// Completion leaves the followers waiting.
    ForgetsFollowers = "forgets-followers",
    /// Failure charges the leader.
    ChargesFailures = "charges-failures",
    /// Failure leaves the followers waiting.
    AbandonsFollowers = "abandons-followers",
    /// Failure gives no hold back.
    KeepsHoldsOfFailures = "keeps-holds-of-failures",
    /// A withdrawn task keeps its holds.
    KeepsHoldsOfWithdrawn = "keeps-holds-of-withdrawn",
    /// An heir leads without a hold.
    PromotesWithoutHold = "promotes-without-hold",
    /// What has ended is withdrawn again.
    ReopensWhatEnded = "reopens-what-ended",
    /// A charge for access gives none.
    ForgetsAccess = "forgets-access",
    /// Access is given for nothing.
    GivesAccessForNothing = "gives-access-for-nothing",
    /// A second run of the same analysis begins beside the first.
    RunsTwice = "runs-twice",
    /// As many analyses at a time as are asked for.
    IgnoresSlots = "ignores-slots",
    /// An answer's idempotency key is not remembered.
    ForgetsAnswers = "forgets-answers",
    /// An idempotency key answers whatever is asked.
    AnswersAnything = "answers-anything",
    /// A retry is not told of.
    SkipsAnEvent = "skips-an-event",
    /// Tasks of dead workers are neither found nor claimed again.
    ForgetsDeadWorkers = "forgets-dead-workers",
    /// A filing of a bulk import is opened and not charged.
    ImportsForNothing = "imports-for-nothing",
    /// A bulk import that has ended keeps what it set aside.
    KeepsHoldsOfImports = "keeps-holds-of-imports",
    /// Credits whose time has passed can be spent for ever.
    KeepsLateCredits = "keeps-late-credits",
    /// Withdrawing an analysis gives nothing back.
    WithdrawsForNothing = "withdraws-for-nothing",
    /// What an account's own key made goes to all.
    SharesOwnResults = "shares-own-results",
    /// What is one account's alone is found for others.
    FindsOthersOwn = "finds-others-own",
}
