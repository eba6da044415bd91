//! One pass over the bytes of an HTML document.
//!
//! No tree is built: a stack of small entries carries what is inherited (bold, hidden, preformatted),
//! tables and inline XBRL are collected as offsets into the text.

use memchr::{memchr, memchr_iter, memmem, memrchr};

use crate::encoding::Source;
use crate::xbrl::collect::Collector;

use super::Page;
use super::builder::Setting;
use super::flow::Flow;
use super::line::LineFlags;
use super::link::Links;
use super::markup::{frequent, lower_case, split_name, tag_end};
use super::plain::PlainTables;
use super::raised::{self, Raised};
use super::rules::Rules;
use super::stack::Stack;
use super::start::{self, Names, Start, StartCache};
use super::state::State;
use super::style::Acts;
use super::table_draft::Tables;
use super::tag::Tag;

/// How far back the start of a preformatted line is looked for.
const MAX_LINE: usize = 1024;

/// Reads an HTML document.
pub(crate) fn read<'a>(source: &'a Source<'_>) -> Page<'a> {
    let src: &[u8] = &source.bytes;
    let mut pass = Pass {
        src,
        flow: Flow::new(src, source.charset, src.len() / 6),
        stack: Stack::default(),
        setting: (u64::MAX, Setting::default()),
        tables: Tables::default(),
        plain: PlainTables::default(),
        xbrl: Collector::new(src),
        starts: StartCache::new(src),
        rules: Rules::default(),
        raised: Raised::default(),
        links: Links::default(),
        hidden: 0,
        unended: None,
    };
    pass.run();
    let end = pass.flow.out.len();
    let (tables, tables_left_out) = pass.tables.finish(end);
    let (plain_tables, plain_left_out) = pass.plain.finish(end);
    let (links, files, anchors) = pass.links.finish();
    Page {
        tables,
        tables_left_out: tables_left_out + plain_left_out,
        plain_tables,
        xbrl: pass.xbrl,
        links,
        files,
        anchors,
        hidden: pass.hidden,
        hiding_rules: pass.rules.left_out_hiding,
        deceptive: pass.flow.deceptive,
        unended: pass.unended,
        built: pass.flow.out.finish(),
    }
}

struct Pass<'a> {
    src: &'a [u8],
    flow: Flow<'a>,
    stack: Stack,
    /// How text is set, and the state it was derived from.
    setting: (u64, Setting),
    tables: Tables,
    /// Tables of preformatted text.
    plain: PlainTables,
    xbrl: Collector<'a>,
    starts: StartCache<'a>,
    rules: Rules,
    raised: Raised,
    links: Links<'a>,
    hidden: usize,
    unended: Option<&'static str>,
}

