//! Points and boxes on the earth, in WGS 84 degrees.

use serde::{Deserialize, Serialize};

/// Mean radius of the earth in metres (IUGG).
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A place on the earth in degrees. Made by [`Point::parse`], so both numbers are finite and in range.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "RawPoint")]
pub struct Point {
    pub lat: f64,
    pub lon: f64,
}

#[derive(Deserialize)]
struct RawPoint {
    lat: f64,
    lon: f64,
}

impl TryFrom<RawPoint> for Point {
    type Error = PointError;
    fn try_from(raw: RawPoint) -> Result<Self, PointError> {
        Self::parse(raw.lat, raw.lon)
    }
}

/// Why two numbers are not a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    #[error("lat must be a number from -90 to 90")]
    Latitude,
    #[error("lon must be a number from -180 to 180")]
    Longitude,
}

impl Point {
    /// Checks that both numbers are finite and in range.
    pub fn parse(lat: f64, lon: f64) -> Result<Self, PointError> {
        if !lat.is_finite() || !(-90.0..=90.0).contains(&lat) {
            return Err(PointError::Latitude);
        }
        if !lon.is_finite() || !(-180.0..=180.0).contains(&lon) {
            return Err(PointError::Longitude);
        }
        Ok(Self { lat, lon })
    }

    /// From OpenStreetMap's fixed point numbers (1e-7 degrees), clamped into range.
    pub fn from_e7(lat_e7: i32, lon_e7: i32) -> Self {
        Self {
            lat: (f64::from(lat_e7) * 1e-7).clamp(-90.0, 90.0),
            lon: (f64::from(lon_e7) * 1e-7).clamp(-180.0, 180.0),
        }
    }

    /// To 1e-7 degrees: (lat, lon).
    pub fn to_e7(self) -> (i32, i32) {
        ((self.lat * 1e7).round() as i32, (self.lon * 1e7).round() as i32)
    }

    /// Great-circle distance in metres (haversine).
    pub fn distance_m(self, other: Self) -> f64 {
        let (lat_a, lat_b) = (self.lat.to_radians(), other.lat.to_radians());
        let half_lat = (lat_b - lat_a) / 2.0;
        let half_lon = (other.lon - self.lon).to_radians() / 2.0;
        let chord = half_lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * half_lon.sin().powi(2);
        2.0 * EARTH_RADIUS_M * chord.sqrt().min(1.0).asin()
    }

    /// Initial bearing to another point in degrees, 0 is north, 90 is east.
    pub fn bearing_deg(self, other: Self) -> f64 {
        let (lat_a, lat_b) = (self.lat.to_radians(), other.lat.to_radians());
        let d_lon = (other.lon - self.lon).to_radians();
        let y = d_lon.sin() * lat_b.cos();
        let x = lat_a.cos() * lat_b.sin() - lat_a.sin() * lat_b.cos() * d_lon.cos();
        y.atan2(x).to_degrees().rem_euclid(360.0)
    }
}

/// A box on the earth: south-west and north-east corner, in degrees. Never crosses the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BoundingBox {
    pub south: f64,
    pub west: f64,
    pub north: f64,
    pub east: f64,
}

/// Why a text is not a bounding box.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a bounding box is four numbers WEST,SOUTH,EAST,NORTH in degrees with west < east and south < north"
)]
pub struct BoundingBoxError;

impl BoundingBox {
    /// From corners; both must be in range and the box must not be empty.
    pub fn parse_corners(
        west: f64,
        south: f64,
        east: f64,
        north: f64,
    ) -> Result<Self, BoundingBoxError> {
        let (Ok(_), Ok(_)) = (Point::parse(south, west), Point::parse(north, east)) else {
            return Err(BoundingBoxError);
        };
        if west >= east || south >= north {
            return Err(BoundingBoxError);
        }
        Ok(Self { south, west, north, east })
    }

    /// From `WEST,SOUTH,EAST,NORTH`, the order of GeoJSON and the OpenStreetMap tools.
    pub fn parse(text: &str) -> Result<Self, BoundingBoxError> {
        let numbers: Vec<f64> = text
            .split(',')
            .map(|part| part.trim().parse().map_err(|_| BoundingBoxError))
            .collect::<Result<_, _>>()?;
        let [west, south, east, north] = numbers[..] else {
            return Err(BoundingBoxError);
        };
        Self::parse_corners(west, south, east, north)
    }

    /// The smallest box around the points, `None` for no points.
    pub fn around(points: impl IntoIterator<Item = Point>) -> Option<Self> {
        points.into_iter().fold(None, |found: Option<Self>, point| {
            Some(match found {
                None => {
                    Self { south: point.lat, west: point.lon, north: point.lat, east: point.lon }
                }
                Some(known) => Self {
                    south: known.south.min(point.lat),
                    west: known.west.min(point.lon),
                    north: known.north.max(point.lat),
                    east: known.east.max(point.lon),
                },
            })
        })
    }

    pub fn contains(&self, point: Point) -> bool {
        (self.south..=self.north).contains(&point.lat)
            && (self.west..=self.east).contains(&point.lon)
    }

    pub fn centre(&self) -> Point {
        Point {
            lat: f64::midpoint(self.south, self.north),
            lon: f64::midpoint(self.west, self.east),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_outside_the_earth_is_refused_by_the_number_at_fault() {
        assert_eq!(Point::parse(90.1, 0.0), Err(PointError::Latitude));
        assert_eq!(Point::parse(f64::NAN, 0.0), Err(PointError::Latitude));
        assert_eq!(Point::parse(0.0, -180.5), Err(PointError::Longitude));
    }

    #[test]
    fn one_degree_of_latitude_is_about_111_kilometres_north() {
        let south = Point::parse(35.0, 14.0).unwrap();
        let north = Point::parse(36.0, 14.0).unwrap();
        assert!((south.distance_m(north) - 111_195.0).abs() < 5.0);
        assert!(south.bearing_deg(north).abs() < 1e-9);
    }

    #[test]
    fn an_empty_or_turned_box_is_refused() {
        assert!(BoundingBox::parse("14.4,35.8,14.6,36.0").is_ok());
        assert!(BoundingBox::parse("14.6,35.8,14.4,36.0").is_err());
        assert!(BoundingBox::parse("14.4,35.8,14.6").is_err());
        assert!(BoundingBox::parse("a,b,c,d").is_err());
    }
}
