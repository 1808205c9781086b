//! What the vectors must hold: every kind, every code.

use std::collections::BTreeSet;

use ledger_format::event::Kind;
use ledger_format::judgement::Code;
use serde_json::Value;

use crate::{Case, cases, is_valid};

/// Every code of a refusal (SPEC, sections 5 to 7), and of a finding that is neither a refusal nor a verdict.
const REFUSALS: &str = "alias-taken approval-images approval-past approval-policy bad-reference claim-store \
    denial-of-another document-dropped document-ended document-excluded document-key document-level document-moved \
    document-proof document-roots document-size document-version finished-twice merge-of-one no-component no-release \
    no-right not-of-start not-own not-root outcome principal-disputed release-build release-digest release-target \
    release-withdrawn seal-claim seal-heads seal-segments seal-size self-review stale-base withdrawn-other";
const FINDINGS: &str = "applied-after-end overridden raced seal-fork since unpermitted";

fn reports() -> Vec<(Case, Value)> {
    cases::all()
        .into_iter()
        .map(|case| {
            let report = serde_json::to_value(case.report()).unwrap();
            (case, report)
        })
        .collect()
}

fn missing<'a>(all: impl IntoIterator<Item = &'a str>, found: &BTreeSet<String>) -> Vec<&'a str> {
    all.into_iter().filter(|word| !found.contains(*word)).collect()
}

#[test]
fn every_kind_stands_in_a_valid_vector() {
    let mut found = BTreeSet::new();
    for (case, _) in reports().into_iter().filter(|(_, report)| is_valid(report)) {
        for kind in Kind::ALL.iter().filter(|kind| !case.book.written_of(kind.as_str()).is_empty()) {
            found.insert(kind.as_str().to_owned());
        }
    }
    assert_eq!(missing(Kind::ALL.iter().map(|kind| kind.as_str()), &found), Vec::<&str>::new());
}

#[test]
fn every_code_stands_in_a_vector() {
    let (mut refusals, mut causes, mut findings) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for (_, report) in reports() {
        refusals.extend(report["reasons"].as_object().into_iter().flat_map(|reasons| reasons.values().map(text)));
        for judged in report["verdicts"].as_object().into_iter().flat_map(|verdicts| verdicts.values()) {
            causes.extend(judged["causes"].as_array().unwrap().iter().map(|cause| text(&cause[0])));
        }
        findings.extend(report["findings"]["open"].as_array().into_iter().flatten().map(|finding| text(&finding[1])));
    }
    assert_eq!(missing(REFUSALS.split_whitespace(), &refusals), Vec::<&str>::new(), "refusals");
    // An authority that takes the right away cuts the start (LF-78), so this cause stands nowhere.
    let reachable = Code::ALL.iter().filter(|code| **code != Code::NoRight).map(|code| code.as_str());
    assert_eq!(missing(reachable, &causes), Vec::<&str>::new(), "causes");
    assert_eq!(missing(FINDINGS.split_whitespace(), &findings), Vec::<&str>::new(), "findings");
    assert_eq!(refusals.len(), REFUSALS.split_whitespace().count(), "a refusal that this list lacks: {refusals:?}");
}

#[test]
fn the_specification_has_a_section_for_each_kind() {
    let text = std::fs::read_to_string(crate::folder().with_file_name("SPEC.md")).unwrap();
    let sections: BTreeSet<String> =
        text.lines().filter_map(|line| line.strip_prefix("### ").map(str::to_owned)).collect();
    let kinds: BTreeSet<String> = Kind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    assert_eq!(sections, kinds);
}
