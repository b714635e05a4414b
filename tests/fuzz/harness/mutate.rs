//! Changes of inputs.

use ringonce_tests::dice::Dice;

use super::{LONGEST, json};

/// Most changes of an input at a time.
const MOST_CHANGES: u64 = 5;

/// Numbers at which something may end.
const NUMBERS: [&str; 14] = [
    "0",
    "-1",
    "1e309",
    "255",
    "256",
    "65536",
    "2147483648",
    "4294967296",
    "9007199254740993",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999999999999999999999999",
    "0.30000000000000004",
];

/// Texts that are read in more ways than one.
const STRANGE: [&str; 20] = [
    "",
    "\0",
    "\r\n",
    "\n\n",
    "%00",
    "%2f",
    "%",
    "\u{FEFF}",
    "\u{202E}",
    "\u{2028}",
    "é\u{301}",
    "👨‍👩‍👧",
    "ı",
    "ſ",
    "null",
    "{}",
    "[]",
    "\\u0000",
    "\\ud800",
    "\u{10FFFF}",
];

/// What changes inputs. What comes of it is its seed.
pub(super) struct Mutator {
    pub(super) dice: Dice,
    pub(super) words: &'static [&'static str],
    /// How many inputs nobody has made up: every other time one of them is changed.
    pub(super) first: usize,
}

impl Mutator {
    /// An input like one of `kept`, and not it.
    pub(super) fn another(&mut self, kept: &[Vec<u8>]) -> Vec<u8> {
        if kept.is_empty() || self.dice.roll(200) == 0 {
            return self.noise();
        }
        let known = if self.first > 0 && self.dice.roll(2) == 0 { &kept[..self.first] } else { kept };
        let mut input = self.one_of(known).clone();
        if self.dice.roll(2) == 0 {
            let other = self.one_of(kept);
            json::change(&mut self.dice, &mut input, other);
            if self.dice.roll(2) == 0 {
                return input;
            }
        }
        for _ in 0..=self.dice.roll(MOST_CHANGES) {
            self.change(&mut input, kept);
        }
        input.truncate(LONGEST);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, kept: &[Vec<u8>]) {
        let (from, to) = self.range(input.len());
        match self.dice.roll(11) {
            0 if !input.is_empty() => input[from.min(to.saturating_sub(1))] ^= 1 << self.dice.roll(8),
            1 if !input.is_empty() => input[from.min(to.saturating_sub(1))] = self.byte(),
            2 => drop(input.drain(from..to)),
            3 => {
                let again = input[from..to].to_vec();
                input.splice(to..to, again);
            }
            4 => input.truncate(from),
            5 => self.replace_number(input),
            6 => {
                let other = self.one_of(kept);
                let (begin, end) = self.range(other.len());
                input.splice(from..to, other[begin..end].iter().copied());
            }
            7 => drop(input.splice(from..from, self.dice.one_of(&STRANGE).bytes())),
            8 => {
                let (byte, times) = (self.byte(), self.dice.between(1, 300));
                input.splice(from..from, std::iter::repeat_n(byte, times));
            }
            _ if !self.words.is_empty() => {
                let end = if self.dice.roll(2) == 0 { from } else { to };
                input.splice(from..end, self.dice.one_of(self.words).bytes());
            }
            _ => input.insert(from, self.byte()),
        }
    }

    /// Puts a number where one stands.
    fn replace_number(&mut self, input: &mut Vec<u8>) {
        let starts: Vec<_> =
            (0..input.len()).filter(|at| input[*at].is_ascii_digit() && (*at == 0 || !input[at - 1].is_ascii_digit())).collect();
        if starts.is_empty() {
            return;
        }
        let start = self.dice.one_of(&starts);
        let end = start + input[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        input.splice(start..end, self.dice.one_of(&NUMBERS).bytes());
    }

    /// A range within so many bytes, more often a short one.
    fn range(&mut self, len: usize) -> (usize, usize) {
        let from = self.dice.between(0, len);
        let longest = if self.dice.roll(3) == 0 { len - from } else { (len - from).min(12) };
        (from, from + self.dice.between(0, longest))
    }

    fn one_of<'a>(&mut self, inputs: &'a [Vec<u8>]) -> &'a Vec<u8> {
        &inputs[self.dice.between(0, inputs.len() - 1)]
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.dice.roll(256)).unwrap()
    }

    fn noise(&mut self) -> Vec<u8> {
        let len = self.dice.between(0, 256);
        (0..len).map(|_| self.byte()).collect()
    }
}
