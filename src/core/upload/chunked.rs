//! `aws-chunked`: a body in sized chunks, each with a signature or none, and headers behind the last.
//!
//! `HEX[;chunk-signature=HEX64] CRLF bytes CRLF … 0[;chunk-signature=HEX64] CRLF {name:value CRLF} CRLF`.
//! A push machine: where the wire's own packets end has no meaning.

use crate::grant::ChunkSigner;
use crate::sort;
use crate::{Error, Result};
use sha2::Digest as _;

/// Longest line before a chunk: sixteen digits and a signature fit.
const MAX_SIZE_LINE: usize = 128;
/// Longest trailing header.
const MAX_TRAILER_LINE: usize = 512;

/// What comes next.
enum State {
    Size,
    Bytes {
        left: u64,
    },
    BytesEnd,
    Trailer,
    Done,
    /// An error was told; nothing may follow.
    Broken,
}

/// Takes the framing off.
pub(super) struct Decoder {
    state: State,
    line: Vec<u8>,
    /// Decoded bytes that are still to come.
    left: u64,
    signer: Option<ChunkSigner>,
    chunk: sha2::Sha256,
    /// The signature that the chunk in hand came with.
    given: String,
    wanted: Vec<String>,
    trailers: Vec<(String, String)>,
    trailer_signature: Option<String>,
}

fn broken(what: &str) -> Error {
    Error::BadArg(format!("The aws-chunked framing is broken: {what}."))
}

impl Decoder {
    /// For `length` decoded bytes, signed by `signer` if there is one, with the trailing headers `wanted`
    /// (lower case).
    pub(super) fn new(length: u64, signer: Option<ChunkSigner>, wanted: Vec<String>) -> Decoder {
        Decoder {
            state: State::Size,
            line: Vec::new(),
            left: length,
            signer,
            chunk: Default::default(),
            given: String::new(),
            wanted,
            trailers: Vec::new(),
            trailer_signature: None,
        }
    }

    /// Takes bytes off the wire and appends the decoded ones to `out`.
    pub(super) fn push(&mut self, mut wire: &[u8], out: &mut Vec<u8>) -> Result<()> {
        while let Some((first, rest)) = wire.split_first() {
            match std::mem::replace(&mut self.state, State::Broken) {
                State::Bytes { left } => {
                    let take = usize::try_from(left).unwrap_or(usize::MAX).min(wire.len());
                    let (now, later) = wire.split_at(take);
                    out.extend_from_slice(now);
                    if self.signer.is_some() {
                        self.chunk.update(now);
                    }
                    let left = left - take as u64;
                    self.state = if left == 0 { State::BytesEnd } else { State::Bytes { left } };
                    wire = later;
                }
                State::Done => return Err(broken("bytes follow the end")),
                State::Broken => return Err(broken("it broke off before")),
                state => {
                    self.line.push(*first);
                    wire = rest;
                    self.state = match self.line.as_slice() {
                        [line @ .., b'\r', b'\n'] => {
                            let line = std::str::from_utf8(line).map_err(|_| broken("a line is no text"))?.to_string();
                            self.line.clear();
                            self.next(state, &line)?
                        }
                        line => {
                            let limit = if matches!(state, State::Trailer) { MAX_TRAILER_LINE } else { MAX_SIZE_LINE };
                            if line.len() > limit || line.ends_with(b"\n") || matches!(state, State::BytesEnd) && line.len() > 1 {
                                return Err(broken("a line does not end where it must"));
                            }
                            state
                        }
                    };
                }
            }
        }
        Ok(())
    }

    /// A whole line came.
    fn next(&mut self, state: State, line: &str) -> Result<State> {
        match state {
            State::Size => self.size(line),
            State::BytesEnd if line.is_empty() => self.chunk_ends().map(|()| State::Size),
            State::BytesEnd => Err(broken("a chunk is longer than its size")),
            State::Trailer if line.is_empty() => self.trailers_end().map(|()| State::Done),
            _ => self.trailer(line).map(|()| State::Trailer),
        }
    }

