//! The protobuf wire format, as little of it as OpenStreetMap extracts and vector tiles need: a writer
//! of fields, and a reader that steps over them. It knows no message; those who use it do.
//!
//! <https://protobuf.dev/programming-guides/encoding/>

/// A signed number as protobuf's `sint` stores it: small either way stays small.
pub(crate) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)) as u64
}

/// Grows one message, field after field.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// A bare number, as inside a packed field.
    pub(crate) fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    pub(crate) fn number(&mut self, field: u32, value: u64) {
        self.varint(u64::from(field) << 3);
        self.varint(value);
    }

    pub(crate) fn bytes(&mut self, field: u32, value: &[u8]) {
        self.varint(u64::from(field) << 3 | 2);
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    pub(crate) fn message(&mut self, field: u32, message: Self) {
        self.bytes(field, &message.bytes);
    }

    /// A packed field of numbers; left out when there are none.
    pub(crate) fn packed(&mut self, field: u32, values: impl IntoIterator<Item = u64>) {
        let mut packed = Self::new();
        for value in values {
            packed.varint(value);
        }
        if !packed.bytes.is_empty() {
            self.message(field, packed);
        }
    }

    /// A packed field of signed numbers, each stored as the step from the one before.
    pub(crate) fn packed_deltas(&mut self, field: u32, values: impl IntoIterator<Item = i64>) {
        let mut last = 0;
        self.packed(
            field,
            values.into_iter().map(|value: i64| {
                let step = value.wrapping_sub(last);
                last = value;
                zigzag(step)
            }),
        );
    }
}

/// One field of a message that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    /// A fixed-width number, which none of our messages needs.
    Fixed,
}

/// The next field and what follows it; `None` at the end or where the bytes are no message.
pub(crate) fn next_field(bytes: &[u8]) -> Option<(u32, Field<'_>, &[u8])> {
    let (key, rest) = read_varint(bytes)?;
    let number = u32::try_from(key >> 3).ok()?;
    match key & 7 {
        0 => read_varint(rest).map(|(value, rest)| (number, Field::Number(value), rest)),
        1 => rest.get(8..).map(|rest| (number, Field::Fixed, rest)),
        2 => {
            let (len, rest) = read_varint(rest)?;
            let (value, rest) = rest.split_at_checked(usize::try_from(len).ok()?)?;
            Some((number, Field::Bytes(value), rest))
        }
        5 => rest.get(4..).map(|rest| (number, Field::Fixed, rest)),
        _ => None,
    }
}

fn read_varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0_u64;
    for (at, &byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7F) << (7 * at);
        if byte < 0x80 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_example_of_the_specification_comes_out_byte_for_byte() {
        let mut message = Writer::new();
        message.number(1, 150);
        message.bytes(2, b"testing");
        assert_eq!(message.into_bytes(), b"\x08\x96\x01\x12\x07testing");
        assert_eq!([0, -1, 1, -2].map(zigzag), [0, 1, 2, 3]);
    }

    proptest! {
        #[test]
        fn a_number_comes_back_and_damaged_bytes_end_the_reading(
            value: u64,
            noise in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let mut message = Writer::new();
            message.number(3, value);
            let bytes = message.into_bytes();
            prop_assert_eq!(next_field(&bytes), Some((3, Field::Number(value), &[][..])));
            let mut rest = &noise[..];
            while let Some((_, _, after)) = next_field(rest) {
                prop_assert!(after.len() < rest.len());
                rest = after;
            }
        }
    }
}
