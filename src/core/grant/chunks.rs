//! The chain of signatures over the chunks of one upload (AWS: "Signature calculations for the
//! Authorization header: transferring payload in multiple chunks", with and without trailing headers).

use crate::hash::{self, Form, Mac};
use crate::{Error, Result};

/// Verifies chunk after chunk; the request's own signature is the seed.
#[derive(Clone)]
pub struct ChunkSigner {
    key: Mac,
    date: String,
    scope: String,
    previous: String,
}

/// The key must never be printed.
impl std::fmt::Debug for ChunkSigner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ChunkSigner").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl ChunkSigner {
    /// `key` is the day's signing key, `date` and `scope` as in the request's text to sign, `seed` its
    /// signature in hex.
    pub fn new(key: Mac, date: &str, scope: &str, seed: &str) -> ChunkSigner {
        ChunkSigner { key, date: date.into(), scope: scope.into(), previous: seed.into() }
    }

    fn chunk(&self, sha256: &[u8; 32]) -> Result<Mac> {
        let (nothing, digest) = (hash::hex(&hash::sha256(b"")), hash::hex(sha256));
        self.key.then(format!("AWS4-HMAC-SHA256-PAYLOAD\n{}\n{}\n{}\n{nothing}\n{digest}", self.date, self.scope, self.previous).as_bytes())
    }

    fn trailer(&self, text: &str) -> Result<Mac> {
        let digest = hash::hex(&hash::sha256(text.as_bytes()));
        self.key.then(format!("AWS4-HMAC-SHA256-TRAILER\n{}\n{}\n{}\n{digest}", self.date, self.scope, self.previous).as_bytes())
    }

    /// The signature of the next chunk, given its digest.
    ///
    /// # Errors
    /// As [`Mac::sha256`].
    pub fn sign(&mut self, sha256: &[u8; 32]) -> Result<String> {
        self.previous = self.chunk(sha256)?.hex();
        Ok(self.previous.clone())
    }

    /// The signature of the trailing headers, `name:value` LF each.
    ///
    /// # Errors
    /// As [`Mac::sha256`].
    pub fn sign_trailer(&self, text: &str) -> Result<String> {
        Ok(self.trailer(text)?.hex())
    }

    /// Takes the next chunk's digest and the signature that came with it.
    ///
    /// # Errors
    /// `bad_signature`.
    pub fn verify(&mut self, sha256: &[u8; 32], given: &str) -> Result<()> {
        match self.chunk(sha256)?.matches(given, Form::Hex) {
            true => {
                self.previous = given.into();
                Ok(())
            }
            false => Err(Error::BadSignature),
        }
    }

    /// Takes the trailing headers, `name:value` LF each, and the signature that came with them.
    ///
    /// # Errors
    /// `bad_signature`.
    pub fn verify_trailer(&self, text: &str, given: &str) -> Result<()> {
        match self.trailer(text)?.matches(given, Form::Hex) {
            true => Ok(()),
            false => Err(Error::BadSignature),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The signer of AWS's examples.
    pub(crate) fn example(seed: &str) -> ChunkSigner {
        let mut key = Mac::sha256(b"AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", b"20130524").unwrap();
        for step in ["us-east-1", "s3", "aws4_request"] {
            key = key.then(step.as_bytes()).unwrap();
        }
        ChunkSigner::new(key, "20130524T000000Z", "20130524/us-east-1/s3/aws4_request", seed)
    }

    #[test]
    fn the_examples_of_aws() {
        let (first, second, last) = (hash::sha256(&[b'a'; 65_536]), hash::sha256(&[b'a'; 1_024]), hash::sha256(b""));
        let mut signer = example("4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9");
        for (digest, want) in [
            (first, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
            (second, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
            (last, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
        ] {
            assert_eq!(signer.clone().sign(&digest).unwrap(), want);
            assert_eq!(signer.verify(&digest, &want.replace('a', "b")), Err(Error::BadSignature));
            signer.verify(&digest, want).unwrap();
        }
        let mut signer = example("106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e");
        for digest in [first, second, last] {
            signer.sign(&digest).unwrap();
        }
        assert_eq!(
            signer.sign_trailer("x-amz-checksum-crc32c:sOO8/Q==\n").unwrap(),
            "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"
        );
        assert!(!format!("{signer:?}").contains("106e"));
    }
}
