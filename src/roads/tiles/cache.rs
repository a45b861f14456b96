//! Tiles made before, kept as long as there is room. Shared by threads; the least recently asked for
//! goes first.

use super::geometry::Tile;
use bytes::Bytes;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

/// In which form a tile is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    Plain,
    Gzip,
}

/// What a kept tile costs besides its bytes, roughly.
const ENTRY_LEN: usize = 160;

#[derive(Debug)]
pub struct TileCache {
    kept: Mutex<Kept>,
    len_max: usize,
}

#[derive(Debug, Default)]
struct Kept {
    tiles: HashMap<(Tile, Form), (Bytes, u64)>,
    by_last_use: BTreeMap<u64, (Tile, Form)>,
    uses: u64,
    len: usize,
}

impl TileCache {
    /// For about so many bytes.
    pub fn new(len_max: usize) -> Self {
        Self { kept: Mutex::default(), len_max }
    }

    pub fn get(&self, tile: Tile, form: Form) -> Option<Bytes> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = &mut *kept;
        kept.uses += 1;
        let (bytes, last_use) = kept.tiles.get_mut(&(tile, form))?;
        kept.by_last_use.remove(last_use);
        *last_use = kept.uses;
        kept.by_last_use.insert(kept.uses, (tile, form));
        Some(bytes.clone())
    }

    pub fn put(&self, tile: Tile, form: Form, bytes: Bytes) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.uses += 1;
        let now = kept.uses;
        kept.len += bytes.len() + ENTRY_LEN;
        kept.by_last_use.insert(now, (tile, form));
        if let Some((old, last_use)) = kept.tiles.insert((tile, form), (bytes, now)) {
            kept.len -= old.len() + ENTRY_LEN;
            kept.by_last_use.remove(&last_use);
        }
        while kept.len > self.len_max {
            let Some((_, oldest)) = kept.by_last_use.pop_first() else { break };
            if let Some((bytes, _)) = kept.tiles.remove(&oldest) {
                kept.len -= bytes.len() + ENTRY_LEN;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(x: u32) -> Tile {
        Tile { z: 14, x, y: 0 }
    }

    #[test]
    fn the_least_recently_asked_for_goes_first() {
        let cache = TileCache::new(3 * (ENTRY_LEN + 100));
        for x in 0..3 {
            cache.put(tile(x), Form::Plain, vec![0; 100].into());
        }
        assert!(cache.get(tile(0), Form::Plain).is_some());
        cache.put(tile(3), Form::Plain, vec![0; 100].into());
        assert!(cache.get(tile(1), Form::Plain).is_none(), "not asked for since it was made");
        assert!(cache.get(tile(0), Form::Plain).is_some());
        assert!(cache.get(tile(0), Form::Gzip).is_none(), "forms are kept apart");
    }

    #[test]
    fn a_tile_that_is_put_again_is_counted_once_and_one_too_large_is_not_kept() {
        let cache = TileCache::new(1_000);
        for _ in 0..100 {
            cache.put(tile(1), Form::Plain, vec![0; 100].into());
        }
        assert!(cache.get(tile(1), Form::Plain).is_some());
        cache.put(tile(2), Form::Plain, vec![0; 2_000].into());
        assert!(cache.get(tile(2), Form::Plain).is_none());
        assert_eq!(cache.kept.lock().unwrap().len, 0);
    }
}
