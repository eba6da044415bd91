//! Rules for signs of trouble in words: what must be said, and what takes it back.

/// A sign in a sentence. All phrases are lower case.
#[derive(Debug, Clone, Copy)]
pub(super) struct WordRule {
    /// What it is a sign of.
    pub(super) name: &'static str,
    /// One of these is said, and neither [`UNREAL`] nor [`DENIED`] by what stands before it.
    pub(super) says: &'static [&'static str],
    /// One of these must stand in the sentence too.
    pub(super) with: &'static [&'static str],
    /// Any of these in the sentence takes it back.
    pub(super) without: &'static [&'static str],
}

pub(super) const WORD_RULES: &[WordRule] = &[
    WordRule {
        name: "Going concern",
        says: &["substantial doubt"],
        with: &["going concern"],
        without: &[
            "alleviat",
            "will be removed",
            "responsib",
            "evaluat",
            "requires management",
            "asu ",
            "fasb",
        ],
    },
    WordRule {
        name: "Material weakness",
        says: &["material weakness"],
        with: &[
            "identified",
            "existed",
            "exists",
            "due to",
            "because of",
            "not effective",
            "ineffective",
            "we have a",
            "we had a",
            "resulted in",
            "concluded",
            "not been remediated",
        ],
        without: &[
            "is a deficiency",
            "is defined",
            "reasonable possibility",
            "reasonably possible",
            "has been remediated",
            "was remediated",
            "were remediated",
            "have been remediated",
            "assessing the risk",
            "require",
            "in the future",
        ],
    },
    WordRule {
        name: "Controls not effective",
        says: &[
            "were not effective",
            "was not effective",
            "are not effective",
            "is not effective",
        ],
        with: &["disclosure controls", "internal control"],
        without: &["in the future"],
    },
    WordRule {
        name: "Restatement",
        says: &["restate", "no longer be relied upon"],
        with: &["previously issued"],
        without: &["accounting standard", "asu "],
    },
    WordRule {
        name: "Covenant breach or waiver",
        says: &[
            "waived",
            "obtained a waiver",
            "received a waiver",
            "granted a waiver",
            "granted us a waiver",
            "not in compliance with",
            "not compliant with",
            "were in breach of",
            "was in breach of",
            "were in violation of",
            "was in violation of",
            "failed to comply with",
        ],
        with: &["covenant"],
        without: &[],
    },
    WordRule {
        name: "Default",
        says: &[
            "has occurred",
            "had occurred",
            "occurred on",
            "constituted an event of default",
        ],
        with: &["event of default"],
        without: &["occurred and is continuing", "occurred and be continuing"],
    },
    WordRule {
        name: "Bankruptcy",
        says: &[
            "filed a voluntary petition",
            "filed voluntary petitions",
            "commenced voluntary",
        ],
        with: &["chapter 11", "chapter 7", "bankruptcy"],
        without: &["customer", "tenant", "vendor", "supplier"],
    },
];

/// Words that make what follows a mere possibility, or a question.
pub(super) const UNREAL: &[&str] = &[
    "if ",
    "could",
    "may ",
    "might",
    "would",
    "whether",
    "should ",
    "risk that",
    "possib",
    "potential",
    "in the event",
    "unless",
    "can ",
    "any ",
    "future",
    "there can be",
    "cannot assure",
];

/// Words that deny what follows.
pub(super) const DENIED: &[&str] = &[
    "no ",
    "not ",
    "neither",
    "nor ",
    "without",
    "none ",
    "never",
    "absence of",
    "n't ",
    "n’t ",
    "free of",
];

/// Items of a current report that are a sign as such.
pub(super) const ITEM_RULES: &[(&str, &str)] = &[
    ("1.03", "Bankruptcy"),
    ("3", "Bankruptcy"),
    ("1.05", "Cybersecurity incident"),
    ("2.04", "Accelerated obligation"),
    ("2.06", "Impairment"),
    ("3.01", "Listing standard"),
    ("4.01", "Change of auditor"),
    ("4", "Change of auditor"),
    ("4.02", "Non-reliance on financial statements"),
];
