//! Names for streets, places and businesses: put together from word lists, never the same twice.
//!
//! Each kind of name counts through its own combinations in a shuffled order, so uniqueness needs no
//! memory of the names given. Kinds have different last words and so never meet.

/// What gets a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Arterial,
    Street,
    Close,
    Bridge,
    Park,
    Wood,
    Place,
}

const KINDS: usize = 7;

/// Hands out names; the same seed and the same order of asking give the same names.
#[derive(Debug)]
pub struct NameBook {
    start: u64,
    given: [u64; KINDS],
}

const FIRST_PARTS: [&str; 60] = [
    "Ash", "Alder", "Barn", "Beck", "Birch", "Black", "Bram", "Bright", "Brook", "Cal", "Chalk",
    "Clay", "Cold", "Crow", "Dun", "East", "Elm", "Fair", "Fern", "Fox", "Glen", "Gold", "Gran",
    "Green", "Hart", "Haw", "Hazel", "Heath", "Holly", "Iron", "Kings", "Lamb", "Lark", "Long",
    "Lyn", "Maple", "Marl", "Mill", "Moss", "Nettle", "North", "Oak", "Otter", "Pear", "Quarry",
    "Raven", "Red", "Rook", "Sand", "Silver", "Stan", "Stone", "Swan", "Thorn", "Wal", "West",
    "White", "Wil", "Wind", "Wren",
];
const SECOND_PARTS: [&str; 40] = [
    "acre", "bank", "beck", "borough", "bourne", "bridge", "brook", "burn", "by", "church",
    "cliff", "combe", "cote", "croft", "dale", "den", "field", "fold", "ford", "gate", "grove",
    "ham", "hill", "holme", "hurst", "land", "leigh", "ley", "mead", "mere", "mont", "more",
    "port", "ridge", "side", "stead", "stoke", "ton", "well", "wick",
];
const SURNAMES: [&str; 80] = [
    "Abela",
    "Adams",
    "Almeida",
    "Baker",
    "Bauer",
    "Becker",
    "Bell",
    "Bianchi",
    "Borg",
    "Braun",
    "Camilleri",
    "Carter",
    "Çelik",
    "Collins",
    "Costa",
    "Curie",
    "Darwin",
    "Dvořák",
    "Edwards",
    "Evans",
    "Farrugia",
    "Ferrari",
    "Fischer",
    "Foster",
    "Galea",
    "García",
    "Gauß",
    "Grech",
    "Hansen",
    "Harris",
    "Hughes",
    "Ibsen",
    "Jansen",
    "Johansson",
    "Kaya",
    "Keller",
    "Kelly",
    "Kovač",
    "Lambert",
    "Larsen",
    "Lefèvre",
    "Lindgren",
    "López",
    "Marsh",
    "Martin",
    "Mendel",
    "Meyer",
    "Morris",
    "Müller",
    "Murphy",
    "Nansen",
    "Novák",
    "Núñez",
    "Nowak",
    "O'Brien",
    "Olsen",
    "Palmer",
    "Parker",
    "Pereira",
    "Petrov",
    "Quinn",
    "Ramsay",
    "Rossi",
    "Ryan",
    "Saliba",
    "Santos",
    "Schmidt",
    "Sørensen",
    "Spiteri",
    "Taylor",
    "Turner",
    "Vella",
    "Wagner",
    "Walker",
    "Weber",
    "Wilson",
    "Yıldız",
    "Young",
    "Żammit",
    "Zimmer",
];
const FORENAMES: [&str; 40] = [
    "Ada", "Agnes", "Alan", "Anna", "Anton", "Béla", "Carl", "Clara", "Daniel", "David", "Edith",
    "Elena", "Emma", "Erik", "Felix", "Frida", "George", "Grace", "Hanna", "Helen", "Ida", "Ivan",
    "Jakob", "Jane", "Jiří", "John", "Karin", "Leo", "Lise", "Lucia", "Maria", "Max", "Nina",
    "Otto", "Paul", "Rosa", "Sofia", "Thomas", "Vera", "Walter",
];
const QUALIFIERS: [&str; 12] = [
    "Upper", "Lower", "Old", "New", "North", "South", "East", "West", "Little", "Great", "Inner",
    "Outer",
];
const BUSINESS_KINDS: [(&str, &str, &str); 18] = [
    ("Bakery", "shop", "bakery"),
    ("Café", "amenity", "cafe"),
    ("Pharmacy", "amenity", "pharmacy"),
    ("Hardware", "shop", "hardware"),
    ("Phone Repair", "shop", "mobile_phone"),
    ("Garage", "shop", "car_repair"),
    ("Restaurant", "amenity", "restaurant"),
    ("Hotel", "tourism", "hotel"),
    ("Bank", "amenity", "bank"),
    ("Dental Practice", "healthcare", "dentist"),
    ("Supermarket", "shop", "supermarket"),
    ("Books", "shop", "books"),
    ("Bicycles", "shop", "bicycle"),
    ("Law Office", "office", "lawyer"),
    ("Insurance", "office", "insurance"),
    ("Fitness", "leisure", "fitness_centre"),
    ("Florist", "shop", "florist"),
    ("Library", "amenity", "library"),
];

impl NameBook {
    pub fn new(start: u64) -> Self {
        Self { start, given: [0; KINDS] }
    }

