//! The client's Accept header, reduced to the few classes that a cache can hold.

use crate::plan::{FormatChoice, Plan};

/// What a client takes, as far as an answer depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// JPEG and PNG, which everybody takes.
    Base,
    /// WebP too.
    WebP,
    /// AVIF and WebP too.
    Avif,
}

impl Class {
    /// As it stands in a cache key.
    pub fn as_str(self) -> &'static str {
        match self {
            Class::Base => "base",
            Class::WebP => "webp",
            Class::Avif => "avif",
        }
    }
}

/// The class that this plan's answer depends on: [`Class::Base`] unless the format is negotiated.
/// `*/*` and `image/*` mean base: clients that cannot show WebP send them too.
pub fn choose(plan: &Plan, accept: Option<&str>) -> Class {
    let named = |mime: &str| accept.unwrap_or("").split(',').any(|range| is_taken(range, mime));
    match plan.format {
        FormatChoice::Auto if named("image/avif") && named("image/webp") => Class::Avif,
        FormatChoice::Auto if named("image/webp") => Class::WebP,
        _ => Class::Base,
    }
}

/// Whether one media range names `mime` with a weight above zero (RFC 9110 section 12.5.1).
fn is_taken(range: &str, mime: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    if !parts.next().is_some_and(|name| name.eq_ignore_ascii_case(mime)) {
        return false;
    }
    let weight = parts.find_map(|p| p.strip_prefix("q=").or(p.strip_prefix("Q=")));
    weight.is_none_or(|q| q.parse::<f32>().is_ok_and(|q| q > 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_headers_make_three_classes() {
        let mut auto = Plan::default();
        auto.set(crate::ops::Setting::Format(FormatChoice::Auto));
        for (accept, want) in [
            (Some("image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"), Class::Avif),
            (Some("image/avif;q=0,image/webp"), Class::WebP),
            (Some("image/webp,*/*"), Class::WebP),
            (Some("IMAGE/WEBP;q=0.1"), Class::WebP),
            (Some("image/webp;q=0"), Class::Base),
            (Some("image/webp;q=zero"), Class::Base),
            (Some("image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5"), Class::Base),
            (Some("*/*"), Class::Base),
            (Some("image/webpx"), Class::Base),
            (None, Class::Base),
        ] {
            assert_eq!(choose(&auto, accept), want, "{accept:?}");
            assert_eq!(choose(&Plan::default(), accept), Class::Base);
        }
        assert_eq!(choose(&auto, Some(&"x,".repeat(2_000))), Class::Base);
    }
}
