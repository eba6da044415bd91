//! The numbers of a grid: what each is worth and in which unit.

use std::cell::OnceCell;
use std::sync::Arc;

use aperilex_ports::model::{Cells, Fact, TableNumber};

use super::grid::{Grid, Place};
use super::known::Known;
use super::number::{self, Class, Measure, Shown};
use super::period::Header;
use super::rows::{Row, RowKind};
use super::units::{self, Note};

/// What is known of a table's units before its cells are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    /// From the notes above and in its headers.
    pub(crate) note: Note,
    /// The currency of a lone `$`.
    pub(crate) dollar: Option<&'static str>,
    pub(crate) known: &'a Known<'a>,
    /// The texts of the grid.
    pub(crate) cells: &'a Cells,
    pub(crate) headers: &'a [Header],
}

impl Context<'_> {
    fn text(&self, row: usize, column: usize) -> &str {
        self.cells.get(row, column).unwrap_or_default()
    }
}

/// What the headers and cells of a column tell.
#[derive(Debug, Default)]
struct Column {
    numeric: bool,
    /// Nothing but dashes, if anything.
    dashes: bool,
    /// More years than other numbers.
    years: bool,
    currency: Option<&'static str>,
    /// The first of its numbers is a percentage, and none is money.
    percent: bool,
    /// Read when they are asked for: numbers that are facts do not.
    words: OnceCell<Words>,
}

/// What the words above a column tell.
#[derive(Debug, Clone, Copy, Default)]
struct Words {
    note: Note,
    kind: Option<RowKind>,
    /// They name a period or a total.
    periodic: bool,
}

