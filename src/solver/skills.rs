//! Sets of skills as bits. What a number means is the caller's matter.

/// A set of small numbers; a task names what it needs, a vehicle what it has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Skills {
    words: Vec<u64>,
}

impl Skills {
    pub fn insert(&mut self, skill: u32) {
        let word = skill as usize / 64;
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (skill % 64);
    }

    pub fn contains(&self, skill: u32) -> bool {
        self.words.get(skill as usize / 64).is_some_and(|word| word & (1 << (skill % 64)) != 0)
    }

    /// Whether all of `needed` are here.
    pub fn covers(&self, needed: &Self) -> bool {
        self.first_missing(needed).is_none()
    }

    /// The smallest number of `needed` that is not here.
    pub fn first_missing(&self, needed: &Self) -> Option<u32> {
        needed.words.iter().enumerate().find_map(|(at, &word)| {
            let missing = word & !self.words.get(at).copied().unwrap_or(0);
            (missing != 0).then(|| at as u32 * 64 + missing.trailing_zeros())
        })
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// The numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.words.len() as u32 * 64).filter(|&skill| self.contains(skill))
    }
}

impl FromIterator<u32> for Skills {
    fn from_iter<I: IntoIterator<Item = u32>>(numbers: I) -> Self {
        let mut skills = Self::default();
        for number in numbers {
            skills.insert(number);
        }
        skills
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_missing_skill_is_named() {
        let has: Skills = [1, 70].into_iter().collect();
        assert!(has.covers(&[70].into_iter().collect()));
        assert!(has.covers(&Skills::default()));
        assert_eq!(has.first_missing(&[1, 64, 71].into_iter().collect()), Some(64));
        assert_eq!(has.iter().collect::<Vec<_>>(), [1, 70]);
    }
}
