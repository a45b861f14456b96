//! Random tokens as people and programs carry them, and the hashes that we keep instead.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng;

/// So many random bytes.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// A tracking link's token: 128 bits as 22 characters of base64url.
pub fn new_link_token() -> String {
    encode(&random::<16>())
}

/// The hash of a tracking link's token; `None` if the text cannot be one.
pub fn link_token_hash(token: &str) -> Option<[u8; 32]> {
    let bytes: [u8; 16] = decode(token)?;
    Some(hash(&bytes))
}

/// SHA-256. Enough for tokens of 128 random bits and more, which cannot be guessed or listed.
pub fn hash(bytes: &[u8]) -> [u8; 32] {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().try_into().expect("a SHA-256 has 32 bytes")
}

/// base64url without padding.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Exactly so many bytes from base64url, or `None`.
pub fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != (N * 4).div_ceil(3) {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_token_has_22_characters_and_hashes_to_the_same_each_time() {
        let token = new_link_token();
        assert_eq!(token.len(), 22);
        assert_eq!(link_token_hash(&token), link_token_hash(&token));
        assert_ne!(link_token_hash(&token), link_token_hash(&new_link_token()));
        assert_eq!(link_token_hash("too short"), None);
        assert_eq!(link_token_hash(&"!".repeat(22)), None);
    }
}