impl Words {
    fn of(header: &Header) -> Self {
        let path = &header.path;
        let named = header.told.names_time();
        Self {
            note: units::note(path).unwrap_or_default(),
            kind: Row::of_header(path),
            periodic: named || path.to_ascii_lowercase().contains("total"),
        }
    }
}

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Pure,
    Shares,
    /// Code of the currency.
    Money(&'static str),
    PerShare(&'static str),
}

impl Unit {
    /// In the spelling of XBRL.
    fn name(self) -> Arc<str> {
        match self {
            Self::Pure => "xbrli:pure".into(),
            Self::Shares => "xbrli:shares".into(),
            Self::Money(code) => format!("iso4217:{code}").into(),
            Self::PerShare(code) => format!("iso4217:{code}/xbrli:shares").into(),
        }
    }
}

/// The names of units, so that equal ones are shared.
#[derive(Debug, Default)]
pub(crate) struct UnitNames {
    names: Vec<(Unit, Arc<str>)>,
}

impl UnitNames {
    fn get(&mut self, unit: Unit) -> Arc<str> {
        if let Some((_, name)) = self.names.iter().find(|(known, _)| *known == unit) {
            return Arc::clone(name);
        }
        let name = unit.name();
        self.names.push((unit, Arc::clone(&name)));
        name
    }
}

/// The numbers below the headers, in reading order, and the scale of the table.
pub(crate) fn read(
    grid: &Grid<'_>,
    context: &Context<'_>,
    names: &mut UnitNames,
) -> (Vec<TableNumber>, u8) {
    let mut columns: Vec<Column> = (0..grid.width)
        .map(|column| Column::of(grid, context, column))
        .collect();
    let numeric = columns.iter().any(|column| column.numeric);
    for column in columns.iter_mut().skip(1) {
        column.numeric |= column.dashes && numeric;
    }
    let currency = columns.iter().find_map(|column| column.currency);
    let mut reader = Reader {
        grid,
        context,
        columns: &columns,
        currency: context.note.currency.or(currency),
        names,
        scales: [0; 16],
        out: Vec::new(),
    };
    let mut group = None;
    for row in grid.header_rows..grid.height {
        let label = grid.words(row, 0);
        if grid.is_label_alone(row) || grid.is_spanned(row) {
            group = Some(Row::of(label, None));
            continue;
        }
        let told = OnceCell::new();
        if group.is_some()
            && told
                .get_or_init(|| Row::of(label, group.as_ref()))
                .ends_group
        {
            group = None;
        }
        for column in 0..grid.width {
            reader.cell((row, column), &|| {
                *told.get_or_init(|| Row::of(label, None))
            });
        }
    }
    let scale = reader.scale();
    // A filing has tens of thousands of numbers.
    reader.out.shrink_to_fit();
    (reader.out, scale)
}

impl Column {
    fn of(grid: &Grid<'_>, context: &Context<'_>, column: usize) -> Self {
        let mut out = Self::default();
        let (mut numbers, mut years) = (0_usize, 0_usize);
        let mut words = false;
        for row in grid.header_rows..grid.height {
            match grid.class(row, column) {
                Some(Class::Number) => {
                    numbers += 1;
                    if numbers == 1 {
                        let place = grid.place(row, column);
                        let text = grid.pieces(place).last().map(|cell| grid.cell_text(*cell));
                        out.percent = text.is_some_and(|text| text.ends_with('%'));
                    }
                }
                Some(Class::Year) => years += 1,
                class => {
                    words |= class == Some(Class::Text);
                    continue;
                }
            }
            if out.currency.is_none() {
                let place = grid.place(row, column);
                out.currency = currency(grid, place, context.text(row, column));
            }
        }
        out.numeric = numbers > 0;
        out.dashes = numbers == 0 && !words;
        out.percent &= out.currency.is_none();
        out.years = years > numbers;
        out
    }

    /// Whether a number without a sign goes on with the percentages above.
    fn is_percent(&self, shown: &Shown<'_>) -> bool {
        let whole = shown.number.split('.').next();
        self.percent && whole.is_some_and(|whole| whole.len() <= 3)
    }
}

/// The sign of a currency at a number, which is `shown`.
fn currency(grid: &Grid<'_>, place: Place, shown: &str) -> Option<&'static str> {
    let first = grid.pieces(place).first()?;
    let text = grid.cell_text(*first);
    let signed = text.starts_with(|c: char| !c.is_ascii_digit() && c != '-') || text.contains('$');
    if !signed {
        return None;
    }
    number::read(shown)?.currency
}

struct Reader<'g, 'a> {
    grid: &'g Grid<'g>,
    context: &'g Context<'a>,
    columns: &'g [Column],
    /// The currency of the table.
    currency: Option<&'static str>,
    names: &'g mut UnitNames,
    /// How often facts of money have a scale.
    scales: [u32; 16],
    out: Vec<TableNumber>,
}

impl Reader<'_, '_> {
    /// Reads a cell, whose row tells `kind`.
    fn cell(&mut self, (row, column): (usize, usize), kind: &dyn Fn() -> Row) {
        let place = self.grid.place(row, column);
        let class = self.grid.class(row, column);
        let is_number = matches!(
            class,
            Some(Class::Number | Class::Dash | Class::Year | Class::Mark)
        );
        // A cell over several columns or rows is one number.
        let repeated = column > 0 && self.grid.place(row, column - 1) == place
            || row > 0 && self.grid.place(row - 1, column) == place;
        if !is_number || repeated {
            return;
        }
        let range = self.grid.range(place);
        let Some(shown) = number::read(self.context.text(row, column)) else {
            return;
        };
        let fact = self.context.known.shown(&range, shown.number);
        let fact = fact.filter(|fact| is_decimal(&fact.value));
        let (value, unit) = if let Some(fact) = fact {
            self.of_fact(fact, &shown)
        } else {
            let (columns, headers) = (self.columns, self.context.headers);
            let Some(told) = columns.get(column) else {
                return;
            };
            let header = headers.get(column).filter(|_| column > 0);
            let words = told
                .words
                .get_or_init(|| header.map_or_else(Words::default, Words::of));
            if !is_told(class, column, (told, words), &shown) {
                return;
            }
            self.of_words(&shown, (told, words), &kind())
        };
        self.out.push(TableNumber {
            row,
            column,
            value,
            unit,
            range,
        });
    }

    /// The filer says what it is; the sign is the one that shows.
    fn of_fact(&mut self, fact: &Fact, shown: &Shown<'_>) -> (String, Option<Arc<str>>) {
        let size = fact.value.trim_start_matches('-');
        let unit = fact.unit.clone();
        let money = unit
            .as_deref()
            .is_some_and(|unit| unit.starts_with("iso4217:") && !unit.contains('/'));
        if money
            && let Some(count) = scale(shown.number, size).and_then(|at| self.scales.get_mut(at))
        {
            *count += 1;
        }
        let negative = shown.negative && size != "0";
        (format!("{}{size}", if negative { "-" } else { "" }), unit)
    }

    fn of_words(
        &mut self,
        shown: &Shown<'_>,
        column: (&Column, &Words),
        row: &Row,
    ) -> (String, Option<Arc<str>>) {
        let (scale, unit) = self.unit(shown, column, row);
        let unit = unit.map(|unit| self.names.get(unit));
        (number::decimal(shown.number, scale, shown.negative), unit)
    }

    /// Power of ten and unit of a number by words and signs.
    fn unit(
        &self,
        shown: &Shown<'_>,
        (column, words): (&Column, &Words),
        row: &Row,
    ) -> (i8, Option<Unit>) {
        match shown.measure {
            Measure::Percent => return (-2, Some(Unit::Pure)),
            Measure::BasisPoints => return (-4, Some(Unit::Pure)),
            Measure::Times => return (0, Some(Unit::Pure)),
            Measure::Plain => {}
        }
        let note = row.note.or(words.note).or(self.context.note);
        let signed = shown.currency.is_some();
        let kind = if signed && !matches!(row.kind, RowKind::PerShare) {
            match words.kind {
                Some(RowKind::PerShare) => RowKind::PerShare,
                _ => RowKind::Plain,
            }
        } else if row.kind == RowKind::Plain {
            words.kind.unwrap_or(RowKind::Plain)
        } else {
            row.kind
        };
        let scale = |scale: Option<u8>| i8::try_from(scale.unwrap_or(0)).unwrap_or(0);
        match kind {
            RowKind::PerShare => {
                let code = self.code(shown.currency.or(self.currency));
                (0, code.map(Unit::PerShare))
            }
            RowKind::Shares => {
                let mut shares = note.shares.or(note.scale);
                // There are no parts of shares where they are counted one by one.
                if shares == Some(0) && shown.number.contains('.') {
                    shares = note.scale;
                }
                (scale(shares), Some(Unit::Shares))
            }
            RowKind::Percent => (-2, Some(Unit::Pure)),
            RowKind::Count => (scale(row.note.scale.or(words.note.scale)), None),
            RowKind::Plain if (note.percent || column.is_percent(shown)) && !signed => {
                (-2, Some(Unit::Pure))
            }
            RowKind::Plain => {
                let currency = shown
                    .currency
                    .or(note.currency)
                    .or(column.currency)
                    .or_else(|| {
                        let money = words.periodic || words.kind.is_none() && note.scale.is_some();
                        self.currency.filter(|_| money)
                    });
                let code = self.code(currency);
                (scale(note.scale), code.map(Unit::Money))
            }
        }
    }

    /// The code of a currency's sign; none where it does not tell.
    fn code(&self, sign: Option<&'static str>) -> Option<&'static str> {
        match sign? {
            "$" => match self.context.note.currency {
                Some(code) if code != "$" && code.ends_with('D') => Some(code),
                _ => self.context.dollar,
            },
            "¥" => None,
            code => Some(code),
        }
    }

    /// The scale of most facts of money, else that of the notes.
    fn scale(&self) -> u8 {
        let by_facts = (0_u8..).zip(self.scales).max_by_key(|(_, count)| *count);
        match by_facts {
            Some((scale, 1..)) => scale,
            _ => self.context.note.scale.unwrap_or(0),
        }
    }
}

/// By how many powers of ten a value is larger than what is shown.
fn scale(shown: &str, value: &str) -> Option<usize> {
    let whole = |digits: &str| {
        let whole = digits.split('.').next().unwrap_or_default();
        let digits = whole.bytes().filter(u8::is_ascii_digit);
        digits.skip_while(|digit| *digit == b'0').count()
    };
    let (shown, value) = (whole(shown), whole(value));
    // Parts of one are too few digits to tell.
    if shown == 0 {
        return None;
    }
    value.checked_sub(shown)
}

/// Whether a cell that may be a number is one.
fn is_told(
    class: Option<Class>,
    column: usize,
    (told, words): (&Column, &Words),
    shown: &Shown<'_>,
) -> bool {
    let signed = shown.currency.is_some() || shown.measure != Measure::Plain;
    if column == 0 {
        return shown.currency.is_some();
    }
    match class {
        Some(Class::Dash) => told.numeric || signed,
        Some(Class::Mark) => told.numeric || words.periodic,
        Some(Class::Year) => !told.years,
        _ => true,
    }
}

/// Whether it is a number: a fact that its format cannot read has the words of the document for its value.
fn is_decimal(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    plain(whole) && plain(part)
}
