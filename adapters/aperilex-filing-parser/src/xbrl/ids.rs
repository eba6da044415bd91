//! Maps by identifiers.

use std::collections::HashMap;

/// A map by identifier, quick for short keys. Its hash is seeded anew in each process, so that no
/// document can be made to collide; nothing depends on the order of such a map.
pub(crate) type IdMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;
