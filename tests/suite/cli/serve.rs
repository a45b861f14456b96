//! `sortie serve` and `sortie demo`: how they start, what stands in their way, and how they stop.

use crate::support::program::run;
use crate::support::server::Server;
use crate::support::tls;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A folder with a small map in it.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let told = run(folder.path(), &["town", "--size", "60", "town.osm.pbf"]);
    assert_eq!(told.code, Some(0), "{}", told.err);
    folder
}

const SERVE: [&str; 3] = ["serve", "--map", "town.osm.pbf"];

fn get(url: &str, path: &str) -> Value {
    let mut answer = ureq::get(format!("{url}{path}")).call().expect("the server answers");
    answer.body_mut().read_json().expect("the answer is JSON")
}

/// Refused with this exit code, one line of cause that has this word, one line of cure.
#[track_caller]
fn refused(folder: &Path, arguments: &[&str], code: i32, word: &str) {
    let told = run(folder, arguments);
    assert_eq!(told.code, Some(code), "{arguments:?}: {}", told.err);
    assert_eq!(told.out, "");
    let lines: Vec<&str> = told.err.lines().collect();
    assert_eq!(lines.len(), 2, "{}", told.err);
    assert!(lines[0].starts_with("error: ") && lines[0].contains(word), "{}", lines[0]);
    assert!(lines[1].starts_with("  fix: ") && lines[1].len() > 12, "{}", lines[1]);
}

#[test]
fn a_server_starts_on_an_empty_folder_is_ready_and_stops_in_order() {
    let folder = folder();
    let server = Server::start(folder.path(), &SERVE);
    let ready = get(&server.url, "/readyz");
    assert_eq!(ready["ready"], true, "{ready}");
    assert_eq!(server.stop().code(), Some(0));
}

#[test]
fn who_comes_second_is_told_who_holds_the_data_folder() {
    let folder = folder();
    let server = Server::start(folder.path(), &SERVE);
    let holder = format!("sortie serve, process {}", server.id());
    let again = [&SERVE[..], &["--listen", "127.0.0.1:0"]].concat();
    refused(folder.path(), &again, 1, &holder);
    refused(folder.path(), &["user", "deactivate", "ana@example.org"], 1, &holder);
    refused(folder.path(), &["migrate", "run"], 1, &holder);
    // A killed one holds nothing.
    server.kill();
    assert_eq!(Server::start(folder.path(), &SERVE).stop().code(), Some(0));
}

