//! Tables for people: columns as wide as what they hold.

use unicode_width::UnicodeWidthStr;

use crate::output::{Paint, plain};

/// How a column's cells stand.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Left,
    Right,
}

/// The table as lines, under its head.
pub(super) fn lines(paint: Paint, columns: &[(&str, Side)], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| plain(cell)).collect()).collect();
    let width = |index: usize| {
        let cells = rows.iter().filter_map(|row| row.get(index)).map(|cell| cell.width());
        cells.chain([columns[index].0.width()]).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |cells: Vec<&str>| {
        let padded = cells.iter().zip(columns).zip(&widths).map(|((cell, (_, side)), width)| {
            let space = " ".repeat(width - cell.width());
            match side {
                Side::Left => format!("{cell}{space}"),
                Side::Right => format!("{space}{cell}"),
            }
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let head = paint.head(&line(columns.iter().map(|(name, _)| *name).collect()));
    let body = rows.iter().map(|row| line(row.iter().map(String::as_str).collect()));
    [head].into_iter().chain(body).collect::<Vec<_>>().join("\n")
}

/// A bar, in eighths of a character.
pub(super) fn bar(value: i64, most: i64, width: usize) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let (value, most) = (usize::try_from(value).unwrap_or(0), usize::try_from(most).unwrap_or(0).max(1));
    let eighths = (value.min(most) * width * 8).div_ceil(most);
    format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_they_hold() {
        let rows = [vec!["シャツ".to_owned(), "7".to_owned()], vec!["a\x1bb".to_owned(), "1000".to_owned()]];
        let table = lines(Paint::off(), &[("TOPIC", Side::Left), ("N", Side::Right)], &rows);
        assert_eq!(table, "TOPIC      N\nシャツ     7\na\u{fffd}b     1000");
    }

    #[test]
    fn a_bar_is_as_long_as_its_share_and_never_empty_for_something() {
        assert_eq!([bar(0, 10, 4), bar(5, 10, 4), bar(10, 10, 4), bar(1, 1000, 4), bar(3, 0, 1)], ["", "██", "████", "▏", "█"]);
    }
}