    /// The next name of a kind.
    pub fn next(&mut self, named: Named) -> String {
        let count = self.given[named as usize];
        self.given[named as usize] += 1;
        match named {
            Named::Place => self.place(count),
            _ => self.street(count, last_words(named)),
        }
    }

    /// A business on a street: its name and the tag that says what it is. Businesses may share names.
    pub fn business(bits: u64) -> (String, &'static str, &'static str) {
        let (kind, key, value) = BUSINESS_KINDS[(bits % BUSINESS_KINDS.len() as u64) as usize];
        let bits = bits >> 8;
        let surname = SURNAMES[(bits % SURNAMES.len() as u64) as usize];
        (format!("{surname} {kind}"), key, value)
    }

    /// Plain compounds first, then people, then plain ones with a word before. When all are used up,
    /// a number tells the rounds apart.
    fn street(&self, count: u64, lasts: &[&str]) -> String {
        let stems = (FIRST_PARTS.len() * SECOND_PARTS.len()) as u64;
        let people = (FORENAMES.len() * SURNAMES.len()) as u64;
        let tiers = [
            (SURNAMES.len() as u64) * lasts.len() as u64,
            stems * lasts.len() as u64,
            people * lasts.len() as u64,
            stems * lasts.len() as u64 * QUALIFIERS.len() as u64,
            people * lasts.len() as u64 * QUALIFIERS.len() as u64,
        ];
        let round_len: u64 = tiers.iter().sum();
        let (round, mut rest) = (count / round_len, count % round_len);
        let mut tier = 0;
        while rest >= tiers[tier] {
            rest -= tiers[tier];
            tier += 1;
        }
        let shuffled = self.shuffled(rest, tiers[tier]);
        let last = pick(lasts, shuffled);
        let above = shuffled / lasts.len() as u64;
        let name = match tier {
            0 => format!("{} {last}", pick(&SURNAMES, above)),
            1 => format!("{} {last}", stem(above)),
            2 => format!("{} {last}", person(above)),
            3 => format!("{} {} {last}", pick(&QUALIFIERS, above / stems), stem(above % stems)),
            _ => format!("{} {} {last}", pick(&QUALIFIERS, above / people), person(above % people)),
        };
        if round == 0 { name } else { format!("{name} {}", round + 1) }
    }

    fn place(&self, count: u64) -> String {
        let stems = (FIRST_PARTS.len() * SECOND_PARTS.len()) as u64;
        let qualified = stems * QUALIFIERS.len() as u64;
        let (round, rest) = (count / (stems + qualified), count % (stems + qualified));
        let name = if rest < stems {
            stem(self.shuffled(rest, stems))
        } else {
            let at = self.shuffled(rest - stems, qualified);
            format!("{} {}", pick(&QUALIFIERS, at / stems), stem(at % stems))
        };
        if round == 0 { name } else { format!("{name} {}", round + 1) }
    }

    /// A permutation of `0..len`: an affine step by about the golden section of the length.
    fn shuffled(&self, index: u64, len: u64) -> u64 {
        let mut step = (len as f64 * 0.618_033_988_75) as u64 | 1;
        while greatest_common_divisor(step, len) != 1 {
            step += 2;
        }
        let start = self.start % len;
        ((u128::from(index) * u128::from(step) + u128::from(start)) % u128::from(len)) as u64
    }
}

fn last_words(named: Named) -> &'static [&'static str] {
    match named {
        Named::Arterial => &["Road", "Avenue", "Boulevard", "Way"],
        Named::Street => &["Street", "Lane", "Drive", "Terrace", "Gardens", "Row"],
        Named::Close => &["Close", "Court", "Mews", "Yard"],
        Named::Bridge => &["Bridge"],
        Named::Park => &["Park", "Green", "Common"],
        Named::Wood => &["Wood", "Copse"],
        Named::Place => &[],
    }
}

fn pick<'a>(list: &[&'a str], index: u64) -> &'a str {
    list[(index % list.len() as u64) as usize]
}

fn stem(index: u64) -> String {
    let first = pick(&FIRST_PARTS, index);
    let second = pick(&SECOND_PARTS, index / FIRST_PARTS.len() as u64);
    format!("{first}{second}")
}

fn person(index: u64) -> String {
    let surname = pick(&SURNAMES, index);
    let forename = pick(&FORENAMES, index / SURNAMES.len() as u64);
    format!("{forename} {surname}")
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_name_is_given_twice_whatever_its_kind() {
        let mut book = NameBook::new(77);
        let mut seen = HashSet::new();
        for _ in 0..30_000 {
            for named in [Named::Arterial, Named::Street, Named::Close, Named::Place] {
                let name = book.next(named);
                assert!(seen.insert(name.clone()), "{name} twice");
            }
        }
    }

    #[test]
    fn a_million_streets_have_a_million_names() {
        let mut book = NameBook::new(3);
        let names: HashSet<String> = (0..1_000_000).map(|_| book.next(Named::Street)).collect();
        assert_eq!(names.len(), 1_000_000);
    }

    #[test]
    fn another_seed_gives_other_names() {
        assert_ne!(NameBook::new(1).next(Named::Street), NameBook::new(2).next(Named::Street));
    }
}
