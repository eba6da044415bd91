//! What an analyst hands over, before anything is checked.

use std::collections::BTreeMap;

use super::{Figure, ItemKey, MicroUsd, NotFound, PartKind, TextRange, TokenUsage};

/// An unchecked analysis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Draft {
    /// Unchecked claims by part; a part the form has and that says nothing is an empty list.
    pub parts: BTreeMap<PartKind, Vec<DraftClaim>>,
    /// What was looked for and not found.
    pub not_found: Vec<NotFound>,
    /// Tokens used.
    pub tokens: TokenUsage,
    /// What the model cost us.
    pub cost: MicroUsd,
    /// The model that was really used.
    pub model: Option<String>,
}

/// An unchecked statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftClaim {
    /// The statement.
    pub text: String,
    /// What is said to prove it.
    pub quotes: Vec<DraftQuote>,
    /// The figure it states, if it states one.
    pub figure: Option<Figure>,
}

/// Words that are said to be in the filing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftQuote {
    /// Index of the document.
    pub document: usize,
    /// The item they are said to be in.
    pub item: Option<ItemKey>,
    /// The words.
    pub quote: String,
    /// Where they are said to be; checked like everything else.
    pub range: Option<TextRange>,
}
