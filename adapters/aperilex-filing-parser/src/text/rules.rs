//! The rules of `<style>` elements, as far as they are for one tag, class or id.

use std::collections::HashMap;

use memchr::{memchr, memmem};

use super::state::State;
use super::style::{self, Style};

/// Rules that are taken of a document.
const MAX_RULES: usize = 4096;
/// Tags with a rule of their own for one class.
const MAX_VARIANTS: usize = 8;
/// Braces inside one another that are looked into.
const MAX_BLOCK: usize = 1 << 20;

/// What the rules met so far set.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    count: usize,
    tags: HashMap<Vec<u8>, Style>,
    /// By class: the tag it is for, empty for any, and what it sets.
    classes: HashMap<Vec<u8>, Vec<(Vec<u8>, Style)>>,
    ids: HashMap<Vec<u8>, Style>,
    /// A rule that was left out may colour what is behind some text.
    left_out_shade: bool,
    /// Rules that were left out and hide some text.
    pub(crate) left_out_hiding: usize,
}

impl Rules {
    /// Whether there are none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether the rules that are known tell of all that is behind a text.
    pub(crate) const fn tell_all_shades(&self) -> bool {
        !self.left_out_shade
    }

    /// Reads the content of a `<style>`. True if it has rules.
    pub(crate) fn read(&mut self, css: &[u8]) -> bool {
        let before = self.count;
        let mut rest = css;
        while let Some(open) = memchr(b'{', rest)
            && self.count < MAX_RULES
        {
            let (selectors, behind) = rest.split_at_checked(open).unwrap_or((rest, &[]));
            let behind = behind.get(1..).unwrap_or_default();
            // Behind the rules without a block (`@import …;`), comments and stray ends.
            let from = memchr::memrchr2(b';', b'}', selectors).map_or(0, |at| at + 1);
            let selectors = selectors.get(from..).unwrap_or_default();
            let selectors = without_comments(selectors).trim_ascii();
            if selectors.starts_with(b"@") {
                self.left_out_shade |= !is_for_screens(selectors) && !is_for_print(selectors);
                rest = if is_for_screens(selectors) {
                    behind
                } else {
                    behind_block(behind)
                };
                continue;
            }
            let end = memchr(b'}', behind).unwrap_or(behind.len());
            let (block, after) = behind.split_at_checked(end).unwrap_or((behind, &[]));
            let style = style::read(block);
            if style != Style::default() {
                for selector in selectors.split(|b| *b == b',') {
                    self.insert(selector.trim_ascii(), style);
                }
            }
            rest = after.get(1..).unwrap_or_default();
        }
        self.left_out_shade |= self.count >= MAX_RULES;
        self.count > before
    }

    /// What a state of the pointer or a made piece shows is not how text is set.
    fn leave_out(&mut self, selector: &[u8], style: Style) {
        let of_state = [&b":hover"[..], b":focus", b":active", b":visited", b"::"];
        let is_in = |state: &[u8]| memmem::find(selector, state).is_some();
        if of_state.iter().any(|state| is_in(state)) {
            return;
        }
        self.left_out_shade |= style.set.has(State::SHADED);
        let hides = style.set.is_unseen(true);
        self.left_out_hiding += usize::from(hides);
    }

    /// Rules for elements inside others and in certain states are left out.
    fn insert(&mut self, selector: &[u8], style: Style) {
        let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_') || *b >= 0x80;
        let mark = selector.iter().position(|b| !is_name(b));
        let (tag, rest) = selector
            .split_at_checked(mark.unwrap_or(selector.len()))
            .unwrap_or((selector, &[]));
        let name = rest.get(1..).unwrap_or_default();
        if self.count >= MAX_RULES || !name.iter().all(is_name) {
            self.leave_out(selector, style);
            return;
        }
        let tag = tag.to_ascii_lowercase();
        match rest.first() {
            None if !tag.is_empty() => self.tags.entry(tag).or_default().add(style),
            Some(b'#') if !name.is_empty() => {
                self.ids.entry(name.to_vec()).or_default().add(style);
            }
            Some(b'.') if !name.is_empty() => {
                let variants = self.classes.entry(name.to_vec()).or_default();
                if let Some((_, known)) = variants.iter_mut().find(|(known, _)| *known == tag) {
                    known.add(style);
                } else if variants.len() < MAX_VARIANTS {
                    variants.push((tag, style));
                } else {
                    self.leave_out(selector, style);
                    return;
                }
            }
            _ => {
                self.leave_out(selector, style);
                return;
            }
        }
        self.count += 1;
    }

