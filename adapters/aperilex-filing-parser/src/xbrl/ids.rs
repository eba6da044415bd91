//! Maps by identifiers: a hash that is quick for short keys, keyed at random so that no document can
//! be made to collide. Nothing depends on the order of such a map.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

/// A map by identifier.
pub(crate) type IdMap<K, V> = HashMap<K, V, Keyed>;

static SEED: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(0_u8));

/// Makes hashers of this process's seed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keyed(u64);

impl Default for Keyed {
    fn default() -> Self {
        Self(*SEED)
    }
}

impl BuildHasher for Keyed {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        Folded {
            state: self.0,
            key: self.0 ^ 0x9E37_79B9_7F4A_7C15,
        }
    }
}

/// Multiplies eight bytes at a time and folds the product's halves.
#[derive(Debug)]
pub(crate) struct Folded {
    state: u64,
    key: u64,
}

impl Folded {
    const fn mix(&mut self, word: u64) {
        let product = (self.state ^ word) as u128 * (self.key | 1) as u128;
        self.state = (product as u64) ^ ((product >> 64) as u64).rotate_left(23);
        self.key = self.key.wrapping_add(0xA076_1D64_78BD_642F);
    }
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        self.mix(u64::from_le_bytes(last) ^ (bytes.len() as u64).rotate_left(56));
    }

    fn write_usize(&mut self, value: usize) {
        self.mix(value as u64);
    }

    fn finish(&self) -> u64 {
        self.state ^ (self.state >> 32)
    }
}
