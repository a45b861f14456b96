//! Many short lists in one piece of memory, one behind the other.

/// A list for each number from 0 on.
#[derive(Debug, Clone)]
pub(crate) struct Lists<T> {
    /// Where each list starts; one more at the end.
    first: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { first: vec![0], items: Vec::new() }
    }
}

impl<T> Lists<T> {
    /// From where each list starts, with one more at the end, and the items.
    pub(crate) fn of_parts(first: Vec<u32>, items: Vec<T>) -> Self {
        debug_assert_eq!(first.last().map(|last| *last as usize), Some(items.len()));
        Self { first, items }
    }

    /// Keeps the memory.
    pub(crate) fn clear(&mut self) {
        self.first.truncate(1);
        self.items.clear();
    }

    /// The next list.
    pub(crate) fn push(&mut self, list: impl IntoIterator<Item = T>) {
        self.items.extend(list);
        self.first.push(self.items.len() as u32);
    }

    /// All lists of others, after its own.
    pub(crate) fn append(&mut self, others: Self) {
        let before = self.items.len() as u32;
        self.items.extend(others.items);
        self.first.extend(others.first[1..].iter().map(|first| before + first));
    }

    /// How many lists.
    pub(crate) fn len(&self) -> usize {
        self.first.len() - 1
    }

    /// Where each list starts, with one more at the end, and the items.
    pub(crate) fn into_parts(self) -> (Vec<u32>, Vec<T>) {
        (self.first, self.items)
    }

    /// All items, in the order of their lists.
    pub(crate) fn items_mut(&mut self) -> &mut [T] {
        &mut self.items
    }

    pub(crate) fn of(&self, list: usize) -> &[T] {
        &self.items[self.first[list] as usize..self.first[list + 1] as usize]
    }
}

impl<T: Copy + Default> Lists<T> {
    /// Each item into the list of its number, in the order in which they come.
    pub(crate) fn grouped(count: usize, items: impl Iterator<Item = (u32, T)> + Clone) -> Self {
        let mut first = vec![0; count + 1];
        for (list, _) in items.clone() {
            first[list as usize + 1] += 1;
        }
        for list in 0..count {
            first[list + 1] += first[list];
        }
        let mut next = first.clone();
        let mut grouped = vec![T::default(); first[count] as usize];
        for (list, item) in items {
            grouped[next[list as usize] as usize] = item;
            next[list as usize] += 1;
        }
        Self { first, items: grouped }
    }
}
