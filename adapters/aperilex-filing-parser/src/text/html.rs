//! One pass over the bytes of an HTML document.
//!
//! No tree is built: a stack of two-word entries carries what is inherited (bold, hidden,
//! preformatted), tables and inline XBRL are collected as offsets into the text.

use memchr::{memchr, memchr3, memmem};

use crate::encoding::Source;
use crate::xbrl::collect::Collector;

use super::builder::Setting;
use super::flow::Flow;
use super::line::LineFlags;
use super::parts::{Parts, PartsCache};
use super::size::Size;
use super::stack::Stack;
use super::state::State;
use super::style::{Acts, Style};
use super::table_draft::Tables;
use super::tag::Tag;
use super::{Link, Page};

/// Anchors that are remembered.
const MAX_ANCHORS: usize = 200_000;
/// What is not shown.
const UNSEEN: State = State::HIDDEN.and(State::INVISIBLE).and(State::NO_SIZE);

/// Reads an HTML document.
pub(crate) fn read<'a>(source: &'a Source<'_>) -> Page<'a> {
    let mut pass = Pass {
        src: &source.bytes,
        flow: Flow::new(&source.bytes, source.charset),
        stack: Stack::default(),
        tables: Tables::default(),
        xbrl: Collector::new(&source.bytes),
        parts: PartsCache::new(),
        links: Vec::new(),
        files: Vec::new(),
        anchors: Vec::new(),
        hidden: 0,
    };
    pass.run();
    let end = pass.flow.out.len();
    let (tables, tables_left_out) = pass.tables.finish(end);
    Page {
        tables,
        tables_left_out,
        plain_tables: Vec::new(),
        xbrl: pass.xbrl,
        links: pass.links,
        files: pass.files,
        anchors: pass.anchors,
        hidden: pass.hidden,
        deceptive: pass.flow.deceptive,
        built: pass.flow.out.finish(),
    }
}

struct Pass<'a> {
    src: &'a [u8],
    flow: Flow<'a>,
    stack: Stack,
    tables: Tables,
    xbrl: Collector<'a>,
    parts: PartsCache<'a>,
    links: Vec<Link<'a>>,
    files: Vec<Link<'a>>,
    anchors: Vec<Link<'a>>,
    hidden: usize,
}

impl<'a> Pass<'a> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.src.len() {
            let rest = self.src.get(at..).unwrap_or_default();
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
    fn markup(&mut self, open: usize) -> usize {
        let rest = self.src.get(open + 1..).unwrap_or_default();
        match rest.first() {
            Some(b) if b.is_ascii_alphabetic() => self.start_tag(open),
            Some(b'/') if rest.get(1).is_some_and(u8::is_ascii_alphabetic) => self.end_tag(open),
            Some(b'!') if rest.starts_with(b"!--") => self.after_comment(open),
            Some(b'!' | b'?' | b'/') => memchr(b'>', rest).map_or(self.src.len(), |p| open + p + 2),
            _ => {
                self.text(open, open + 1);
                open + 1
            }
        }
    }

    fn after_comment(&self, open: usize) -> usize {
        // `<!-->` and `<!--->` are whole comments, so the search starts inside the opening.
        let from = open + 2;
        let rest = self.src.get(from..).unwrap_or_default();
        memmem::find(rest, b"-->").map_or(self.src.len(), |found| from + found + 3)
    }

    fn text(&mut self, start: usize, end: usize) {
        let state = self.stack.state();
        if state.has(UNSEEN) {
            if !state.has(State::QUIET) {
                let piece = self.src.get(start..end).unwrap_or_default();
                self.hidden += piece.iter().filter(|b| !b.is_ascii_whitespace()).count();
            }
            return;
        }
        let mut flags = LineFlags::default();
        if self.tables.in_cell() {
            flags.set(LineFlags::TABLE);
        }
        if state.has(State::HEADING) {
            flags.set(LineFlags::HEADING);
        }
        if state.has(State::CENTERED) {
            flags.set(LineFlags::CENTERED);
        }
        let setting = Setting {
            strong: state.has(State::BOLD) || state.has(State::UNDERLINED),
            italic: state.has(State::ITALIC),
            linked: state.has(State::LINKED),
            size: self.stack.size(),
            flags,
        };
        if state.has(State::PRE) {
            self.flow.preformatted(start, end, setting);
        } else {
            self.flow.running(start, end, setting);
        }
    }