#[test]
fn what_stands_in_the_way_is_one_line_of_cause_and_one_of_cure() {
    let folder = folder();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().map(|address| (taken, address.to_string())).unwrap();
    let at = |more: &[&'static str]| [&SERVE[..], more].concat();
    let port_taken = [&SERVE[..], &["--log", "error", "--listen", &taken.1]].concat();
    refused(folder.path(), &port_taken, 1, &taken.1);
    refused(folder.path(), &["serve"], 3, "map");
    refused(folder.path(), &at(&["--listen", "0.0.0.0:0"]), 3, "plain http");
    refused(folder.path(), &at(&["--tls-cert", "cert.pem"]), 3, "tls");
    refused(folder.path(), &at(&["--tls-cert", "no.pem", "--tls-key", "no.pem"]), 3, "no.pem");
    refused(folder.path(), &at(&["--data", "town.osm.pbf"]), 1, "town.osm.pbf");
    refused(folder.path(), &at(&["--database", "postgres://127.0.0.1:1/x"]), 4, "database");
    std::fs::write(folder.path().join("other.db"), "these are my notes").unwrap();
    refused(folder.path(), &at(&["--database", "other.db", "--log", "error"]), 5, "other.db");
    refused(folder.path(), &["serve", "--map", "other.db", "--log", "error"], 5, "other.db");
}

#[test]
fn with_a_certificate_the_server_speaks_https() {
    let folder = folder();
    let (cert, key) = tls::write_to(folder.path());
    let arguments = [&SERVE[..], &["--tls-cert", &cert, "--tls-key", &key]].concat();
    let server = Server::start(folder.path(), &arguments);
    let address = server.url.strip_prefix("https://").expect("the url is https");

    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(tls::CERTIFICATE.as_bytes()).unwrap()).unwrap();
    let provider = rustls::crypto::ring::default_provider().into();
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "localhost".try_into().unwrap();
    let connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = rustls::StreamOwned::new(connection, TcpStream::connect(address).unwrap());
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    // The server may close without a farewell, as many do.
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn the_demo_tells_its_addresses_and_goes_on_after_a_kill() {
    let folder = folder();
    let demo = ["demo", "--map", "town.osm.pbf", "--speed", "60"];
    let server = Server::start(folder.path(), &demo);
    let logins = server.told["logins"].as_array().expect("logins are told").clone();
    for role in ["owner", "dispatcher", "technician"] {
        assert!(logins.iter().any(|login| login["role"] == role), "{role} is missing");
    }
    let page = ureq::get(&server.url).call().expect("the page is served");
    assert_eq!(page.status(), 200);
    let before = jobs(&server);
    assert!(!before.is_empty());
    server.kill();

    refused(folder.path(), &["serve", "--map", "town.osm.pbf", "--data", "sortie-demo"], 3, "demo");
    let server = Server::start(folder.path(), &demo);
    let after = jobs(&server);
    for job in &before {
        assert!(after.contains(job), "{job} is gone");
    }
    assert_eq!(server.stop().code(), Some(0));
}

/// The numbers of all jobs, as the demo's dispatcher sees them.
fn jobs(server: &Server) -> Vec<u64> {
    let logins = server.told["logins"].as_array().expect("logins are told");
    let login = logins.iter().find(|login| login["role"] == "dispatcher").expect("one dispatches");
    let mut answer = ureq::post(format!("{}/api/v1/auth/login", server.url))
        .send_json(serde_json::json!({ "email": login["email"], "password": login["password"] }))
        .expect("the login is let in");
    let told: Value = answer.body_mut().read_json().unwrap();
    let token = told["access_token"].as_str().expect("a token is given").to_owned();
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let mut page = ureq::get(format!("{}/api/v1/jobs?limit=200{after}", server.url))
            .header("Authorization", format!("Bearer {token}"))
            .call()
            .expect("jobs are listed");
        let page: Value = page.body_mut().read_json().unwrap();
        let items = page["items"].as_array().expect("a page has items");
        found.extend(items.iter().filter_map(|job| job["number"].as_u64()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return found,
        }
    }
}

#[test]
fn another_map_in_the_place_of_the_file_is_used_while_serving_and_a_damaged_one_is_not() {
    let folder = folder();
    let prepare = |size: &str| {
        assert_eq!(run(folder.path(), &["town", "--size", size, "next.osm.pbf"]).code, Some(0));
        let told = run(folder.path(), &["import-map", "next.osm.pbf", "--out", "live.map"]);
        assert_eq!(told.code, Some(0), "{}", told.err);
    };
    prepare("60");
    let server = Server::start(folder.path(), &["serve", "--map", "live.map"]);
    let bounds = || get(&server.url, "/api/v1/map")["bounds"].clone();
    let small = bounds();
    let is_used = |wait: Duration, is_new: &dyn Fn(&Value) -> bool| {
        let until = Instant::now() + wait;
        while Instant::now() < until {
            if is_new(&bounds()) {
                return true;
            }
            #[expect(clippy::disallowed_methods, reason = "a test's own thread")]
            std::thread::sleep(Duration::from_millis(200));
        }
        false
    };
    let replace = |bytes: &[u8]| {
        std::fs::write(folder.path().join("damaged"), bytes).unwrap();
        std::fs::rename(folder.path().join("damaged"), folder.path().join("live.map")).unwrap();
    };
    // Longer than two looks at the file.
    replace(b"no map at all");
    assert!(!is_used(Duration::from_secs(6), &|bounds| *bounds != small));
    prepare("240");
    assert!(is_used(Duration::from_secs(120), &|bounds| *bounds != small));
    assert_eq!(get(&server.url, "/readyz")["ready"], true);
    assert_eq!(server.stop().code(), Some(0));
}
