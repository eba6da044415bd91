//! Cursors: a place in one list of one account, opaque to clients.
//!
//! A cursor carries nothing but a position. What a page shows is asked for anew with the account's
//! rights, so the checksum keeps out mistakes (cut, mixed up, another account's), not attackers.

use aperilex_core::{Digest, UserId};
use uuid::Uuid;

use crate::problem::{Problem, ProblemCode};

/// Hexadecimal digits of the checksum.
const SUM: usize = 16;

/// A place in a list.
pub(crate) trait Position: Sized {
    fn write(&self) -> String;
    fn read(text: &str) -> Option<Self>;
}

impl Position for Uuid {
    fn write(&self) -> String {
        self.as_simple().to_string()
    }

    fn read(text: &str) -> Option<Self> {
        (text.len() == 32).then(|| Self::try_parse(text).ok())?
    }
}

impl Position for u64 {
    fn write(&self) -> String {
        format!("{self:016x}")
    }

    fn read(text: &str) -> Option<Self> {
        (text.len() == 16).then(|| Self::from_str_radix(text, 16).ok())?
    }
}

/// The cursor for a place in the list of this name.
pub(crate) fn write<P: Position>(list: &str, user: UserId, position: &P) -> String {
    let position = position.write();
    format!("{position}{}", sum(list, user, &position))
}

/// The place a cursor names.
pub(crate) fn read<P: Position>(list: &str, user: UserId, cursor: &str) -> Result<P, Problem> {
    let split = cursor.len().checked_sub(SUM);
    split
        .and_then(|at| cursor.split_at_checked(at))
        .filter(|(position, given)| sum(list, user, position) == *given)
        .and_then(|(position, _)| P::read(position))
        .ok_or_else(|| {
            let detail = "send `next` of an earlier page of this list, unchanged";
            let mut problem = Problem::field(ProblemCode::BadCursor, "?cursor", detail);
            problem.detail = detail.into();
            problem
        })
}

fn sum(list: &str, user: UserId, position: &str) -> String {
    let digest = Digest::of(format!("{list}|{user}|{position}").as_bytes());
    digest.to_string().chars().take(SUM).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn a_cursor_is_good_for_its_list_and_account_alone() {
        let cursor = write("tasks", user(1), &42_u64);
        assert_eq!(read::<u64>("tasks", user(1), &cursor).unwrap(), 42);
        let cut = &cursor[..cursor.len() - 1];
        let forged = cursor.replacen('0', "1", 1);
        for (list, user, cursor) in [
            ("entries", user(1), cursor.as_str()),
            ("tasks", user(2), &cursor),
            ("tasks", user(1), cut),
            ("tasks", user(1), &forged),
            ("tasks", user(1), ""),
            ("tasks", user(1), "ééééééééééé"),
        ] {
            let code = read::<u64>(list, user, cursor).unwrap_err().code;
            assert_eq!(code, ProblemCode::BadCursor, "{cursor}");
        }
    }
}