    fn size(&mut self, line: &str) -> Result<State> {
        let (digits, given) = match (line.split_once(";chunk-signature="), self.signer.is_some()) {
            (Some((digits, given)), true) => (digits, given),
            (None, false) => (line, ""),
            (None, true) => return Err(broken("a chunk has no signature")),
            (Some(_), false) => return Err(broken("a chunk is signed where none was announced so")),
        };
        if !(1..=16).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(broken("a chunk's size is not 1 to 16 hex digits"));
        }
        let size = u64::from_str_radix(digits, 16).map_err(|_| broken("a chunk's size is no number"))?;
        self.left = self.left.checked_sub(size).ok_or_else(|| lies("more"))?;
        self.given = given.into();
        if size > 0 {
            return Ok(State::Bytes { left: size });
        }
        self.chunk_ends()?;
        if self.left > 0 {
            return Err(lies("fewer"));
        }
        Ok(State::Trailer)
    }

    fn chunk_ends(&mut self) -> Result<()> {
        let digest: [u8; 32] = self.chunk.finalize_reset().into();
        match &mut self.signer {
            Some(signer) => signer.verify(&digest, &self.given),
            None => Ok(()),
        }
    }

    fn trailer(&mut self, line: &str) -> Result<()> {
        let (name, value) = line.split_once(':').ok_or_else(|| broken("a trailing header has no colon"))?;
        let (name, value) = (name.to_ascii_lowercase(), value.trim().to_string());
        if self.trailer_signature.is_some() {
            return Err(broken("a header follows the trailer's signature"));
        }
        if name == "x-amz-trailer-signature" && self.signer.is_some() && !self.wanted.is_empty() {
            self.trailer_signature = Some(value);
            return Ok(());
        }
        if !self.wanted.contains(&name) || self.trailers.iter().any(|(n, _)| *n == name) {
            return Err(broken("a trailing header was not announced in x-amz-trailer, or stands twice"));
        }
        self.trailers.push((name, value));
        Ok(())
    }

    fn trailers_end(&mut self) -> Result<()> {
        if self.trailers.len() != self.wanted.len() {
            return Err(broken("a header that x-amz-trailer announces is missing"));
        }
        let Some(signer) = self.signer.as_ref().filter(|_| !self.wanted.is_empty()) else { return Ok(()) };
        let given = self.trailer_signature.as_deref().ok_or_else(|| broken("the trailer has no signature"))?;
        let mut sorted = self.trailers.clone();
        sort::all(&mut sorted);
        let text: String = sorted.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        signer.verify_trailer(&text, given)
    }

    /// The trailing headers, once the end came.
    pub(super) fn finish(self) -> Result<Vec<(String, String)>> {
        match self.state {
            State::Done => Ok(self.trailers),
            _ => Err(Error::BadDigest("The upload broke off before the end of its aws-chunked framing.".into())),
        }
    }
}