    fn start_tag(&mut self, open: usize) -> usize {
        let Some(close) = tag_end(self.src, open + 1) else {
            return self.src.len();
        };
        let inside = self.src.get(open + 1..close).unwrap_or_default();
        let (name, rest) = split_name(inside);
        let mut buffer = [0; 32];
        let lower = lower_case(name, &mut buffer);
        let tag = Tag::of(lower);
        let closed = rest.last() == Some(&b'/');
        match tag {
            Tag::Ix => return self.start_ix(name, rest, close + 1, closed),
            Tag::Xbrl => {
                self.xbrl.open_instance(name, rest, close + 1);
                if closed {
                    self.xbrl.close_instance(name, close + 1);
                }
                return close + 1;
            }
            Tag::RawText if !closed => return self.after_raw_text(close + 1, lower),
            _ => {}
        }
        let mut parts = self.parts.read(rest, tag);
        parts.style = with_element(tag, lower, parts.style);
        self.start_element(tag, &parts, closed);
        close + 1
    }

    fn start_ix(&mut self, name: &'a [u8], rest: &'a [u8], content: usize, closed: bool) -> usize {
        let at = self.flow.out.len();
        let state = self.stack.state();
        let hidden = state.has(UNSEEN);
        if self.xbrl.open(name, rest, (content, at), hidden) && !closed {
            let mut state = self.stack.state();
            state.set(State::HIDDEN);
            state.set(State::QUIET);
            self.stack.push(Tag::Ix, state, self.stack.size());
        }
        if closed {
            self.xbrl.close(name, content, at);
        }
        content
    }

    fn start_element(&mut self, tag: Tag, parts: &Parts<'a>, closed: bool) {
        if parts.style.acts.has(Acts::PAGE_BREAK) {
            self.flow.out.flag(LineFlags::NEW_PAGE);
        }
        if tag.is_block() || tag == Tag::Table {
            self.stack.end(Tag::Head);
        }
        if tag.is_block() && !(parts.style.acts.has(Acts::INLINE) && tag == Tag::Block) {
            self.stack.close_paragraph();
            self.boundary();
        }
        match tag {
            Tag::Break => self.boundary(),
            Tag::Rule => {
                self.flow.out.flag(LineFlags::NEW_PAGE);
                self.boundary();
            }
            Tag::Table => {
                self.flow.out.line();
                self.tables.start(self.flow.out.len());
            }
            Tag::Row => {
                self.stack.close_to_table(Tag::Row);
                self.flow.out.line();
                self.tables.row(self.flow.out.len());
            }
            Tag::RowGroup => self.stack.close_to_table(Tag::RowGroup),
            Tag::Cell | Tag::HeaderCell => {
                self.stack.close_to_table(Tag::Cell);
                let spans = (parts.colspan, parts.rowspan);
                let at = self.flow.out.len();
                if self.tables.cell(at, spans, tag == Tag::HeaderCell) {
                    self.flow.out.cell();
                } else {
                    self.flow.out.line();
                }
            }
            _ => {}
        }
        if let Some(id) = parts.id {
            self.anchor(id);
        }
        let state = self.state_of(tag, parts);
        if !tag.is_void() && !closed {
            let size = parts.style.size.within(self.stack.size());
            self.stack.push(tag, state, size);
        } else if closed {
            self.after_end(tag);
        }
    }

    /// A place where running text is interrupted.
    fn boundary(&mut self) {
        if self.tables.in_cell() {
            self.flow.out.break_in_cell();
        } else {
            self.flow.out.line();
        }
    }

    fn anchor(&mut self, name: &'a [u8]) {
        self.flow.out.flag(LineFlags::TARGET);
        if self.anchors.len() < MAX_ANCHORS {
            let text = self.flow.out.len();
            self.anchors.push(Link { text, target: name });
        }
    }

    fn state_of(&mut self, tag: Tag, parts: &Parts<'a>) -> State {
        let mut state = self.stack.state();
        match tag {
            Tag::Pre => state.set(State::PRE),
            Tag::Head | Tag::Dropped => {
                state.set(State::HIDDEN);
                state.set(State::QUIET);
            }
            Tag::Body => state.clear(State::HIDDEN),
            Tag::Anchor => self.link(parts.href, &mut state),
            _ => {}
        }
        state.clear(parts.style.clear);
        state.set(parts.style.set);
        state
    }

