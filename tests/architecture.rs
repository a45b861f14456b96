//! The floors of the house, held by a test: which room may use which, and which crates stay where.
//!
//! The two tables below are the rules; changing them is allowed and visible. The sources are read as
//! tokens, so text in comments and strings does not count and nested `use` groups do. What a macro of
//! another crate writes is not seen. ARCHITECTURE.md tells the story behind the tables.

use proc_macro2::{Delimiter, Group, LexError, TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What each room may use of the others. A room may always use itself.
const FLOORS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("config", &[]),
    ("telemetry", &[]),
    ("domain", &["units"]),
    ("roads", &["units"]),
    ("solver", &["units"]),
    ("planning", &["units", "domain", "roads", "solver", "telemetry"]),
    ("store", &["units", "domain", "telemetry"]),
    ("adapters", &["units", "domain", "telemetry"]),
    ("auth", &["units", "domain", "store", "telemetry"]),
    (
        "actors",
        &["units", "domain", "roads", "solver", "planning", "store", "adapters", "telemetry"],
    ),
    ("api", &["units", "domain", "roads", "planning", "store", "auth", "actors", "telemetry"]),
    ("app", BELOW_APP),
    ("simulation", BELOW_SIMULATION),
    ("cli", BELOW_CLI),
];

const BELOW_APP: &[&str] = &[
    "units",
    "config",
    "telemetry",
    "domain",
    "roads",
    "solver",
    "planning",
    "store",
    "adapters",
    "auth",
    "actors",
    "api",
];
const BELOW_SIMULATION: &[&str] = &[
    "units",
    "config",
    "telemetry",
    "domain",
    "roads",
    "solver",
    "planning",
    "store",
    "adapters",
    "auth",
    "actors",
    "api",
    "app",
];
const BELOW_CLI: &[&str] = &[
    "units",
    "config",
    "telemetry",
    "domain",
    "roads",
    "solver",
    "planning",
    "store",
    "adapters",
    "auth",
    "actors",
    "api",
    "app",
    "simulation",
];

/// A path that only some places may name. A place is a room (`store`) or a file (`api/live/connection.rs`).
struct Ban {
    path: &'static [&'static str],
    only_in: &'static [&'static str],
    /// Code under `#[cfg(test)]` is free of this ban.
    tests_are_free: bool,
    because: &'static str,
}

const NOT_IN_THE_HALLS: &[&str] = &[
    "config",
    "telemetry",
    "planning",
    "store",
    "adapters",
    "auth",
    "actors",
    "api",
    "app",
    "simulation",
    "cli",
    "main",
];

const BANS: &[Ban] = &[
    Ban {
        path: &["diesel"],
        only_in: &["store"],
        tests_are_free: false,
        because: "the store is the only room that speaks SQL",
    },
    Ban {
        path: &["diesel_async"],
        only_in: &["store"],
        tests_are_free: false,
        because: "the store is the only room that speaks SQL",
    },
    Ban {
        path: &["diesel_migrations"],
        only_in: &["store"],
        tests_are_free: false,
        because: "the store is the only room that speaks SQL",
    },
    Ban {
        path: &["r2d2"],
        only_in: &["store"],
        tests_are_free: false,
        because: "connections are made and pooled in the store",
    },
    Ban {
        path: &["tokio_postgres"],
        only_in: &["store"],
        tests_are_free: false,
        because: "connections are made and pooled in the store",
    },
    Ban {
        path: &["actix_web_actors"],
        only_in: &["api/live/connection.rs"],
        tests_are_free: false,
        because: "the crate is deprecated; replacing it later must touch one file",
    },
    Ban {
        path: &["actix_web"],
        only_in: &["api", "app"],
        tests_are_free: false,
        because: "HTTP stays at the edge",
    },
    Ban {
        path: &["actix"],
        only_in: &["actors", "api", "app", "simulation", "cli"],
        tests_are_free: false,
        because: "live state belongs to the actors",
    },
    Ban {
        path: &["tokio"],
        only_in: &[
            "units/clock.rs",
            "planning",
            "store",
            "adapters",
            "auth",
            "actors",
            "api",
            "app",
            "simulation",
            "cli",
            "telemetry",
        ],
        tests_are_free: true,
        because: "the pure halls wait for nobody",
    },
    Ban {
        path: &["tracing"],
        only_in: NOT_IN_THE_HALLS,
        tests_are_free: true,
        because: "the pure halls answer values; whoever called them writes the log",
    },
    Ban {
        path: &["std", "fs"],
        only_in: NOT_IN_THE_HALLS,
        tests_are_free: true,
        because: "the pure halls work on bytes; app and cli open the files",
    },
    Ban {
        path: &["std", "net"],
        only_in: NOT_IN_THE_HALLS,
        tests_are_free: true,
        because: "the pure halls do not talk to anybody",
    },
    Ban {
        path: &["std", "process"],
        only_in: NOT_IN_THE_HALLS,
        tests_are_free: true,
        because: "a rule must not end the process",
    },
    Ban {
        path: &["std", "env"],
        only_in: &["config", "units/test_data.rs"],
        tests_are_free: false,
        because: "settings are read once, in config; tests ask units::test_data",
    },
    Ban {
        path: &["std", "time", "SystemTime"],
        only_in: &["units/clock.rs", "simulation", "cli"],
        tests_are_free: true,
        because: "domain time comes from units::Clock",
    },
    Ban {
        path: &["rand", "rng"],
        only_in: &["units/id.rs", "auth", "actors", "api", "app", "simulation", "cli"],
        tests_are_free: true,
        because: "dice are arguments in the pure halls",
    },
    Ban {
        path: &["anyhow"],
        only_in: &["cli", "main"],
        tests_are_free: true,
        because: "a room's errors are an enum; only the command line may blur them",
    },
];

