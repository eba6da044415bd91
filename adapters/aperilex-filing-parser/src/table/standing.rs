//! What the tables of a document are told in where they do not say it themselves: filers that tell all
//! in millions say so once, at the statements.

use crate::text::builder::Built;

use super::grid::Grid;
use super::number::Class;
use super::units::{self, Note};

/// The note that stands, and how large numbers under it are.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    note: Note,
    /// Digits before the point of the largest number in tables with the note.
    digits: usize,
    /// How far the text was looked through.
    read_to: usize,
}

impl Standing {
    /// Looks through the text up to a table: a new item has its own notes.
    pub(crate) fn read(&mut self, built: &Built, to: usize) {
        let between = built.text.get(self.read_to..to).unwrap_or_default();
        let from = |at| {
            built
                .lines
                .partition_point(|line| (line.start as usize) < at)
        };
        let lines = built.lines.get(from(self.read_to)..from(to));
        let starts = || {
            lines
                .unwrap_or_default()
                .iter()
                .map(|line| line.start as usize)
        };
        let item = |(start, end): (usize, usize)| {
            let line = built.text.get(start..end).unwrap_or_default();
            line.len() <= 200
                && line
                    .trim_ascii_start()
                    .get(..5)
                    .is_some_and(|start| start.eq_ignore_ascii_case("item "))
        };
        if starts().zip(starts().skip(1).chain([to])).any(item) {
            *self = Self::default();
        }
        if let Some(note) = units::standing(between) {
            self.note = note;
            self.digits = usize::from(u8::MAX);
        }
        self.read_to = self.read_to.max(to);
    }

    /// The note for a table that tells `own`. Shares are told in what stands only where it goes on with
    /// the table before.
    pub(crate) fn note(&mut self, own: Note, grid: &Grid<'_>, goes_on: bool) -> Note {
        let money = has_money(grid);
        if own.scale.is_some() {
            if !money {
                return own;
            }
            let digits = digits(grid);
            self.digits = if self.note.scale == own.scale {
                self.digits.max(digits)
            } else {
                digits
            };
            self.note = own;
            return own;
        }
        if !money || own.currency.is_some() || digits(grid) > self.digits {
            return own;
        }
        let mut note = own.or(self.note);
        if !goes_on {
            note.shares = own.shares.or(Some(0));
        }
        note
    }
}

/// Whether some number has the sign of a currency: notes on money say nothing of counts.
fn has_money(grid: &Grid<'_>) -> bool {
    const SIGNS: [char; 4] = ['$', '€', '£', '¥'];
    grid.cells.iter().any(|cell| {
        let sign = matches!(cell.class, Class::Prefix | Class::Number | Class::Dash);
        sign && grid.cell_text(*cell).contains(SIGNS)
    })
}

/// Digits before the point of the largest number of a grid.
fn digits(grid: &Grid<'_>) -> usize {
    let numbers = grid.cells.iter().filter(|cell| cell.class == Class::Number);
    let whole = |text: &str| {
        let shown = text.bytes().skip_while(|b| !b.is_ascii_digit());
        shown
            .take_while(|b| b.is_ascii_digit() || *b == b',')
            .filter(u8::is_ascii_digit)
            .skip_while(|b| *b == b'0')
            .count()
    };
    let whole = numbers.map(|cell| whole(grid.cell_text(*cell)));
    whole.max().unwrap_or(0)
}
