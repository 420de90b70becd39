//! Digests and MACs in the forms that requests and replies carry.

use crate::{Error, Result};
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use base64::Engine;
use hmac::{Hmac, Mac as Keyed};
use sha2::Digest;
use subtle::ConstantTimeEq;

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(bytes).into()
}

/// MD5, for the ETag that OSS and S3 clients check; never for security.
pub fn md5(bytes: &[u8]) -> [u8; 16] {
    md5::Md5::digest(bytes).into()
}

/// How a MAC is written in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Standard alphabet, padded.
    Base64,
    /// URL-safe alphabet, without padding.
    Base64Url,
    /// Lower case.
    Hex,
}

/// A message authentication code. It compares in constant time only, never shows itself by `Debug`, and
/// its bytes serve nothing but to be written or to be the key of the next in a chain.
///
/// ```compile_fail,E0369
/// use limn_core::hash::Mac;
/// let (a, b) = (Mac::sha256(b"key", b"text").unwrap(), Mac::sha256(b"key", b"text").unwrap());
/// let leaky = a == b;
/// ```
///
/// ```
/// use limn_core::hash::{Form, Mac};
/// let mac = Mac::sha256(b"key", b"text").unwrap();
/// assert!(mac.matches(&mac.hex(), Form::Hex));
/// ```
#[derive(Clone)]
pub struct Mac(Vec<u8>);

impl Mac {
    /// HMAC-SHA256.
    ///
    /// # Errors
    /// None that can occur (an HMAC takes a key of any length); `internal` stands for the trait's error,
    /// so that no failure could ever yield a predictable MAC.
    pub fn sha256(secret: &[u8], text: &[u8]) -> Result<Mac> {
        let mac = <Hmac<sha2::Sha256> as Keyed>::new_from_slice(secret).map_err(|_| Error::Internal)?;
        Ok(Mac(mac.chain_update(text).finalize().into_bytes().to_vec()))
    }

    /// HMAC-SHA1, for the OSS V1 signature.
    ///
    /// # Errors
    /// As [`Mac::sha256`].
    pub fn sha1(secret: &[u8], text: &[u8]) -> Result<Mac> {
        let mac = <Hmac<sha1::Sha1> as Keyed>::new_from_slice(secret).map_err(|_| Error::Internal)?;
        Ok(Mac(mac.chain_update(text).finalize().into_bytes().to_vec()))
    }

    /// The MD5 of a text that ends in the key: what Alibaba's CDN takes for a MAC.
    pub fn keyed_md5(text: &[u8]) -> Mac {
        Mac(md5(text).to_vec())
    }

    /// HMAC-SHA256 with this MAC as the key, as in the key chains of the V4 schemes.
    ///
    /// # Errors
    /// As [`Mac::sha256`].
    pub fn then(&self, text: &[u8]) -> Result<Mac> {
        Mac::sha256(&self.0, text)
    }

    /// Standard base64, padded.
    pub fn base64(&self) -> String {
        base64(&self.0)
    }

    /// Base64url without padding.
    pub fn base64url(&self) -> String {
        base64url(&self.0)
    }

    /// Lower-case hex.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// Whether `given` is this MAC, whole and in exactly this form: another case, padding or length is
    /// another text. Takes the same time wherever they differ.
    pub fn matches(&self, given: &str, form: Form) -> bool {
        let own = match form {
            Form::Base64 => self.base64(),
            Form::Base64Url => self.base64url(),
            Form::Hex => self.hex(),
        };
        same(own.as_bytes(), given.as_bytes())
    }
}

impl std::fmt::Debug for Mac {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mac(..)")
    }
}

/// Compares without leaking where two values differ; lengths may leak.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// As many bytes as are wanted from their hex, in either case.
pub fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |c: u8| char::from(c).to_digit(16).map(|d| d as u8);
    let bytes: Vec<u8> = pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect::<Option<_>>()?;
    rest.is_empty().then(|| bytes.try_into().ok())?
}

/// Base64, standard alphabet, padded.
pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes of standard, padded base64.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Base64url without padding.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Bytes of base64url, with or without its padding.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

/// Base32 of RFC 4648 in lower case, without padding.
pub fn base32(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let group = |chunk: &[u8]| {
        let value = chunk.iter().fold(0u64, |v, b| v << 8 | u64::from(*b)) << (8 * (5 - chunk.len()));
        let digits = (chunk.len() * 8).div_ceil(5);
        (0..digits).map(move |i| ALPHABET[(value >> (35 - 5 * i)) as usize & 31] as char)
    };
    bytes.chunks(5).flat_map(group).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_of_rfc_4648() {
        for (text, want) in [("", ""), ("f", "my"), ("fo", "mzxq"), ("foobar", "mzxw6ytboi")] {
            assert_eq!(base32(text.as_bytes()), want);
        }
    }

    #[test]
    fn known_answers() {
        assert_eq!(hex(&md5(b"")), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(&sha256(b""))[..16], *"e3b0c44298fc1c14");
        // RFC 4231 case 2 and RFC 2202 case 2.
        let (key, text) = (b"Jefe", b"what do ya want for nothing?");
        assert_eq!(Mac::sha256(key, text).unwrap().hex()[..16], *"5bdcc146bf60754e");
        assert_eq!(Mac::sha1(key, text).unwrap().hex(), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    }

    #[test]
    fn a_mac_matches_itself_alone_and_keeps_to_itself() {
        let mac = Mac::sha256(b"key", b"text").unwrap();
        let hex = mac.hex();
        assert!(mac.matches(&hex, Form::Hex) && mac.matches(&mac.base64(), Form::Base64) && mac.matches(&mac.base64url(), Form::Base64Url));
        for bad in ["", &hex[..63], &format!("{hex}0"), &hex.to_uppercase(), &format!(" {hex}"), &mac.base64()] {
            assert!(!mac.matches(bad, Form::Hex), "{bad}");
        }
        assert!(!mac.matches(mac.base64().trim_end_matches('='), Form::Base64));
        assert_eq!(format!("{mac:?}"), "Mac(..)");
    }

    #[test]
    fn base64url_takes_padding_or_none() {
        assert_eq!(from_base64url("bG9nbw==").as_deref(), Some(&b"logo"[..]));
        assert_eq!(from_base64url("bG9nbw").as_deref(), Some(&b"logo"[..]));
        assert_eq!(from_base64url("bG9n bw"), None);
    }
}