/// One breach, told as `file:line: sentence`.
type Breach = String;

#[test]
fn every_room_uses_only_the_rooms_below_it() {
    let sources = sources(&root().join("src"));
    let test_files = files_under_cfg_test(&sources);
    let breaches: Vec<Breach> = sources
        .iter()
        .flat_map(|(file, text)| breaches_in(file, text, is_below(file, &test_files)))
        .collect();
    assert!(breaches.is_empty(), "the floors do not hold:\n{}", breaches.join("\n"));
}

#[test]
fn every_room_of_the_library_stands_in_the_table() {
    let text = std::fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs is readable");
    let tokens: Vec<TokenTree> = tokens(&text).expect("src/lib.rs is Rust").into_iter().collect();
    let declared: BTreeSet<String> = tokens
        .windows(2)
        .filter(|pair| is_ident(&pair[0], "mod"))
        .map(|pair| pair[1].to_string())
        .collect();
    assert!(declared.contains("domain"), "src/lib.rs declares the rooms");
    let known: BTreeSet<String> = FLOORS.iter().map(|(room, _)| (*room).to_owned()).collect();
    let unknown: Vec<&String> = declared.difference(&known).collect();
    assert!(unknown.is_empty(), "rooms without a row in FLOORS: {unknown:?}");
}

#[test]
fn the_floors_have_no_circle() {
    // A row may only name rooms of rows above it, so following "may use" always ends.
    for (at, (room, may_use)) in FLOORS.iter().enumerate() {
        for used in *may_use {
            let stands_above = FLOORS[..at].iter().any(|(name, _)| name == used);
            assert!(stands_above, "{room} may use {used}, which has no row above it");
        }
    }
}

#[test]
fn every_file_starts_by_saying_what_it_is_for() {
    let mut silent = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for (file, text) in sources(&root().join(folder)) {
            if !text.trim_start().starts_with("//!") {
                silent
                    .push(format!("{folder}/{file}:1: the file does not start with a //! comment"));
            }
        }
    }
    assert!(silent.is_empty(), "files without a head:\n{}", silent.join("\n"));
}

// Negative controls: made-up sources that break a rule are found, and their neighbours are not.

