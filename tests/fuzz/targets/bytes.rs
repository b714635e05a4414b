//! An input as values.

/// The bytes of an input, one after the other; behind its end there is nought.
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl Bytes<'_> {
    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.0.split_at(N.min(self.0.len()));
        self.0 = rest;
        let mut array = [0; N];
        array[..taken.len()].copy_from_slice(taken);
        array
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    pub(crate) fn number(&mut self) -> u64 {
        u64::from_be_bytes(self.array())
    }

    /// An index below `len`, which is not nought.
    pub(crate) fn below(&mut self, len: usize) -> usize {
        usize::from(u16::from_be_bytes(self.array())) % len
    }

    /// Up to `longest` bytes as text.
    pub(crate) fn text(&mut self, longest: usize) -> String {
        let len = usize::from(self.byte()).min(longest).min(self.0.len());
        let (taken, rest) = self.0.split_at(len);
        self.0 = rest;
        String::from_utf8_lossy(taken).into_owned()
    }
}