    fn link(&mut self, href: Option<&'a [u8]>, state: &mut State) {
        let Some(href) = href else { return };
        let text = self.flow.out.len();
        if let Some(target) = href.strip_prefix(b"#") {
            state.set(State::LINKED);
            if self.links.len() < MAX_ANCHORS {
                self.links.push(Link { text, target });
            }
        } else if self.files.len() < MAX_ANCHORS {
            self.files.push(Link { text, target: href });
        }
    }

    fn end_tag(&mut self, open: usize) -> usize {
        let Some(found) = memchr(b'>', self.src.get(open..).unwrap_or_default()) else {
            return self.src.len();
        };
        let after = open + found + 1;
        let inside = self.src.get(open + 2..open + found).unwrap_or_default();
        let (name, _) = split_name(inside);
        let mut buffer = [0; 32];
        let tag = Tag::of(lower_case(name, &mut buffer));
        match tag {
            Tag::Ix => {
                let at = self.flow.out.len();
                if self.xbrl.close(name, open, at) {
                    self.stack.end(Tag::Ix);
                }
            }
            Tag::Xbrl => self.xbrl.close_instance(name, open),
            _ if tag.is_void() => {
                if tag == Tag::Break {
                    self.boundary();
                }
            }
            _ => {
                if self.stack.end(tag) {
                    self.after_end(tag);
                } else if tag == Tag::Paragraph {
                    self.boundary();
                }
            }
        }
        after
    }

    fn after_end(&mut self, tag: Tag) {
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
                self.tables.end(self.flow.out.len());
                self.flow.out.line();
            }
            _ if tag.is_block() => self.boundary(),
            _ => {}
        }
    }

    /// Behind the end tag of a `script` or `style`.
    fn after_raw_text(&self, from: usize, name: &[u8]) -> usize {
        let mut at = from;
        while let Some(found) = memmem::find(self.src.get(at..).unwrap_or_default(), b"</") {
            let start = at + found + 2;
            let candidate = self.src.get(start..start + name.len()).unwrap_or_default();
            if candidate.eq_ignore_ascii_case(name) {
                let rest = self.src.get(start..).unwrap_or_default();
                return memchr(b'>', rest).map_or(self.src.len(), |end| start + end + 1);
            }
            at = start;
        }
        self.src.len()
    }
}

/// What `tag` sets by itself, under what its attributes say.
fn with_element(tag: Tag, name: &[u8], attributes: Style) -> Style {
    let mut style = Style::default();
    match tag {
        Tag::Bold | Tag::HeaderCell => style.put(State::BOLD, true),
        Tag::Italic => style.put(State::ITALIC, true),
        Tag::Underline => style.put(State::UNDERLINED, true),
        Tag::Big => style.size = Size::Percent(120),
        Tag::Small => style.size = Size::Percent(83),
        Tag::Heading => {
            style.put(State::HEADING.and(State::BOLD), true);
            style.size = Size::of_heading(name.last().copied().unwrap_or(b'6'));
        }
        _ => return attributes,
    }
    style.add(attributes);
    style
}

/// The `>` that ends the tag whose name starts at `from`: one inside a quoted value does not.
fn tag_end(src: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let found = at + memchr3(b'>', b'"', b'\'', src.get(at..)?)?;
        let quote = *src.get(found)?;
        if quote == b'>' {
            return Some(found);
        }
        let before = src.get(at.min(found)..found)?.trim_ascii_end();
        at = if before.last() == Some(&b'=') {
            found + 1 + memchr(quote, src.get(found + 1..)?)? + 1
        } else {
            found + 1
        };
    }
}

fn split_name(inside: &[u8]) -> (&[u8], &[u8]) {
    let end = inside
        .iter()
        .position(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0C | b'/'))
        .unwrap_or(inside.len());
    inside.split_at_checked(end).unwrap_or((inside, &[]))
}

fn lower_case<'b>(name: &[u8], buffer: &'b mut [u8; 32]) -> &'b [u8] {
    let len = name.len().min(buffer.len());
    for (to, from) in buffer.iter_mut().zip(name) {
        *to = from.to_ascii_lowercase();
    }
    buffer.get(..len).unwrap_or_default()
}
