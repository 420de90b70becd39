//! A place on the globe, as far as nearness needs it: where a request came from, where a node stands.

/// Mean radius of the earth, kilometres (IUGG).
const RADIUS_KM: f64 = 6_371.008_8;

/// Cloudflare's words for regions. Each stands for the hub where most of its traffic meets, not for the
/// middle of its map: a node there is near to a city, never to an ocean.
const REGIONS: [(&str, f64, f64); 9] = [
    ("wnam", 37.34, -121.89), // San José
    ("enam", 39.04, -77.49),  // Ashburn
    ("weur", 50.11, 8.68),    // Frankfurt
    ("eeur", 52.23, 21.01),   // Warsaw
    ("apac", 1.35, 103.82),   // Singapore
    ("oc", -33.87, 151.21),   // Sydney
    ("sam", -23.55, -46.63),  // São Paulo
    ("afr", -26.20, 28.05),   // Johannesburg
    ("me", 25.20, 55.27),     // Dubai
];

/// Latitude and longitude.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    lat: f64,
    lon: f64,
}

impl Place {
    /// A place; none beyond -90 to 90 or -180 to 180 degrees, or for what is no number.
    pub fn new(lat: f64, lon: f64) -> Option<Place> {
        // No NaN is within a range.
        ((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon)).then_some(Place { lat, lon })
    }

    /// Reads `LAT,LON` in degrees, blanks around either allowed.
    pub fn parse(text: &str) -> Option<Place> {
        let (lat, lon) = text.split_once(',')?;
        Place::new(lat.trim().parse().ok()?, lon.trim().parse().ok()?)
    }

    /// What the platform says of a request. Absent for Tor and some satellites, and not to be trusted to
    /// be well-formed: anything odd is an unknown place, never an error.
    pub fn of_cf(lat: Option<&str>, lon: Option<&str>) -> Option<Place> {
        Place::new(lat?.trim().parse().ok()?, lon?.trim().parse().ok()?)
    }

    /// The hub of one of Cloudflare's regions.
    pub fn of_region(word: &str) -> Option<Place> {
        let (_, lat, lon) = REGIONS.iter().find(|(name, ..)| *name == word)?;
        Place::new(*lat, *lon)
    }

    /// The words that [`of_region`](Place::of_region) knows.
    pub fn regions() -> impl Iterator<Item = &'static str> {
        REGIONS.iter().map(|(name, ..)| *name)
    }

    /// Degrees north, -90 to 90.
    pub fn lat(&self) -> f64 {
        self.lat
    }

    /// Degrees east, -180 to 180.
    pub fn lon(&self) -> f64 {
        self.lon
    }

    /// The great circle between two places, kilometres, 0 to 20,016. Haversine: exact enough near and far,
    /// and it knows neither poles nor the date line as special.
    pub fn distance_km(&self, other: &Place) -> f64 {
        let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
        let across = self.lat.to_radians().cos() * other.lat.to_radians().cos() * half(self.lon, other.lon);
        // Rounding may lift the sum above 1 between antipodes, where asin has no value.
        let chord = (half(self.lat, other.lat) + across).clamp(0.0, 1.0);
        2.0 * RADIUS_KM * chord.sqrt().asin()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f64, lon: f64) -> Place {
        Place::new(lat, lon).unwrap()
    }

    #[test]
    fn what_is_no_place_is_none() {
        for text in ["", "1", "1,", ",1", "a,b", "91,0", "-90.01,0", "0,180.5", "0,-181", "nan,0", "0,inf", "1,2,3", "48.8 2.3", "٤,٣"] {
            assert_eq!(Place::parse(text), None, "{text}");
        }
        for (text, lat, lon) in [("48.8566,2.3522", 48.8566, 2.3522), (" -90 , 180 ", -90.0, 180.0), ("+1,-0", 1.0, 0.0)] {
            assert_eq!(Place::parse(text), Place::new(lat, lon), "{text}");
        }
    }

    #[test]
    fn an_odd_request_is_an_unknown_place() {
        for (lat, lon) in [
            (None, None),
            (Some("1"), None),
            (None, Some("1")),
            (Some(""), Some("")),
            (Some("T1"), Some("T1")),
            (Some("1e999"), Some("0")),
            (Some("NaN"), Some("0")),
            (Some("90.0001"), Some("0")),
        ] {
            assert_eq!(Place::of_cf(lat, lon), None, "{lat:?} {lon:?}");
        }
        assert_eq!(Place::of_cf(Some("37.77490"), Some("-122.41940")), Place::new(37.7749, -122.4194));
    }

    #[test]
    fn distances() {
        let half = std::f64::consts::PI * RADIUS_KM;
        // The first two by the angle between unit vectors.
        for (a, b, km) in [
            (at(48.8566, 2.3522), at(51.5074, -0.1278), 343.6),
            (at(35.68, 139.69), at(37.77, -122.42), 8_271.7),
            // Across the date line, from either side and on it.
            (at(0.0, 179.5), at(0.0, -179.5), 111.2),
            (at(0.0, 180.0), at(0.0, -180.0), 0.0),
            (at(10.0, -180.0), at(11.0, 180.0), 111.2),
            // A pole is one place, whatever its longitude.
            (at(90.0, 0.0), at(90.0, 123.0), 0.0),
            (at(-90.0, -180.0), at(-90.0, 45.0), 0.0),
            (at(90.0, 17.0), at(0.0, -100.0), half / 2.0),
            // Antipodes.
            (at(90.0, 0.0), at(-90.0, 0.0), half),
            (at(12.3, 45.6), at(-12.3, -134.4), half),
        ] {
            let (there, back) = (a.distance_km(&b), b.distance_km(&a));
            assert!((there - km).abs() < 0.1 && (there - back).abs() < 1e-9, "{a:?} {b:?}: {there}");
        }
    }

    #[test]
    fn every_region_is_nearest_to_itself() {
        assert_eq!(Place::regions().count(), 9);
        for word in Place::regions() {
            let here = Place::of_region(word).unwrap();
            let near = Place::regions().min_by(|a, b| {
                let km = |w: &str| Place::of_region(w).unwrap().distance_km(&here);
                km(a).total_cmp(&km(b))
            });
            assert_eq!(near, Some(word));
        }
        assert_eq!(Place::of_region("WNAM"), None);
    }
}