#[test]
fn a_made_up_breach_is_found_with_its_line() {
    let cases = [
        ("solver/search.rs", "//! x\nuse crate::domain::Command;", "solver/search.rs:2"),
        (
            "domain/event.rs",
            "fn f() {\n\n  let x: Vec<crate::store::Db> = vec![];\n}",
            "event.rs:3",
        ),
        ("roads/graph.rs", "use crate::{units::Point, domain::{self, Event}};", "domain"),
        ("actors/job.rs", "use super::super::api::caller;", "api"),
        ("actors/job.rs", "mod inner { use super::super::super::api::caller; }", "api"),
        ("store/journal.rs", "macro_rules! m { () => { $crate::auth::token() } }", "auth"),
        ("solver/mod.rs", "use crate as house;", "whole crate"),
        ("solver/mod.rs", "use crate::*;", "whole crate"),
        ("planning/mod.rs", "use crate::config::Config;", "config"),
        ("actors/planner.rs", "use diesel::prelude::*;", "SQL"),
        ("actors/planner.rs", "use {std::fmt, diesel};", "SQL"),
        ("domain/event.rs", "#[derive(diesel::Queryable)] struct A;", "SQL"),
        ("api/jobs.rs", "use actix_web_actors::ws;", "deprecated"),
        ("actors/hub.rs", "fn f(x: actix_web::HttpRequest) {}", "edge"),
        ("solver/stop.rs", "async fn f() { tokio::task::yield_now().await }", "halls"),
        ("store/db.rs", "use std::{fmt, env::var as read};", "config"),
        ("store/db.rs", "#[cfg(test)] mod tests { fn f() { std::env::var(\"X\"); } }", "test_data"),
        ("roads/file.rs", "use std::*;", "bytes"),
        ("auth/token.rs", "extern crate diesel;", "SQL"),
    ];
    for (file, text, told) in cases {
        let breaches = breaches_in(file, text, false);
        assert!(!breaches.is_empty(), "not found: {file}: {text}");
        assert!(
            breaches.iter().any(|breach| breach.contains(told)),
            "{breaches:?} tells no {told}"
        );
    }
}

#[test]
fn what_keeps_the_rules_is_let_through() {
    let cases = [
        ("solver/search.rs", "use crate::{solver::cost, units::{Point, time::Timestamp}};"),
        ("actors/job.rs", "use super::planner; mod inner { use super::super::planner; }"),
        ("domain/event.rs", "// use diesel::x\nconst A: &str = \"crate::store::Db\";"),
        ("domain/event.rs", "/// See `crate::store::journal`.\nstruct A;"),
        ("store/db.rs", "use diesel::prelude::*; use crate::domain::Event;"),
        ("api/live/connection.rs", "use actix_web_actors::ws;"),
        ("solver/stop.rs", "#[cfg(test)] mod tests { #[tokio::test] async fn f() {} }"),
        ("actors/job.rs", "struct A { diesel: u8 } fn f(a: A) -> u8 { a.diesel }"),
        ("config/mod.rs", "fn f() { std::env::vars_os(); }"),
        ("main.rs", "fn main() { sortie::cli::main() }"),
    ];
    for (file, text) in cases {
        assert_eq!(breaches_in(file, text, false), Vec::<Breach>::new(), "{file}: {text}");
    }
}

#[test]
fn a_test_module_in_a_file_of_its_own_counts_as_test_code() {
    let sources = vec![
        ("solver/mod.rs".to_owned(), "#[cfg(test)]\nmod oracle;\nmod search;".to_owned()),
        ("solver/search.rs".to_owned(), "#[cfg(test)] pub(crate) mod tests;".to_owned()),
    ];
    let found = files_under_cfg_test(&sources);
    assert!(is_below("solver/oracle.rs", &found));
    assert!(is_below("solver/oracle/deep.rs", &found));
    assert!(is_below("solver/search/tests.rs", &found));
    assert!(!is_below("solver/search.rs", &found));
}

// Reading the sources.

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder: its path there with `/`, and its text. A missing folder has none.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(next) = waiting.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for entry in entries {
            let path: PathBuf = entry.expect("a folder entry is readable").path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).expect("a source file is readable");
                let below = path.strip_prefix(folder).expect("found below the folder");
                found.push((below.to_string_lossy().replace('\\', "/"), text));
            }
        }
    }
    found.sort();
    found
}

fn tokens(text: &str) -> Result<TokenStream, LexError> {
    text.parse()
}

/// The room a file belongs to: its first folder, or its own name at the top.
fn room_of(file: &str) -> &str {
    file.split('/').next().map_or(file, |first| first.trim_end_matches(".rs"))
}

