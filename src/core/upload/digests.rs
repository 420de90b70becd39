//! The running digests of a body, in one pass over its bytes.

use crate::hash;
use crc::{Crc, CRC_32_ISCSI, CRC_32_ISO_HDLC, CRC_64_NVME, CRC_64_XZ};
use sha2::Digest as _;

static CRC32: Crc<u32> = Crc::<u32>::new(&CRC_32_ISO_HDLC);
static CRC32C: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);
static NVME: Crc<u64> = Crc::<u64>::new(&CRC_64_NVME);
static XZ: Crc<u64> = Crc::<u64>::new(&CRC_64_XZ);

/// What is known of a body that came whole and is what was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digested {
    /// Bytes.
    pub length: u64,
    /// SHA-256.
    pub sha256: [u8; 32],
    /// MD5, the ETag that OSS and S3 clients check.
    pub md5: [u8; 16],
    /// CRC-64/XZ, which OSS clients check as `x-oss-hash-crc64ecma`.
    pub crc64: u64,
    /// The checksum that the client chose: its header, such as `x-amz-checksum-crc32`, and its base64.
    pub checksum: Option<(String, String)>,
}

/// The running digests. Usable alone, for bodies put together from parts.
#[derive(Clone)]
pub struct Digests {
    length: u64,
    sha256: sha2::Sha256,
    md5: md5::Md5,
    crc64: crc::Digest<'static, u64>,
    checksum: Option<Checksum>,
}

impl Default for Digests {
    fn default() -> Self {
        Digests { length: 0, sha256: Default::default(), md5: Default::default(), crc64: XZ.digest(), checksum: None }
    }
}

impl std::fmt::Debug for Digests {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Digests").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Digests {
    /// With one of S3's checksums beside the usual digests; `header` as in [`CHECKSUM_HEADERS`]. None for
    /// a header that names no known checksum.
    pub fn with_checksum(header: &str) -> Option<Digests> {
        Some(Digests { checksum: Some(Checksum::named(header)?), ..Digests::default() })
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.length += bytes.len() as u64;
        self.sha256.update(bytes);
        self.md5.update(bytes);
        self.crc64.update(bytes);
        match &mut self.checksum {
            Some(Checksum::Crc32(_, d)) => d.update(bytes),
            Some(Checksum::Crc64(d)) => d.update(bytes),
            Some(Checksum::Sha1(d)) => d.update(bytes),
            // SHA-256 runs anyway.
            Some(Checksum::Sha256) | None => {}
        }
    }

    /// Bytes so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// All came.
    pub fn finish(self) -> Digested {
        let sha256: [u8; 32] = self.sha256.finalize().into();
        let checksum = self.checksum.map(|c| {
            let (header, bytes) = match c {
                Checksum::Crc32(header, d) => (header, d.finalize().to_be_bytes().to_vec()),
                Checksum::Crc64(d) => (CRC64NVME, d.finalize().to_be_bytes().to_vec()),
                Checksum::Sha1(d) => (SHA1, d.finalize().to_vec()),
                Checksum::Sha256 => (SHA256, sha256.to_vec()),
            };
            (header.to_string(), hash::base64(&bytes))
        });
        Digested { length: self.length, sha256, md5: self.md5.finalize().into(), crc64: self.crc64.finalize(), checksum }
    }
}

const CRC_32: &str = "x-amz-checksum-crc32";
const CRC_32C: &str = "x-amz-checksum-crc32c";
const CRC64NVME: &str = "x-amz-checksum-crc64nvme";
const SHA1: &str = "x-amz-checksum-sha1";
const SHA256: &str = "x-amz-checksum-sha256";

/// The headers of S3's checksums that are known (S3: "Checking object integrity").
pub const CHECKSUM_HEADERS: [&str; 5] = [CRC_32, CRC_32C, CRC64NVME, SHA1, SHA256];

#[derive(Clone)]
enum Checksum {
    Crc32(&'static str, crc::Digest<'static, u32>),
    Crc64(crc::Digest<'static, u64>),
    Sha1(sha1::Sha1),
    Sha256,
}

impl Checksum {
    fn named(header: &str) -> Option<Checksum> {
        Some(match header {
            CRC_32 => Checksum::Crc32(CRC_32, CRC32.digest()),
            CRC_32C => Checksum::Crc32(CRC_32C, CRC32C.digest()),
            CRC64NVME => Checksum::Crc64(NVME.digest()),
            SHA1 => Checksum::Sha1(Default::default()),
            SHA256 => Checksum::Sha256,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        let text = b"123456789";
        for (header, hex) in [
            (CRC_32, "cbf43926"),
            (CRC_32C, "e3069283"),
            (CRC64NVME, "ae8b14860a799888"),
            (SHA1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
            (SHA256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
        ] {
            let mut digests = Digests::with_checksum(header).unwrap();
            for piece in text.chunks(4) {
                digests.update(piece);
            }
            let done = digests.finish();
            let (name, value) = done.checksum.unwrap();
            assert_eq!((name.as_str(), hash::hex(&hash::from_base64(&value).unwrap())), (header, hex.to_string()));
            assert_eq!((done.length, done.crc64), (9, 0x995d_c9bb_df19_39fa));
            assert_eq!((done.sha256, done.md5), (hash::sha256(text), hash::md5(text)));
        }
        assert!(Digests::with_checksum("x-amz-checksum-sha512").is_none());
    }

    #[test]
    fn what_boto3_sent_of_its_body() {
        // clients/boto3_default__put_object.txt
        let mut digests = Digests::with_checksum(CRC_32).unwrap();
        digests.update(b"fakejpegxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        assert_eq!(digests.finish().checksum.unwrap().1, "pE9rHA==");
    }
}