fn lies(than: &str) -> Error {
    Error::BadDigest(format!("The chunks hold {than} bytes than x-amz-decoded-content-length announced."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant::chunks::tests::example;
    use proptest::prelude::*;

    type Decoded = (Vec<u8>, Vec<(String, String)>);

    fn decode(wire: &[u8], split: usize, mut decoder: Decoder) -> Result<Decoded> {
        let mut out = Vec::new();
        for piece in wire.chunks(split.max(1)) {
            decoder.push(piece, &mut out)?;
        }
        decoder.finish().map(|trailers| (out, trailers))
    }

    fn crc32() -> Vec<String> {
        vec!["x-amz-checksum-crc32".into()]
    }

    #[test]
    fn what_boto3_sends_however_it_is_split() {
        // clients/https_boto3_default__upload_fileobj.txt, within the frames of HTTP itself.
        let body = b"\xff\xd8\xff\xe0fakejpegxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
        let wire = [b"34\r\n".as_slice(), body, b"\r\n0\r\nx-amz-checksum-crc32:usmEIg==\r\n\r\n"].concat();
        for split in 1..wire.len() {
            let (out, trailers) = decode(&wire, split, Decoder::new(52, None, crc32())).unwrap();
            assert_eq!((out.as_slice(), trailers), (body.as_slice(), vec![("x-amz-checksum-crc32".into(), "usmEIg==".into())]));
        }
    }

    #[test]
    fn the_signed_examples_of_aws() {
        let sig = |name: &str| format!(";chunk-signature={name}");
        let frame = |line: &str, body: &[u8]| [line.as_bytes(), b"\r\n", body, b"\r\n"].concat();
        let wire = [
            frame(&format!("10000{}", sig("ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648")), &[b'a'; 65_536]),
            frame(&format!("400{}", sig("0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497")), &[b'a'; 1_024]),
            frame(&format!("0{}", sig("b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9")), b""),
        ]
        .concat();
        let seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";
        let new = || Decoder::new(66_560, Some(example(seed)), vec![]);
        for split in [1, 7, 1_000, 65_536, 1 << 20] {
            assert_eq!(decode(&wire, split, new()).unwrap().0, [b'a'; 66_560]);
        }
        let mut altered = wire.clone();
        altered[30_000] = b'b';
        assert_eq!(decode(&altered, 4_096, new()).unwrap_err(), Error::BadSignature);
        // Chunks in another order, or the first one twice, break the chain.
        let mut swapped = wire[65_626..66_736].to_vec();
        swapped.extend_from_slice(&wire[..65_626]);
        assert!(decode(&swapped, 4_096, new()).is_err());

        let wire = [
            frame(&format!("10000{}", sig("b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2")), &[b'a'; 65_536]),
            frame(&format!("400{}", sig("1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7")), &[b'a'; 1_024]),
            format!("0{}\r\n", sig("2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992")).into_bytes(),
            b"x-amz-checksum-crc32c:sOO8/Q==\r\n".to_vec(),
            b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n".to_vec(),
        ]
        .concat();
        let seed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
        let new = || Decoder::new(66_560, Some(example(seed)), vec!["x-amz-checksum-crc32c".into()]);
        let (out, trailers) = decode(&wire, 999, new()).unwrap();
        assert_eq!((out.len(), trailers.len()), (66_560, 1));
        let text = String::from_utf8(wire).unwrap();
        for altered in [text.replace("sOO8", "sOO9"), text.replace("d81f", "d81e"), text.replace("x-amz-trailer-signature:", "x-amz-t:")] {
            assert!(decode(altered.as_bytes(), 999, new()).is_err());
        }
    }

    #[test]
    fn what_is_no_framing_is_refused() {
        for (wire, code) in [
            ("3\r\nabc\r\n0\r\n\r\n", ""),
            ("0003\r\nabc\r\n0\r\n\r\n", ""),
            ("3\r\nabc\r\n0\r\n", "bad_digest"),
            ("3\r\nabc\r\n", "bad_digest"),
            ("3\r\nab", "bad_digest"),
            ("", "bad_digest"),
            ("3\r\nabc\r\n0\r\n\r\nx", "bad_arg"),
            ("3\r\nabcd\r\n0\r\n\r\n", "bad_arg"),
            ("3\nabc\n0\n\n", "bad_arg"),
            ("3;x=y\r\nabc\r\n0\r\n\r\n", "bad_arg"),
            ("3 \r\nabc\r\n0\r\n\r\n", "bad_arg"),
            ("+3\r\nabc\r\n0\r\n\r\n", "bad_arg"),
            ("0x3\r\nabc\r\n0\r\n\r\n", "bad_arg"),
            ("\r\nabc\r\n0\r\n\r\n", "bad_arg"),
            ("ffffffffffffffff\r\nabc", "bad_digest"),
            ("10000000000000003\r\nabc", "bad_arg"),
            ("2\r\nab\r\n0\r\n\r\n", "bad_digest"),
            ("4\r\nabcd\r\n0\r\n\r\n", "bad_digest"),
            ("3\r\nabc\r\n0\r\nx-amz-checksum-crc32:a\r\n\r\n", "bad_arg"),
            ("3;chunk-signature=00\r\nabc\r\n0\r\n\r\n", "bad_arg"),
        ] {
            for split in 1..5 {
                let got = decode(wire.as_bytes(), split, Decoder::new(3, None, vec![])).err().map_or("", |e| e.code());
                assert_eq!(got, code, "{wire:?}");
            }
        }
        let long = format!("{}\r\n", "0".repeat(10_000));
        assert!(decode(long.as_bytes(), 1, Decoder::new(3, None, vec![])).is_err());
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(body in prop::collection::vec(any::<u8>(), 1..300), sizes in prop::collection::vec(1usize..90, 1..9), split in 1usize..40) {
            let (mut wire, mut rest, mut sizes) = (Vec::new(), body.as_slice(), sizes.into_iter().cycle());
            while !rest.is_empty() {
                let (now, later) = rest.split_at(sizes.next().unwrap().min(rest.len()));
                wire.extend_from_slice(format!("{:x}\r\n", now.len()).as_bytes());
                wire.extend_from_slice(now);
                wire.extend_from_slice(b"\r\n");
                rest = later;
            }
            wire.extend_from_slice(b"0\r\nx-amz-checksum-crc32: AA==\r\n\r\n");
            let (out, trailers) = decode(&wire, split, Decoder::new(body.len() as u64, None, crc32())).unwrap();
            prop_assert_eq!(out, body.clone());
            prop_assert_eq!(trailers.len(), 1);
            // Any cut is noticed.
            let cut = wire.len() - 1 - split % (wire.len() - 1);
            prop_assert!(decode(&wire[..cut], 7, Decoder::new(body.len() as u64, None, crc32())).is_err());
        }
    }
}