/// The module path of a file, with a `mod.rs` standing for its folder.
fn module_of(file: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    if matches!(parts.last(), Some(&("mod" | "lib" | "main"))) {
        parts.pop();
    }
    parts
}

/// Module paths (`solver/oracle`) declared as `#[cfg(test)] mod name;`.
fn files_under_cfg_test(sources: &[(String, String)]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (file, text) in sources {
        let Ok(stream) = tokens(text) else { continue };
        let all: Vec<TokenTree> = stream.into_iter().collect();
        for at in (0..all.len()).filter(|at| is_cfg_test(&all, *at)) {
            let end = end_of_item(&all, at + 2);
            let item = &all[at + 2..end];
            let module = item.windows(2).find(|pair| is_ident(&pair[0], "mod"));
            if let (Some(pair), Some(TokenTree::Punct(_))) = (module, item.last()) {
                let name = pair[1].to_string();
                let mut path = module_of(file);
                path.push(&name);
                found.insert(path.join("/"));
            }
        }
    }
    found
}

fn is_below(file: &str, modules: &BTreeSet<String>) -> bool {
    let path = module_of(file);
    (1..=path.len()).any(|length| modules.contains(&path[..length].join("/")))
}

// Judging one source.

/// A path as the source names it, `std::env::var`; a glob ends in `*`.
struct Named {
    segments: Vec<String>,
    line: usize,
    in_test: bool,
    /// Inline modules around it within the file.
    depth: usize,
}

fn breaches_in(file: &str, text: &str, is_test_file: bool) -> Vec<Breach> {
    let stream = match tokens(text) {
        Ok(stream) => stream,
        Err(error) => return vec![format!("src/{file}: cannot be read as Rust: {error}")],
    };
    let mut named = Vec::new();
    collect(stream, is_test_file, 0, &mut named);
    let mut breaches: Vec<Breach> = Vec::new();
    for path in &named {
        if let Some(told) = breach_of_floors(file, path) {
            breaches.push(format!("src/{file}:{}: {told}", path.line));
        }
        for ban in BANS {
            if let Some(told) = breach_of_ban(file, path, ban) {
                breaches.push(format!("src/{file}:{}: {told}", path.line));
            }
        }
    }
    breaches
}

fn breach_of_floors(file: &str, path: &Named) -> Option<String> {
    let room = room_of(file);
    let depth = module_of(file).len() + path.depth;
    let first = path.segments.first()?.as_str();
    let used = match first {
        "crate" => path.segments.get(1),
        "super" => {
            let steps = path.segments.iter().take_while(|segment| *segment == "super").count();
            if steps < depth {
                return None;
            }
            path.segments.get(steps)
        }
        _ => return None,
    };
    let Some(used) = used.filter(|used| *used != "*" && *used != "self") else {
        return Some("names the whole crate, so nobody can see which room it uses".to_owned());
    };
    // A name that is no room is a macro of the crate's root; macros are checked where they are written.
    if used == room || matches!(file, "lib.rs") || !FLOORS.iter().any(|(name, _)| name == used) {
        return None;
    }
    let may_use = FLOORS.iter().find(|(name, _)| *name == room).map_or(&[][..], |(_, rooms)| rooms);
    let written = path.segments.join("::");
    (!may_use.contains(&used.as_str())).then(|| {
        format!("{room} may not use {used} ({written}); it may use {}", may_use.join(", "))
    })
}

fn breach_of_ban(file: &str, path: &Named, ban: &Ban) -> Option<String> {
    if ban.tests_are_free && path.in_test {
        return None;
    }
    let reaches = |(at, wanted): (usize, &&str)| {
        path.segments.get(at).is_some_and(|segment| segment == wanted)
            || path.segments[..path.segments.len().min(at + 1)].last().is_some_and(|s| s == "*")
    };
    if !ban.path.iter().enumerate().all(reaches) {
        return None;
    }
    let room = room_of(file);
    if ban.only_in.iter().any(|place| *place == room || *place == file) {
        return None;
    }
    let written = path.segments.join("::");
    Some(format!("{written} is only for {}: {}", ban.only_in.join(", "), ban.because))
}

