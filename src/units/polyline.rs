//! Lines as short texts: Google's encoded polyline, with five decimals as VROOM and OSRM write it or with
//! six as `polyline6`.

use super::Point;

/// Encodes points as latitude and longitude with so many decimals.
pub fn encode(points: &[Point], decimals: u8) -> String {
    let scale = 10_f64.powi(i32::from(decimals));
    let mut text = String::new();
    let (mut lat, mut lon) = (0, 0);
    for point in points {
        let next = ((point.lat * scale).round() as i64, (point.lon * scale).round() as i64);
        push(&mut text, next.0 - lat);
        push(&mut text, next.1 - lon);
        (lat, lon) = next;
    }
    text
}

/// One number: its sign in the lowest bit, then groups of five bits, the lowest first.
fn push(text: &mut String, number: i64) {
    let mut rest = (number << 1) ^ (number >> 63);
    while rest >= 0x20 {
        text.push(char::from((0x20 | (rest & 0x1f)) as u8 + 63));
        rest >>= 5;
    }
    text.push(char::from(rest as u8 + 63));
}

/// The points of a text as latitude and longitude; `None` if it is no such text, or leaves the earth.
pub fn decode(text: &str, decimals: u8) -> Option<Vec<Point>> {
    let scale = 10_f64.powi(i32::from(decimals));
    let mut letters = text.bytes();
    let (mut lat, mut lon) = (0_i64, 0_i64);
    let mut points = Vec::new();
    while letters.len() > 0 {
        lat = lat.checked_add(take(&mut letters)?)?;
        lon = lon.checked_add(take(&mut letters)?)?;
        points.push(Point::parse(lat as f64 / scale, lon as f64 / scale).ok()?);
    }
    Some(points)
}

fn take(letters: &mut std::str::Bytes<'_>) -> Option<i64> {
    let mut number = 0_i64;
    for shift in (0..40).step_by(5) {
        let group = i64::from(letters.next()?.checked_sub(63).filter(|group| *group < 0x40)?);
        number |= (group & 0x1f) << shift;
        if group & 0x20 == 0 {
            return Some((number >> 1) ^ -(number & 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_of_the_format_comes_out() {
        let points = [(38.5, -120.2), (40.7, -120.95), (43.252, -126.453)]
            .map(|(lat, lon)| Point::parse(lat, lon).unwrap());
        assert_eq!(encode(&points, 5), "_p~iF~ps|U_ulLnnqC_mqNvxq`@");
        assert_eq!(decode("_p~iF~ps|U_ulLnnqC_mqNvxq`@", 5).unwrap(), points);
        for wrong in ["_p~iF~ps|", "_p~iF", "\u{1}\u{1}", "~~~~~~~~~~~~~~~~~~~~"] {
            assert_eq!(decode(wrong, 5), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded_to_the_last_decimal(
            points in prop::collection::vec((-90_000_000..=90_000_000_i32, -180_000_000..=180_000_000_i32), 0..20),
        ) {
            let points: Vec<Point> = points
                .into_iter()
                .map(|(lat, lon)| Point { lat: f64::from(lat) / 1e6, lon: f64::from(lon) / 1e6 })
                .collect();
            prop_assert_eq!(decode(&encode(&points, 6), 6), Some(points));
        }

        #[test]
        fn any_text_is_points_or_none(text in ".{0,30}") {
            let _ = decode(&text, 5);
        }
    }
}
