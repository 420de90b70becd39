//! HTTP dates (RFC 9110 section 5.6.7, the IMF-fixdate form) from unix seconds.

/// `1699807420` → `Sun, 12 Nov 2023 16:43:40 GMT`.
pub fn format(unix_seconds: u64) -> String {
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + std::time::Duration::from_secs(unix_seconds))
}

/// Unix seconds of any of the three forms of HTTP date; `None` when it is none of them.
pub fn parse(text: &str) -> Option<u64> {
    let time = httpdate::parse_http_date(text).ok()?;
    Some(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_secs())
}

#[cfg(test)]
mod tests {
    #[test]
    fn there_and_back() {
        assert_eq!(super::format(1699807420), "Sun, 12 Nov 2023 16:43:40 GMT");
        assert_eq!(super::parse("Sun, 12 Nov 2023 16:43:40 GMT"), Some(1699807420));
        assert_eq!(super::parse("yesterday"), None);
    }
}
