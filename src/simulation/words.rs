//! Names for made-up people and things.

pub const FIRST_NAMES: &[&str] = &[
    "Ana", "Ben", "Carla", "Dario", "Elena", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Karima",
    "Luca", "Maria", "Nadia", "Omar", "Petra", "Quentin", "Rosa", "Sami", "Tara", "Umberto",
    "Vera", "Wassim", "Xenia", "Yusuf", "Zoe", "Marlene", "Noel", "Ottilie", "Pawlu",
];

pub const LAST_NAMES: &[&str] = &[
    "Abela",
    "Borg",
    "Camilleri",
    "Debono",
    "Ellul",
    "Farrugia",
    "Grech",
    "Haber",
    "Inguanez",
    "Jensen",
    "Kaya",
    "Lopez",
    "Micallef",
    "Novak",
    "Okafor",
    "Pace",
    "Quaresma",
    "Rossi",
    "Spiteri",
    "Tabone",
    "Urban",
    "Vella",
    "Weber",
    "Xuereb",
    "Young",
    "Zammit",
];

pub const TRUCK_NAMES: &[&str] = &[
    "Gannet", "Heron", "Kestrel", "Merlin", "Osprey", "Petrel", "Plover", "Puffin", "Raven",
    "Skua", "Tern", "Wren", "Avocet", "Bittern", "Curlew", "Dunlin",
];