impl<'a> Pass<'a> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(rest) = self.src.get(at..).filter(|rest| !rest.is_empty()) {
            let open = memchr(b'<', rest).map_or(self.src.len(), |found| at + found);
            if open > at {
                self.text(at, open);
            }
            if open >= self.src.len() {
                break;
            }
            at = self.markup(open);
        }
    }

    /// What starts with the `<` at `open`. Answers where to go on.
    #[inline]
    fn markup(&mut self, open: usize) -> usize {
        let rest = self.src.get(open + 1..).unwrap_or_default();
        match rest.first() {
            Some(b) if b.is_ascii_alphabetic() => self.start_tag(open, rest),
            Some(b'/') if rest.get(1).is_some_and(u8::is_ascii_alphabetic) => self.end_tag(open),
            Some(b'!') if rest.starts_with(b"!--") => self.after_comment(open),
            Some(b'!' | b'?' | b'/') => memchr(b'>', rest).map_or(self.src.len(), |p| open + p + 2),
            _ => {
                self.text(open, open + 1);
                open + 1
            }
        }
    }

    /// Behind a comment: `-->`, `--!>`, and `<!-->` and `<!--->` are whole ones.
    fn after_comment(&mut self, open: usize) -> usize {
        let inside = self.src.get(open + 2..).unwrap_or_default();
        for found in memchr_iter(b'>', inside) {
            let before = inside.get(..found).unwrap_or_default();
            let bang = before.len() > 4 && before.ends_with(b"--!");
            if before.ends_with(b"--") || bang {
                return open + 2 + found + 1;
            }
        }
        self.cut(open, "a comment")
    }

    /// Notes that what begins at `open` never ends, and answers the end of the document.
    fn cut(&mut self, open: usize, what: &'static str) -> usize {
        let rest = self.src.get(open + 1..).unwrap_or_default();
        if memchr(b'<', rest).is_some() {
            self.unended = Some(what);
        }
        self.src.len()
    }

    fn text(&mut self, start: usize, end: usize) {
        let state = self.stack.state();
        if state.is_unseen(self.rules.tell_all_shades()) {
            if !state.has(State::QUIET) {
                let piece = self.src.get(start..end).unwrap_or_default();
                self.hidden += piece.iter().filter(|b| !b.is_ascii_whitespace()).count();
            }
            return;
        }
        if self.raised.on || state.has(State::RAISED) {
            self.raise(start, end, state.has(State::RAISED));
        }
        let setting = self.setting(state);
        if state.has(State::PRE) {
            self.flow.preformatted(start, end, setting);
        } else {
            self.flow.running(start, end, setting);
        }
    }

    /// Parts raised text from what it must not be read with.
    fn raise(&mut self, start: usize, end: usize, is_raised: bool) {
        let piece = self.src.get(start..end).unwrap_or_default();
        let Some(first) = piece.iter().find(|b| !b.is_ascii_whitespace()) else {
            return;
        };
        let out = &mut self.flow.out;
        if is_raised && !self.raised.on {
            self.raised.apart = out.is_at_start();
            if raised::parts(out.tail(), piece) {
                self.raised.apart = true;
                out.made_space();
            }
        } else if !is_raised && self.raised.apart && first.is_ascii_alphanumeric() {
            out.made_space();
        }
        self.raised.on = is_raised;
    }

    /// How text of this state is set here; derived anew only where that changes.
    #[inline]
    fn setting(&mut self, state: State) -> Setting {
        let in_table = self.tables.in_cell() || self.plain.is_open();
        let size = self.stack.size();
        let key = u64::from(state.bits()) | u64::from(size) << 32 | u64::from(in_table) << 40;
        if self.setting.0 != key {
            let mut flags = LineFlags::default();
            for (on, flag) in [
                (in_table, LineFlags::TABLE),
                (state.has(State::HEADING), LineFlags::HEADING),
                (state.has(State::CENTERED), LineFlags::CENTERED),
                (state.has(State::PRE), LineFlags::PRE),
            ] {
                if on {
                    flags.set(flag);
                }
            }
            let setting = Setting {
                strong: state.has(State::BOLD.and(State::UNDERLINED)),
                italic: state.has(State::ITALIC),
                linked: state.has(State::LINKED),
                size,
                flags,
            };
            self.setting = (key, setting);
        }
        self.setting.1
    }

    #[inline]
    fn start_tag(&mut self, open: usize, rest: &'a [u8]) -> usize {
        let is_fact = matches!(rest, [b'i' | b'I', b'x' | b'X', b':', ..]);
        if !is_fact && let Some((start, end)) = self.starts.find(open) {
            self.element(&start, open);
            return end;
        }
        self.new_start_tag(open)
    }

    /// A start tag that was not met before.
    fn new_start_tag(&mut self, open: usize) -> usize {
        let Some(close) = tag_end(self.src, open + 1) else {
            return self.cut(open, "a tag");
        };
        let inside = self.src.get(open + 1..close).unwrap_or_default();
        let (name, rest) = split_name(inside);
        let mut buffer = [0; 32];
        let lower = lower_case(name, &mut buffer);
        let closed = rest.last() == Some(&b'/');
        match self.tag(name, lower) {
            Tag::Ix => return self.start_ix(name, rest, close + 1, closed),
            Tag::Xbrl => {
                self.xbrl.open_instance(name, rest, close + 1);
                if closed {
                    self.xbrl.close_instance(name, close + 1);
                }
                return close + 1;
            }
            Tag::RawText if !closed => return self.raw_text(close + 1, lower),
            _ => {}
        }
        let (mut start, names) = start::read(lower, rest, &self.rules);
        self.starts.keep(open, close + 1, start, &names);
        if self.name(&names) {
            start.style.set.set(State::LINKED);
        }
        self.element(&start, open);
        close + 1
    }

    /// Notes the anchors and the link of an element. True if it links to this document.
    fn name(&mut self, names: &Names<'a>) -> bool {
        let at = self.flow.out.len();
        for name in [names.id, names.name].into_iter().flatten() {
            self.links.anchor(at, name);
            self.flow.out.flag(LineFlags::TARGET);
        }
        names.href.is_some_and(|href| self.links.link(at, href))
    }

    fn tag(&self, name: &[u8], lower: &[u8]) -> Tag {
        match Tag::of(lower) {
            Tag::Inline => self.xbrl.tag(name),
            tag => tag,
        }
    }

    fn start_ix(&mut self, name: &'a [u8], rest: &'a [u8], content: usize, closed: bool) -> usize {
        let at = self.flow.out.len();
        let mut state = self.stack.state();
        let hidden = state.is_unseen(self.rules.tell_all_shades());
        if self.xbrl.open(name, rest, (content, at), hidden) && !closed {
            state.set(State::HIDDEN.and(State::QUIET));
            self.stack.push(Tag::Ix, state, self.stack.size());
        }
        if closed {
            self.xbrl.close(name, content, at);
        }
        content
    }

    /// An element starts.
    #[inline]
    fn element(&mut self, start: &Start, open: usize) {
        let (tag, acts) = (start.tag, start.style.acts);
        if acts.has(Acts::PAGE_BREAK) {
            self.flow.out.flag(LineFlags::NEW_PAGE);
        }
        if tag.is_block() || tag == Tag::Table {
            self.stack.end(Tag::Head);
        }
        let is_block = tag.is_block() && !start.style.set.has(State::IN_LINE);
        if is_block {
            self.stack.close_paragraph();
            self.boundary();
        } else if start.style.set.has(State::BLOCK) {
            self.boundary();
        } else if acts.has(Acts::GAP) {
            self.flow.out.made_space();
        }
        match tag {
            Tag::Break => self.boundary(),
            Tag::Rule => {
                self.flow.out.flag(LineFlags::NEW_PAGE);
                self.boundary();
            }
            Tag::Table | Tag::Row | Tag::RowGroup | Tag::Cell | Tag::HeaderCell => {
                self.table_part(start);
            }
            Tag::Column if self.column(open) => return,
            _ => {}
        }
        if tag.is_void() {
            return;
        }
        let mut state = self.stack.state();
        state.clear(start.style.clear.and(State::OWN));
        state.set(start.style.set);
        if start.closed {
            self.after_end(tag, state);
        } else {
            let size = start.style.size.within(self.stack.size());
            self.stack.push(tag, state, size);
        }
    }

    /// A table or a part of one starts.
    fn table_part(&mut self, start: &Start) {
        let at = self.flow.out.len();
        match start.tag {
            Tag::Table => {
                self.flow.out.line();
                self.tables.start(at);
                if self.stack.state().has(State::PRE) {
                    self.plain.start(at);
                }
            }
            Tag::Row => {
                self.stack.close_to_table(Tag::Row);
                self.flow.out.line();
                self.tables.row(at);
            }
            Tag::RowGroup => self.stack.close_to_table(Tag::RowGroup),
            _ => {
                self.stack.close_to_table(Tag::Cell);
                // A table with cells is set by its elements, wherever it stands.
                self.plain.cancel();
                let spans = (start.colspan, start.rowspan);
                if self.tables.cell(at, spans, start.tag == Tag::HeaderCell) {
                    self.flow.out.cell();
                } else {
                    self.flow.out.line();
                }
            }
        }
    }

    /// A `<S>` or `<C>` at `open` marks a column if it stands in a preformatted table.
    fn column(&mut self, open: usize) -> bool {
        if !self.plain.is_open() {
            return false;
        }
        let before = self.src.get(..open).unwrap_or_default();
        // Only as far back as a line of text goes.
        let near = before.len().saturating_sub(MAX_LINE);
        let line = before.get(near..).unwrap_or_default();
        let start = memrchr(b'\n', line).map_or(near, |found| near + found + 1);
        self.plain.mark(start, open - start, self.flow.out.len());
        true
    }

    /// A place where running text is interrupted.
    fn boundary(&mut self) {
        if self.tables.in_cell() {
            self.flow.out.break_in_cell();
        } else {
            self.flow.out.line();
        }
    }

    #[inline]
    fn end_tag(&mut self, open: usize) -> usize {
        let rest = self.src.get(open + 2..).unwrap_or_default();
        if let Some((tag, len)) = frequent(rest) {
            self.end(tag);
            return open + 2 + len;
        }
        let Some(close) = tag_end(self.src, open + 2) else {
            return self.cut(open, "a tag");
        };
        let inside = self.src.get(open + 2..close).unwrap_or_default();
        let (name, _) = split_name(inside);
        let mut buffer = [0; 32];
        let tag = self.tag(name, lower_case(name, &mut buffer));
        match tag {
            Tag::Ix => {
                let at = self.flow.out.len();
                if self.xbrl.close(name, open, at) {
                    self.stack.end(Tag::Ix);
                }
            }
            Tag::Xbrl => self.xbrl.close_instance(name, open),
            _ => self.end(tag),
        }
        close + 1
    }

    #[inline]
    fn end(&mut self, tag: Tag) {
        if let Some(state) = self.stack.end(tag) {
            self.after_end(tag, state);
        } else if matches!(tag, Tag::Paragraph | Tag::Break) {
            self.boundary();
        }
    }

    #[inline]
    fn after_end(&mut self, tag: Tag, state: State) {
        match tag {
            Tag::Cell | Tag::HeaderCell => {
                self.tables.end_cell(self.flow.out.len());
                self.flow.out.cell();
            }
            Tag::Row => {
                self.tables.end_cell(self.flow.out.len());
                self.flow.out.line();
            }
            Tag::Table => {
                let at = self.flow.out.len();
                self.tables.end(at);
                self.plain.end(at);
                self.flow.out.line();
            }
            _ if tag.is_block() && !state.has(State::IN_LINE) => self.boundary(),
            _ if state.has(State::BLOCK) => self.boundary(),
            _ if state.has(State::GAP_AFTER) => self.flow.out.made_space(),
            _ => {}
        }
    }

    /// Behind the end tag of an element whose content is no markup, from which rules are read if it is
    /// a `style`.
    fn raw_text(&mut self, from: usize, name: &[u8]) -> usize {
        let mut at = from;
        while let Some(found) = memmem::find(self.src.get(at..).unwrap_or_default(), b"</") {
            let start = at + found + 2;
            let candidate = self.src.get(start..start + name.len()).unwrap_or_default();
            if candidate.eq_ignore_ascii_case(name) {
                let css = self.src.get(from..start - 2).unwrap_or_default();
                if name == b"style" && self.rules.read(css) {
                    self.starts.clear();
                }
                let rest = self.src.get(start..).unwrap_or_default();
                return memchr(b'>', rest).map_or(self.src.len(), |end| start + end + 1);
            }
            at = start;
        }
        self.cut(from, "a script or style")
    }
}
