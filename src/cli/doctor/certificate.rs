//! The certificate and key for https: readable, fitting together, and not about to end.

use super::finding::Finding;
use crate::config::TlsFiles;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use x509_cert::Certificate;
use x509_cert::der::Decode;

const WHAT: &str = "certificate";
/// Whoever renews by hand needs so many days' notice.
const DAYS_LEFT_ADVISED: i64 = 21;

/// Looks at the pair of files; `now_s` is in seconds since 1970.
pub fn check(files: &TlsFiles, now_s: i64) -> Finding {
    match read(files) {
        Err((said, cure)) => Finding::bad(WHAT, said, cure),
        Ok(ends_at_s) => judge(&files.cert, ends_at_s, now_s),
    }
}

fn judge(file: &Path, ends_at_s: i64, now_s: i64) -> Finding {
    let days = (ends_at_s - now_s).div_euclid(86_400);
    let name = file.display();
    if ends_at_s <= now_s {
        Finding::bad(WHAT, format!("{name} ended {} days ago", -days), "renew the certificate")
    } else if days < DAYS_LEFT_ADVISED {
        Finding::doubtful(WHAT, format!("{name} ends in {days} days"), "renew the certificate")
    } else {
        Finding::good(WHAT, format!("{name} holds for {days} days"))
    }
}

/// When the first certificate of the chain ends, in seconds since 1970; or cause and cure.
fn read(files: &TlsFiles) -> Result<i64, (String, String)> {
    let pem = "it must be PEM, as in -----BEGIN CERTIFICATE-----";
    let chain: Vec<CertificateDer> =
        CertificateDer::pem_file_iter(&files.cert).and_then(Iterator::collect).map_err(
            |error| (format!("{} cannot be read: {error}", files.cert.display()), pem.to_owned()),
        )?;
    let Some(first) = chain.first() else {
        return Err((format!("{} holds no certificate", files.cert.display()), pem.to_owned()));
    };
    let certificate = Certificate::from_der(first).map_err(|error| {
        (format!("{} holds no certificate: {error}", files.cert.display()), pem.to_owned())
    })?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| {
        let cure = "it must be PEM, as in -----BEGIN PRIVATE KEY-----";
        (format!("{} cannot be read: {error}", files.key.display()), cure.to_owned())
    })?;
    let ends_at = certificate.tbs_certificate.validity.not_after.to_unix_duration().as_secs();
    rustls::ServerConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|error| {
            let said = format!("certificate and key cannot be used together: {error}");
            (said, "give the key that the certificate was made for".to_owned())
        })?;
    Ok(ends_at as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::finding::Verdict;

    #[test]
    fn an_ended_certificate_is_bad_and_one_about_to_end_is_doubtful() {
        let file = Path::new("cert.pem");
        let day = 86_400;
        assert_eq!(judge(file, 100 * day, 0).verdict, Verdict::Good);
        assert_eq!(judge(file, 20 * day, 0).verdict, Verdict::Doubtful);
        let ended = judge(file, 0, 3 * day);
        assert_eq!(ended.verdict, Verdict::Bad);
        assert!(ended.said.contains("3 days ago"), "{}", ended.said);
    }

    #[test]
    fn files_that_are_no_certificate_are_bad_with_a_cure() {
        let folder = tempfile::tempdir().unwrap();
        let cert = folder.path().join("cert.pem");
        let files = TlsFiles { cert: cert.clone(), key: folder.path().join("key.pem") };
        assert_eq!(check(&files, 0).verdict, Verdict::Bad);
        std::fs::write(&cert, "not a certificate").unwrap();
        let finding = check(&files, 0);
        assert_eq!(finding.verdict, Verdict::Bad);
        assert!(finding.cure.unwrap().contains("PEM"));
    }
}
