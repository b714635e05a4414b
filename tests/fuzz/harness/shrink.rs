//! A finding made small.

/// Most inputs that are tried for it.
const MOST_TRIES: usize = 3_000;

/// A part of `input` that still fails, without what can be left out of it.
pub(super) fn smallest(input: &[u8], fails: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let (mut smallest, mut tries) = (input.to_vec(), 0);
    let mut piece = smallest.len().div_ceil(2);
    while piece > 0 {
        let (mut at, mut shrank) = (0, false);
        while at < smallest.len() && tries < MOST_TRIES {
            tries += 1;
            let end = (at + piece).min(smallest.len());
            let without = [&smallest[..at], &smallest[end..]].concat();
            if fails(&without) {
                (smallest, shrank) = (without, true);
            } else {
                at = end;
            }
        }
        if !shrank || tries >= MOST_TRIES {
            piece /= 2;
        }
    }
    smallest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_matter_is_left_out() {
        let fails = |input: &[u8]| input.windows(2).any(|pair| pair == b"ab") && input.contains(&b'z');
        assert_eq!(smallest(b"some text with ab in it, and z at its end", fails), b"abz");
    }
}
