//! Passwords: Argon2id, and the same effort for an account that is not there.
//!
//! Hashing takes tens of milliseconds of a core, so it runs on the blocking threads and at most a few at
//! a time: a flood of logins must not take every thread (nor 19 MiB each) from the rest.

use crate::domain::Rejection;
use crate::domain::text::Pii;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::{LazyLock, OnceLock};
use tokio::sync::Semaphore;

/// Memory in KiB, passes and lanes: OWASP's recommendation for Argon2id (19 MiB, 2, 1).
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Shortest and longest password, in characters.
pub const LEN_MIN: usize = 10;
pub const LEN_MAX: usize = 128;

/// So many hashes are computed at the same time at most.
const AT_ONCE_MAX: usize = 4;
static SEATS: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(AT_ONCE_MAX));

/// Hashing broke: the system's random source or memory failed.
#[derive(Debug, thiserror::Error)]
#[error("a password could not be hashed")]
pub struct PasswordError;

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).expect("the constants are in range");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Whether a new password is long enough and not too long.
pub fn check(field: &str, password: &str) -> Result<(), Rejection> {
    let len = password.chars().count();
    if (LEN_MIN..=LEN_MAX).contains(&len) {
        return Ok(());
    }
    Err(Rejection::invalid(field, format!("{field} must have {LEN_MIN} to {LEN_MAX} characters")))
}

/// Hashes on this thread; the text form names its own parameters, so they can change later.
pub fn hash_now(password: &str) -> Result<Pii<String>, PasswordError> {
    let hash = argon2().hash_password(password.as_bytes()).map_err(|_| PasswordError)?;
    Ok(Pii(hash.to_string()))
}

/// Hashes without holding up the caller's thread.
pub async fn hash(password: String) -> Result<Pii<String>, PasswordError> {
    let _seat = SEATS.acquire().await.map_err(|_| PasswordError)?;
    tokio::task::spawn_blocking(move || hash_now(&password)).await.map_err(|_| PasswordError)?
}

/// Whether the password fits the hash. `None` (no such account) takes as long and never fits.
pub async fn verify(password: String, hash: Option<Pii<String>>) -> Result<bool, PasswordError> {
    let _seat = SEATS.acquire().await.map_err(|_| PasswordError)?;
    tokio::task::spawn_blocking(move || verify_now(&password, hash.as_ref().map(|pii| &***pii)))
        .await
        .map_err(|_| PasswordError)
}

fn verify_now(password: &str, hash: Option<&str>) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let nobody = || {
        NOBODY.get_or_init(|| {
            hash_now("nobody's password").map_or_else(|_| String::new(), |pii| pii.0)
        })
    };
    let parsed = hash.and_then(|text| PasswordHash::new(text).ok());
    let known = parsed.is_some();
    let Some(against) = parsed.or_else(|| PasswordHash::new(nobody()).ok()) else { return false };
    let fits = argon2().verify_password(password.as_bytes(), &against).is_ok();
    fits && known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_hash_and_no_other_one_does() {
        let hash = hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!verify("correct house".into(), Some(hash)).await.unwrap());
    }

    #[tokio::test]
    async fn an_account_that_is_not_there_never_fits() {
        assert!(!verify("nobody's password".into(), None).await.unwrap());
        assert!(!verify("x".into(), Some(Pii("not a hash".into()))).await.unwrap());
    }

    #[test]
    fn a_short_password_is_refused_by_its_field() {
        assert_eq!(check("password", "short").unwrap_err().field.as_deref(), Some("password"));
        assert!(check("password", &"x".repeat(LEN_MAX + 1)).is_err());
        assert!(check("password", &"ö".repeat(LEN_MIN)).is_ok());
    }
}
