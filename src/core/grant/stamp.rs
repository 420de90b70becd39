//! The time stamps of the V4 schemes, `20231203T121212Z`, and of form policies, `2023-12-03T12:12:12.000Z`.

/// Unix seconds of a basic stamp, exactly sixteen characters; `None` for anything else.
pub fn parse(text: &str) -> Option<u64> {
    let shaped = text.len() == 16 && text.is_ascii() && text.get(8..9) == Some("T") && text.get(15..) == Some("Z");
    let number = |from: usize, to: usize| digits(text.get(from..to)?);
    match shaped {
        true => unix(number(0, 4)?, number(4, 6)?, number(6, 8)?, number(9, 11)?, number(11, 13)?, number(13, 15)?),
        false => None,
    }
}

/// Unix seconds of an extended stamp in UTC, with fractions of a second or none.
pub fn parse_extended(text: &str) -> Option<u64> {
    let rest = text.strip_suffix('Z')?;
    let (seconds, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
    if !(1..=9).contains(&fraction.len()) || !fraction.bytes().all(|b| b.is_ascii_digit()) || seconds.len() != 19 {
        return None;
    }
    let marks = [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":")];
    if marks.iter().any(|(at, mark)| seconds.get(*at..at + 1) != Some(*mark)) {
        return None;
    }
    let number = |from: usize, to: usize| digits(seconds.get(from..to)?);
    unix(number(0, 4)?, number(5, 7)?, number(8, 10)?, number(11, 13)?, number(14, 16)?, number(17, 19)?)
}

/// The basic stamp of unix seconds.
pub fn format(unix_seconds: u64) -> String {
    let (year, month, day, [hour, minute, second]) = civil(unix_seconds);
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

/// The extended stamp of unix seconds.
pub fn format_extended(unix_seconds: u64) -> String {
    let (year, month, day, [hour, minute, second]) = civil(unix_seconds);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
}

fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 => 28 + u64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970 to the first of a year.
fn days_to_year(year: u64) -> u64 {
    let before = year - 1;
    365 * (year - 1970) + (before / 4 - before / 100 + before / 400) - (1969 / 4 - 1969 / 100 + 1969 / 400)
}

fn unix(year: u64, month: u64, day: u64, hour: u64, minute: u64, second: u64) -> Option<u64> {
    let real = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in_month(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    let days = || days_to_year(year) + (1..month).map(|m| days_in_month(year, m)).sum::<u64>() + day - 1;
    real.then(|| days() * 86_400 + hour * 3_600 + minute * 60 + second)
}

fn civil(unix_seconds: u64) -> (u64, u64, u64, [u64; 3]) {
    let (days, second) = (unix_seconds / 86_400, unix_seconds % 86_400);
    let mut year = 1970 + days / 366;
    while days >= days_to_year(year + 1) {
        year += 1;
    }
    let (mut day, mut month) = (days - days_to_year(year), 1);
    while month < 12 && day >= days_in_month(year, month) {
        day -= days_in_month(year, month);
        month += 1;
    }
    (year, month, day + 1, [second / 3_600, second / 60 % 60, second % 60])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (stamp, at) in [
            ("19700101T000000Z", 0),
            ("20130524T000000Z", 1_369_353_600),
            ("20261123T220000Z", 1_795_471_200),
            ("20240229T235959Z", 1_709_251_199),
        ] {
            assert_eq!((parse(stamp), format(at)), (Some(at), stamp.to_string()));
        }
        for at in (0..9_000_000_000).step_by(13_579_246) {
            assert_eq!((parse(&format(at)), parse_extended(&format_extended(at))), (Some(at), Some(at)));
            assert_eq!(crate::http_date::parse(&crate::http_date::format(at)), Some(at));
        }
        assert_eq!(parse_extended("2026-11-23T22:00:00Z"), Some(1_795_471_200));
    }

    #[test]
    fn what_is_no_stamp() {
        for bad in [
            "",
            "20130524",
            "20130524T000000",
            "20130524t000000z",
            "20130230T000000Z",
            "20131301T000000Z",
            "20130524T240000Z",
            "+2130524T000000Z",
            "20130524T0000é0Z",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
        for bad in [
            "2026-11-23T22:00:00",
            "2026-11-23 22:00:00Z",
            "2026-11-23T22:00:00.Z",
            "2026-11-23T22:00:00+08:00",
            "2026-1-23T22:00:00Z",
            "20261123T220000Z",
        ] {
            assert_eq!(parse_extended(bad), None, "{bad}");
        }
    }
}
