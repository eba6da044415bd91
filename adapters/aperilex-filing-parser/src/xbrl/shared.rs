//! What the documents of a filing share: contexts, units, continuations.
//!
//! An inline XBRL document set is one instance, so a fact may refer to what stands in another of its
//! documents. Its own document comes first; what others define differently is not taken from either.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use crate::encoding::Charset;

use super::collect::{Collector, Element, Kind};
use super::context::{self, Context, Names};
use super::ids::IdMap;

/// What the facts of a document may refer to.
#[derive(Debug, Default)]
pub(crate) struct Resources<'a> {
    contexts: IdMap<&'a [u8], Option<Context>>,
    units: IdMap<&'a [u8], Option<Arc<str>>>,
    /// Continuations by id, with their place among the documents.
    continuations: IdMap<&'a [u8], Option<(usize, Element<'a>)>>,
}

fn merge<'a, T: Clone>(
    map: &mut IdMap<&'a [u8], Option<T>>,
    other: &IdMap<&'a [u8], Option<T>>,
    same: impl Fn(&T, &T) -> bool,
) {
    for (id, value) in other {
        match map.entry(*id) {
            Entry::Vacant(free) => {
                free.insert(value.clone());
            }
            Entry::Occupied(mut taken) => {
                let agree = matches!((taken.get(), value), (Some(a), Some(b)) if same(a, b));
                if !agree {
                    taken.insert(None);
                }
            }
        }
    }
}

impl<'a> Resources<'a> {
    /// Takes the resources of one document, which is the `place`-th, out of `collector`.
    pub(crate) fn take(
        place: usize,
        src: &[u8],
        charset: Charset,
        collector: &mut Collector<'a>,
    ) -> Self {
        let mut own = Self::default();
        let mut names = Names::default();
        for (id, content) in std::mem::take(&mut collector.contexts) {
            let content = src.get(content).unwrap_or_default();
            own.contexts
                .insert(id, Some(context::read(content, charset, &mut names)));
        }
        for (id, content) in std::mem::take(&mut collector.units) {
            let content = src.get(content).unwrap_or_default();
            own.units.insert(id, Some(context::unit(content, charset)));
        }
        collector.elements.retain(|element| {
            if element.kind != Kind::Continuation {
                return true;
            }
            if let Some(id) = element.attributes.get("id") {
                own.continuations.insert(id, Some((place, element.clone())));
            }
            false
        });
        own
    }

    /// Adds those of another document.
    pub(crate) fn merge(&mut self, other: &Self) {
        merge(&mut self.contexts, &other.contexts, PartialEq::eq);
        merge(&mut self.units, &other.units, PartialEq::eq);
        merge(&mut self.continuations, &other.continuations, |_, _| false);
    }

    /// The context with this id.
    pub(crate) fn context(&self, id: &[u8]) -> Option<&Context> {
        self.contexts.get(id)?.as_ref()
    }

    /// The unit with this id.
    pub(crate) fn unit(&self, id: &[u8]) -> Option<&Arc<str>> {
        self.units.get(id)?.as_ref()
    }

    /// Takes out the continuation with this id: each belongs to one fact, which also ends circles.
    pub(crate) fn continuation(&mut self, id: &[u8]) -> Option<(usize, Element<'a>)> {
        self.continuations.remove(id)?
    }

    /// The entity that most contexts are about.
    pub(crate) fn entity(&self) -> Option<Box<str>> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for context in self.contexts.values().flatten() {
            if let Some(entity) = context.entity.as_deref() {
                *counts.entry(entity).or_default() += 1;
            }
        }
        // Of equally many the first in order, so that the same document always means the same.
        let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
        most.map(|(entity, _)| entity.into())
    }
}
