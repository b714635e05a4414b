use std::time::Duration;

use super::*;

#[test]
fn a_browser_gets_the_language_that_it_wants_most() {
    let tag = |header| Words::accepted(header).map(|words| words.tag);
    assert_eq!(tag("de-AT,de;q=0.9,en;q=0.8"), Some("de"));
    assert_eq!(tag("fr, ja;q=0.5, es;q=0.75"), Some("es"));
    assert_eq!(tag("fr, *;q=0.1"), Some("en"));
    assert_eq!(tag("AR"), Some("ar"));
    assert_eq!(tag("de;q=0, es;q=0.001"), Some("es"));
    assert_eq!((tag("de;q=0.999, es;q=1.000"), tag("ja;q=1")), (Some("es"), Some("ja")));
    for none in ["de;q=0", "de;q=0.000", "", "fr", "fr;q=1", ";;;", "de;q=2", "de;q=x", "de;level=1", ",,,,"] {
        assert_eq!(tag(none), None, "{none}");
    }
    assert_eq!(Words::choose(["pt-BR", "ja"], Some("de")).tag, "ja");
    assert_eq!(Words::choose(["pt-BR"], Some("de")).tag, "de");
    assert_eq!(Words::choose([], None).tag, "en");
}

#[test]
fn a_language_is_written_in_its_direction() {
    let directions: Vec<_> = ALL.iter().map(|words| (words.tag, words.direction())).collect();
    assert_eq!(directions, [("en", "ltr"), ("de", "ltr"), ("es", "ltr"), ("ja", "ltr"), ("ar", "rtl")]);
}

#[test]
fn a_moment_is_written_as_the_language_writes_it() {
    let at = Timestamp::from_millis(1_772_616_600_000) + Duration::from_secs(0);
    let written = |tag| Words::of_tag(tag).expect("there").moment(at);
    assert_eq!(written("en"), "4 March 2026, 09:30 UTC");
    assert_eq!(written("de"), "4. März 2026, 09:30 Uhr (UTC)");
    assert_eq!(written("es"), "4 de marzo de 2026, 09:30 UTC");
    assert_eq!(written("ja"), "2026年3月4日 09:30（UTC）");
    assert_eq!(written("ar"), "4 مارس 2026، الساعة 09:30 (UTC)");
}

#[test]
fn what_is_filled_in_is_not_filled_again() {
    assert_eq!(fill("{a} and {b}{c", &[("a", "{b}"), ("b", "2")]), "{b} and 2");
    assert_eq!(fill("nothing", &[]), "nothing");
}

/// Everything that a language says, as its source has it.
fn said(words: &Words) -> String {
    format!("{words:?}")
}

#[test]
fn every_language_fills_in_the_same() {
    let names = |words: &Words| -> Vec<String> {
        let text = said(words);
        let mut names: Vec<_> = ["{business}", "{title}", "{moment}", "{address}", "{id}", "{day}", "{month}", "{year}", "{time}"]
            .into_iter()
            .map(|name| format!("{name} {}", text.matches(name).count()))
            .collect();
        names.sort();
        names
    };
    for words in ALL {
        assert_eq!(names(words), names(ALL[0]), "{}", words.tag);
        assert!(words.months.iter().all(|month| !month.is_empty()), "{}", words.tag);
    }
}

#[test]
fn every_file_beside_this_one_is_a_language() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/words");
    let files = std::fs::read_dir(folder).expect("it is there").filter_map(|file| file.ok()?.file_name().into_string().ok());
    let mut tags: Vec<_> = files.filter_map(|file| file.strip_suffix(".rs").map(str::to_owned)).collect();
    tags.retain(|tag| !["mod", "tests", "words_of"].contains(&tag.as_str()));
    tags.sort();
    let mut listed: Vec<_> = ALL.iter().map(|words| words.tag).collect();
    listed.sort_unstable();
    assert_eq!(tags, listed, "a further language is a file, and its tag in `languages!`");
}

/// What a consent is evidence of: whoever changes these words raises the version, and writes the new sum here.
#[test]
fn the_words_of_consent_are_of_their_version() {
    let words: String = ALL.iter().map(|words| format!("{}{:?}", words.tag, words.consent)).collect();
    let sum = words.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    assert_eq!((CONSENT_TEXT, format!("{sum:016x}").as_str()), (2, "05b7f678d174dcbd"));
}
