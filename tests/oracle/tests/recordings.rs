//! The recordings in `data/`: by the model's own rules only listed deviations, and as Linux every one is reproduced.

use std::path::Path;

use oracle::folder;
use oracle::verdict::{Mode, RULES, Verdict, judge};

fn data() -> Vec<folder::Recording> {
    folder::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data")).expect("the recordings")
}

#[test]
fn no_recording_differs_but_by_a_listed_rule() {
    let recordings = data();
    assert_eq!(recordings.len(), 118);
    let mut deviations = 0;
    for recording in recordings {
        match judge(&recording.scenario, &recording.trace, recording.steady, Mode::default()) {
            Verdict::Passed => {}
            Verdict::Deviation(rules, _) => {
                assert!(rules.iter().all(|id| RULES.iter().any(|rule| rule.id == *id)));
                deviations += 1;
            }
            Verdict::Failed(difference) => panic!("{}: {difference}", recording.scenario.name),
        }
    }
    assert!(deviations <= 8, "{deviations} deviations");
}

#[test]
fn without_the_rules_every_recording_is_reproduced() {
    for recording in data() {
        let verdict = judge(&recording.scenario, &recording.trace, recording.steady, Mode::LINUX);
        assert_eq!(verdict, Verdict::Passed, "{}", recording.scenario.name);
    }
}

/// The comparison notices: a recording with one value changed fails.
#[test]
fn a_changed_recording_fails() {
    for mut recording in data().into_iter().filter(|r| r.scenario.name == "rpm_link_basic") {
        let step = recording.trace.steps.iter_mut().find(|step| step.events.len() > 1).expect("events");
        step.events.swap(0, 1);
        let verdict = judge(&recording.scenario, &recording.trace, None, Mode::default());
        assert!(matches!(verdict, Verdict::Failed(_)), "{verdict:?}");
    }
}

/// Every rule is listed where people look.
#[test]
fn every_rule_is_documented() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime/DEVIATIONS.md"))
        .expect("the list of deviations");
    for rule in &RULES {
        assert!(text.contains(&format!("| {} |", rule.id)), "{} is not listed", rule.id);
    }
}