/// Walks the tokens and collects every path that a `use` or an expression names.
fn collect(stream: TokenStream, in_test: bool, depth: usize, named: &mut Vec<Named>) {
    let all: Vec<TokenTree> = stream.into_iter().collect();
    let mut at = 0;
    let mut test_until = 0;
    while at < all.len() {
        if is_cfg_test(&all, at) {
            test_until = end_of_item(&all, at + 2);
        }
        let in_test = in_test || at < test_until;
        match &all[at] {
            TokenTree::Group(group) => {
                let is_module = at >= 2 && is_ident(&all[at - 2], "mod") && is_brace(&all[at]);
                collect(group.stream(), in_test, depth + usize::from(is_module), named);
                at += 1;
            }
            TokenTree::Ident(ident)
                if *ident == "use" || *ident == "crate" && is_extern(&all, at) =>
            {
                let mut end = at + 1;
                while end < all.len() && !is_punct(&all, end, ';') {
                    end += 1;
                }
                expand_use(&all[at + 1..end], &[], in_test, depth, named);
                at = end;
            }
            TokenTree::Ident(_) => {
                let (segments, next) = read_path(&all, at);
                // A lone name in an expression is a local one; only a path can leave the room.
                if segments.len() > 1 {
                    let line = all[at].span().start().line;
                    named.push(Named { segments, line, in_test, depth });
                }
                at = next;
            }
            _ => at += 1,
        }
    }
}

/// Expands `a::{b, c::d as e}` to `a::b` and `a::c::d`.
fn expand_use(
    tree: &[TokenTree],
    prefix: &[String],
    in_test: bool,
    depth: usize,
    named: &mut Vec<Named>,
) {
    for part in tree.split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ',')) {
        let start = part.iter().position(|token| !matches!(token, TokenTree::Punct(_)));
        let glob =
            part.iter().any(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == '*'));
        let Some(start) = start else {
            if glob && !prefix.is_empty() {
                let line = part[0].span().start().line;
                let segments = [prefix, &["*".to_owned()]].concat();
                named.push(Named { segments, line, in_test, depth });
            }
            continue;
        };
        let line = part[start].span().start().line;
        let (own, next) = match &part[start] {
            TokenTree::Ident(_) => read_path(part, start),
            _ => (Vec::new(), start),
        };
        let segments = [prefix, &own].concat();
        match part.get(next) {
            Some(TokenTree::Group(group)) => {
                let inner: Vec<TokenTree> = inner_of(group);
                expand_use(&inner, &segments, in_test, depth, named);
            }
            _ => named.push(Named { segments, line, in_test, depth }),
        }
    }
}

/// Reads `a::b::c` or `a::*` from `at`; answers the segments and where it stopped.
fn read_path(all: &[TokenTree], at: usize) -> (Vec<String>, usize) {
    let mut segments = vec![all[at].to_string()];
    let mut next = at + 1;
    while is_punct(all, next, ':') && is_punct(all, next + 1, ':') {
        match all.get(next + 2) {
            Some(TokenTree::Ident(ident)) => {
                segments.push(ident.to_string());
                next += 3;
            }
            Some(TokenTree::Punct(punct)) if punct.as_char() == '*' => {
                segments.push("*".to_owned());
                return (segments, next + 3);
            }
            _ => return (segments, next + 2),
        }
    }
    (segments, next)
}

fn inner_of(group: &Group) -> Vec<TokenTree> {
    group.stream().into_iter().collect()
}

fn is_ident(token: &TokenTree, name: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == name)
}

fn is_brace(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_punct(all: &[TokenTree], at: usize, sign: char) -> bool {
    matches!(all.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn is_extern(all: &[TokenTree], at: usize) -> bool {
    at > 0 && is_ident(&all[at - 1], "extern")
}

/// Whether `#[cfg(test)]` stands at this place.
fn is_cfg_test(all: &[TokenTree], at: usize) -> bool {
    is_punct(all, at, '#')
        && matches!(all.get(at + 1), Some(TokenTree::Group(group))
            if group.stream().to_string().replace(' ', "") == "cfg(test)")
}

/// Where the item that starts here ends: behind its braces or its semicolon.
fn end_of_item(all: &[TokenTree], from: usize) -> usize {
    (from..all.len())
        .find(|at| is_brace(&all[*at]) || is_punct(all, *at, ';'))
        .map_or(all.len(), |at| at + 1)
}
