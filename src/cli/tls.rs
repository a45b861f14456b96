//! Certificate and key for https, read from PEM files.

use super::failure::{Exit, Failure};
use crate::config::TlsFiles;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt::Display;
use std::path::Path;
use x509_cert::Certificate;
use x509_cert::der::Decode;

/// What the server needs, and when it ends.
pub struct Tls {
    pub config: ServerConfig,
    /// Of the first certificate of the chain, seconds since 1970.
    pub ends_at_s: i64,
}

/// Reads both files and makes sure that they fit together.
pub fn read(files: &TlsFiles) -> Result<Tls, Failure> {
    let (cert, key) = (files.cert.as_path(), files.key.as_path());
    let chain: Vec<CertificateDer> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable(cert, error, "CERTIFICATE"))?;
    let first = chain.first().ok_or_else(|| unreadable(cert, "it is empty", "CERTIFICATE"))?;
    let certificate =
        Certificate::from_der(first).map_err(|error| unreadable(cert, error, "CERTIFICATE"))?;
    let ends_at = certificate.tbs_certificate.validity.not_after.to_unix_duration();
    let key =
        PrivateKeyDer::from_pem_file(key).map_err(|error| unreadable(key, error, "PRIVATE KEY"))?;
    let provider = rustls::crypto::ring::default_provider().into();
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| {
            let cause = format!("certificate and key cannot be used together: {error}");
            Failure::new(Exit::Config, cause, "give the key that the certificate was made for")
        })?;
    Ok(Tls { config, ends_at_s: ends_at.as_secs() as i64 })
}

fn unreadable(file: &Path, why: impl Display, wanted: &str) -> Failure {
    let cause = format!("{} cannot be read: {why}", file.display());
    let cure = format!("give a file in PEM form, as in -----BEGIN {wanted}-----");
    Failure::new(Exit::Config, cause, cure)
}
