//! What driving has taught about a piece of street.

/// How fast a piece of street is driven in a band of the week, compared with what a profile says.
#[derive(Debug, Clone, PartialEq)]
pub struct LearnedSpeed {
    /// Of the vehicles, such as `van`.
    pub profile: String,
    /// The street's way in OpenStreetMap, and the nodes between which the piece is driven, in that order.
    pub way: i64,
    pub tail_node: i64,
    pub head_node: i64,
    /// A name of the profile's.
    pub band: String,
    /// Logarithm of the speed driven over the profile's: 0 is as the profile says, below it is slower.
    pub log_ratio: f32,
    /// How many drives count; old ones count less.
    pub drives: f32,
}
