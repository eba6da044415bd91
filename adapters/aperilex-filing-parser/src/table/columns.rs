//! The columns of a grid: those of mere signs join the numbers beside them, those that only hold
//! parts of wider cells are dropped.

use super::grid::{Cell, Place};
use super::number::Class;

/// No cell.
const NONE: u32 = u32::MAX;

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It stays.
    Data,
    /// Parts of cells that lie over a neighbour too.
    Shared,
    /// Signs of the column behind.
    Prefix,
    /// Signs of the column before.
    Suffix,
    /// Signs of both.
    Both,
}

/// The places of the columns that stay, row by row, and how many these are. `index` tells the cell
/// at each of `width` columns.
pub(crate) fn join(cells: &[Cell], index: &[u32], width: usize) -> (Vec<Place>, usize) {
    let kinds = kinds(cells, index, width);
    let data: Vec<usize> = (0..width)
        .filter(|column| kinds.get(*column) == Some(&Kind::Data))
        .collect();
    let mut out = Vec::with_capacity(index.len() / width.max(1) * data.len());
    for row in index.chunks(width.max(1)) {
        for column in &data {
            out.push(place(cells, row, &kinds, *column));
        }
    }
    (out, data.len())
}

/// What is counted of a column.
#[derive(Debug, Default)]
struct Count {
    prefix: usize,
    suffix: usize,
    mark: usize,
    number: usize,
    /// Words, and how many of them stand beside an empty place to the right or left.
    text: usize,
    free_right: usize,
    free_left: usize,
}

fn kinds(cells: &[Cell], index: &[u32], width: usize) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::with_capacity(width);
    let mut before = None;
    for column in 0..width {
        let count = count(cells, index, width, column, before);
        let mut kind = kind(&count, column + 1 < width, before.is_some());
        let signed = matches!(kinds.last(), Some(Kind::Prefix | Kind::Both));
        if kind == Kind::Suffix && count.suffix == 0 && signed {
            // Small numbers in brackets behind the sign of a currency.
            kind = Kind::Data;
        }
        if kind == Kind::Data {
            before = Some(column);
        }
        kinds.push(kind);
    }
    kinds
}

fn count(
    cells: &[Cell],
    index: &[u32],
    width: usize,
    column: usize,
    before: Option<usize>,
) -> Count {
    let mut count = Count::default();
    for row in index.chunks(width.max(1)) {
        let at = |column: usize| row.get(column).copied().unwrap_or(NONE);
        let cell = at(column);
        let Some(class) = cells.get(cell as usize).map(|cell| cell.class) else {
            continue;
        };
        let left = before.map_or(NONE, at);
        match class {
            Class::Prefix => count.prefix += 1,
            Class::Suffix => count.suffix += 1,
            _ if cell == at(column + 1) || cell == left => {}
            Class::Mark => count.mark += 1,
            // A year is a header as well.
            Class::Text | Class::Year => {
                count.text += 1;
                count.free_right += usize::from(at(column + 1) == NONE);
                count.free_left += usize::from(left == NONE);
            }
            _ => count.number += 1,
        }
    }
    count
}

fn kind(count: &Count, has_right: bool, has_left: bool) -> Kind {
    let (prefix, suffix) = (count.prefix > 0, count.suffix > 0);
    if count.number > 0 {
        return Kind::Data;
    }
    if !prefix && !suffix && count.mark == 0 {
        return if count.text == 0 {
            Kind::Shared
        } else {
            Kind::Data
        };
    }
    // A header may stand over the sign instead of the number.
    let right = has_right && count.free_right == count.text;
    let left = has_left && count.free_left == count.text;
    let marks = count.mark > 0;
    match (prefix, suffix) {
        (true, false) if right && !marks => Kind::Prefix,
        (false, true) if left => Kind::Suffix,
        // Marks of notes have no header of their own; numbers in brackets have.
        (false, false) if left && count.text == 0 => Kind::Suffix,
        (true, true) if right && left => Kind::Both,
        _ => Kind::Data,
    }
}

/// What stands in a row at a column of data, the signs beside it joined.
fn place(cells: &[Cell], row: &[u32], kinds: &[Kind], column: usize) -> Place {
    let class = |cell: u32| cells.get(cell as usize).map(|cell| cell.class);
    let mut place = row
        .get(column)
        .filter(|cell| **cell != NONE)
        .map_or(Place::EMPTY, |cell| Place::of(*cell));
    let left = kinds.iter().zip(row).take(column).rev();
    for (kind, cell) in left.take_while(|(kind, _)| **kind != Kind::Data) {
        let takes = match kind {
            Kind::Prefix => true,
            Kind::Both => class(*cell) == Some(Class::Prefix),
            _ => false,
        };
        if takes && *cell != NONE {
            add(&mut place, *cell, class(*cell));
        }
    }
    let right = kinds.iter().zip(row).skip(column + 1);
    for (kind, cell) in right.take_while(|(kind, _)| **kind != Kind::Data) {
        let takes = match kind {
            Kind::Suffix => true,
            Kind::Both => class(*cell) != Some(Class::Prefix),
            _ => false,
        };
        if takes && *cell != NONE {
            add(&mut place, *cell, class(*cell));
        }
    }
    place
}

/// Joins a cell to a place: signs to what stands there, words only to an empty place.
fn add(place: &mut Place, cell: u32, class: Option<Class>) {
    if place.is_empty() {
        *place = Place::of(cell);
    } else if class.is_none_or(|class| class > Class::Mark) {
    } else if cell.checked_add(1) == Some(place.first) {
        place.first = cell;
    } else if place.last.checked_add(1) == Some(cell) {
        place.last = cell;
    }
}
