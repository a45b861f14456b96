//! The certificate and key for https: readable, fitting together, and not about to end.

use super::finding::Finding;
use crate::cli::tls;
use crate::config::TlsFiles;
use std::path::Path;

const WHAT: &str = "certificate";
/// Whoever renews by hand needs so many days' notice.
const DAYS_LEFT_ADVISED: i64 = 21;

/// Looks at the pair of files; `now_s` is in seconds since 1970.
pub fn check(files: &TlsFiles, now_s: i64) -> Finding {
    match tls::read(files) {
        Err(failure) => Finding::bad(WHAT, failure.cause, failure.cure),
        Ok(tls) => judge(&files.cert, tls.ends_at_s, now_s),
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
