//! A certificate for localhost that signs itself, for tests of https only. It ends in 2126.

use std::path::Path;

pub const CERTIFICATE: &str = include_str!("tls/cert.pem");
const KEY: &str = include_str!("tls/key.pem");

/// Writes both files and answers their paths.
pub fn write_to(folder: &Path) -> (String, String) {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("the folder can be written");
        path.to_str().expect("the path is UTF-8").to_owned()
    };
    (write("cert.pem", CERTIFICATE), write("key.pem", KEY))
}
