//! Lines as short texts: Google's encoded polyline with five decimals, as VROOM and OSRM write it.

use crate::units::Point;

/// Encodes points as latitude and longitude.
pub fn encode(points: &[Point]) -> String {
    let mut text = String::new();
    let (mut lat, mut lon) = (0, 0);
    for point in points {
        let next = ((point.lat * 1e5).round() as i64, (point.lon * 1e5).round() as i64);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_format_comes_out() {
        let points = [(38.5, -120.2), (40.7, -120.95), (43.252, -126.453)]
            .map(|(lat, lon)| Point::parse(lat, lon).unwrap());
        assert_eq!(encode(&points), "_p~iF~ps|U_ulLnnqC_mqNvxq`@");
    }
}
