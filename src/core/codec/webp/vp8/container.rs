//! The RIFF file around the chunks (WebP container specification).

use super::Vp8Error;

/// Wraps a VP8 chunk: as a simple file, or as an extended one with its alpha chunk.
///
/// # Errors
/// The size is not within 1..=16383, memory is short, or the file is over 4 GiB.
pub fn container(width: u32, height: u32, vp8: &[u8], alph: Option<&[u8]>) -> Result<Vec<u8>, Vp8Error> {
    super::check_size(width, height)?;
    let padded = |len: usize| 8 + len + (len & 1);
    let extended = alph.map_or(0, |alph| padded(10) + padded(alph.len()));
    let body = 4 + extended + padded(vp8.len());
    let size = u32::try_from(body).map_err(|_| Vp8Error::TooLarge)?;
    let mut out = Vec::new();
    out.try_reserve_exact(body + 8).map_err(|_| Vp8Error::OutOfMemory)?;
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(b"WEBP");
    if let Some(alph) = alph {
        // The flag of alpha, three reserved bytes, and the canvas less one in each direction.
        let mut header = [0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        header[4..7].copy_from_slice(&(width - 1).to_le_bytes()[..3]);
        header[7..10].copy_from_slice(&(height - 1).to_le_bytes()[..3]);
        chunk(&mut out, b"VP8X", &header);
        chunk(&mut out, b"ALPH", alph);
    }
    chunk(&mut out, b"VP8 ", vp8);
    Ok(out)
}

fn chunk(out: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(&(data.len() as u32).to_le_bytes());
    out.extend_from_slice(data);
    if data.len() % 2 == 1 {
        out.push(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_padded_to_even_lengths() {
        let file = container(3, 2, &[1, 2, 3], Some(&[0, 9, 9, 9, 9, 9, 9])).unwrap();
        assert_eq!(&file[..4], b"RIFF");
        assert_eq!(file.len() % 2, 0);
        assert_eq!(u32::from_le_bytes([file[4], file[5], file[6], file[7]]) as usize + 8, file.len());
        assert_eq!(&file[24..30], &[2, 0, 0, 1, 0, 0]);
    }
}