    /// Adds what is set for an element of the lower-case `name`.
    pub(crate) fn add(
        &self,
        name: &[u8],
        class: Option<&[u8]>,
        id: Option<&[u8]>,
        style: &mut Style,
    ) {
        if let Some(rule) = self.tags.get(name) {
            style.add(*rule);
        }
        let classes = class.unwrap_or_default().split(u8::is_ascii_whitespace);
        for class in classes.filter(|class| !class.is_empty()) {
            for (tag, rule) in self.classes.get(class).into_iter().flatten() {
                if tag.is_empty() || tag == name {
                    style.add(*rule);
                }
            }
        }
        if let Some(rule) = id.and_then(|id| self.ids.get(id)) {
            style.add(*rule);
        }
    }
}

/// What stands behind the last comment before a selector.
fn without_comments(selectors: &[u8]) -> &[u8] {
    let behind = |text: &[u8], end: &[u8]| memmem::rfind(text, end).map(|at| at + end.len());
    let from = behind(selectors, b"*/").or_else(|| behind(selectors, b"<!--"));
    selectors.get(from.unwrap_or(0)..).unwrap_or_default()
}

fn is_for_print(query: &[u8]) -> bool {
    let lower = query.get(..64).unwrap_or(query).to_ascii_lowercase();
    let other = [&b"@media print"[..], b"@page", b"@font-face", b"@charset"];
    other.iter().any(|start| lower.starts_with(start))
}

fn is_for_screens(query: &[u8]) -> bool {
    let lower = query.get(..64).unwrap_or(query).to_ascii_lowercase();
    lower.starts_with(b"@media")
        && (memmem::find(&lower, b"screen").is_some() || memmem::find(&lower, b"all").is_some())
}

/// Behind the end of a block with blocks in it.
fn behind_block(css: &[u8]) -> &[u8] {
    let mut depth = 1_usize;
    let window = css.get(..MAX_BLOCK).unwrap_or(css);
    for at in memchr::memchr2_iter(b'{', b'}', window) {
        depth = if css.get(at) == Some(&b'{') {
            depth + 1
        } else {
            depth - 1
        };
        if depth == 0 {
            return css.get(at + 1..).unwrap_or_default();
        }
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::state::State;

    fn hides(css: &str, name: &str, class: &str, id: &str) -> bool {
        let mut rules = Rules::default();
        rules.read(css.as_bytes());
        let mut style = Style::default();
        let (class, id) = (Some(class.as_bytes()), Some(id.as_bytes()));
        rules.add(name.as_bytes(), class, id, &mut style);
        style.set.has(State::HIDDEN)
    }

    #[test]
    fn finds_rules_by_tag_class_and_id() {
        for css in [
            ".x{display:none}",
            "<!-- .a, p.x { color:red; DISPLAY:none } -->",
            "/* a { } */ .x { display : none }",
            "@import 'a'; .x{display:none}",
            "@media screen { .x { display:none } }",
            "@media print { .y { color:red } } .x{display:none}",
            "p{display:none}",
            "#z{display:none}",
            ".x{display:block} .x{display:none}",
        ] {
            assert!(hides(css, "p", "w x", "z"), "{css}");
        }
    }

    #[test]
    fn leaves_out_rules_for_others() {
        for css in [
            "div.x{display:none}",
            ".y .x{display:none}",
            ".x:hover{display:none}",
            "p > b{display:none}",
            "@media print{.x{display:none}}",
            ".x{display:none} .x{display:block}",
            ".x{display:none} #z{display:block}",
            ".x",
            "}{",
        ] {
            assert!(!hides(css, "p", "w x", "z"), "{css}");
        }
    }
}
