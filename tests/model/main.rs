//! tmp
use ringonce_model::*;
fn main() {
    let a: Vec<u8> = std::env::args().skip(1).map(|x| x.parse().expect("n")).collect();
    let faults = Faults { crashes: a[0], lost_answers: a[1], extra_hints: a[2], late_repeats: a[3], slow_tables: a[4] };
    for c in [Channel::Recognises, Channel::Forgets] { check::whole(c, faults, 2); }
    if a.len() > 5 { check::broken(faults); }
}
