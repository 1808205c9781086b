use super::*;
use crate::digest::Digest;
use crate::field::Run;
use crate::name::{Fingerprint, Name, ReleaseId};

/// The writer whose step is asked for is `m`, and its claim the one of generation 5. In a lock: claims as
/// `writer/rollout/scope@generation` with `+` where one started, `!` barriers, `~` delays, `=` components done, `x` a
/// claim of its own that was taken over.
#[track_caller]
fn check(state: &str, want: &str, lock: &str, expect: &str) {
    let (rollout, scope) = want.split_once('/').unwrap();
    let ask =
        Ask { by: claimant("m", rollout, scope), components: components(if scope == "all" { "ab" } else { scope }) };
    let (claim, start, scope) = (id(5), id(6), ask.by.scope.clone());
    let state = match state {
        "wanting" => State::Wanting,
        "claimed" => State::Claimed { claim, scope },
        "started" => State::Started { claim, start, scope },
        "holding" => State::Holding { claim },
        other => panic!("{other}"),
    };
    let step = step(&state, &parse(lock), &ask);
    assert_eq!(told(&step), expect, "{state:?} for {want} on `{lock}`");
}

fn parse(text: &str) -> Lock {
    let mut lock = Lock::default();
    for token in text.split_whitespace() {
        match token.split_at(1) {
            ("!", name) => lock.barriers.extend([barrier(name)]),
            ("~", "upstream") => lock.delays.extend([Delay::Upstream]),
            ("~", "clock") => lock.delays.extend([Delay::Clock]),
            ("=", done) => lock.done.extend(components(done)),
            ("x", generation) => lock.taken_over.extend([id(generation.parse().unwrap())]),
            _ => lock.claims.push(parse_claim(token)),
        }
    }
    lock
}

fn barrier(name: &str) -> Barrier {
    match name {
        "unreadable" => Barrier::Unreadable,
        "home" => Barrier::HomeMoved,
        "key" => Barrier::KeyEnded,
        "whole" => Barrier::OtherWhole,
        "closed" => Barrier::Closed,
        "held" => Barrier::Held,
        "policy" => Barrier::NotPermitted,
        "raced" => Barrier::Raced,
        other => panic!("{other}"),
    }
}

fn parse_claim(text: &str) -> Claim {
    let (by, generation) = text.split_once('@').unwrap();
    let (generation, started) = generation.strip_suffix('+').map_or((generation, false), |rest| (rest, true));
    let [writer, rollout, scope] = by.split('/').collect::<Vec<_>>()[..] else { panic!("{text}") };
    let generation: u8 = generation.parse().unwrap();
    Claim {
        id: id(generation),
        generation: generation.into(),
        by: claimant(writer, rollout, scope),
        start: started.then(|| id(generation + 1)),
        standing: if writer == "p" { Standing::Pending } else { Standing::Folded },
    }
}

fn claimant(writer: &str, rollout: &str, scope: &str) -> Claimant {
    let digest = Digest::of(writer.as_bytes());
    Claimant {
        writer: Writer {
            key: Fingerprint::from_digest(&Digest::of(b"one key")),
            run: Run::new(&digest.hex()[..32]).unwrap(),
        },
        rollout: Rollout {
            deployment: Name::new("shop").unwrap(),
            target: Name::new("prod").unwrap(),
            release: ReleaseId(Digest::of(b"release")),
            key: Name::new(rollout).unwrap(),
            principal: Name::new("ana").unwrap(),
        },
        scope: match scope {
            "all" => Scope::All,
            "hold" => Scope::Hold,
            some => Scope::Components(components(some)),
        },
    }
}

fn components(letters: &str) -> BTreeSet<Component> {
    let component = |letter: char| Component::new(&format!("manifest/{letter}")).unwrap();
    if letters == "hold" { BTreeSet::new() } else { letters.chars().map(component).collect() }
}

fn id(generation: u8) -> EventId {
    EventId(Digest::from_bytes([generation; 32]))
}

fn told(step: &Step) -> String {
    let generation = |id: &EventId| id.0.as_bytes()[0].to_string();
    let ids = |ids: &[EventId]| ids.iter().map(generation).collect::<Vec<_>>().join(" ");
    let claims = |claims: &[Claim]| ids(&claims.iter().map(|claim| claim.id).collect::<Vec<_>>());
    let scope = |scope: &Scope| match scope {
        Scope::All => "all".to_owned(),
        Scope::Components(some) => some.iter().map(Component::name).collect(),
        Scope::Hold => "hold".to_owned(),
    };
    match step {
        Step::Claim { scope: wanted } => format!("claim {}", scope(wanted)),
        Step::Adopt { claim, scope: wanted } => format!("adopt {} {}", generation(claim), scope(wanted)),
        Step::EndOwn { claims } => format!("end own {}", ids(claims)),
        Step::Busy { holders } => format!("busy {}", claims(holders)),
        Step::Wait { until: Awaited::Claims(rivals) } => format!("wait {}", claims(rivals)),
        Step::Wait { until: Awaited::Delay(delay) } => format!("wait {delay:?}"),
        Step::Start { resumes: None } => "start".to_owned(),
        Step::Start { resumes: Some(start) } => format!("start, resumes {}", generation(start)),
        Step::Hold => "hold".to_owned(),
        Step::Yield { to } => format!("yield {}", claims(to)),
        Step::Proceed => "proceed".to_owned(),
        Step::Stop { reason, parting } => {
            let reason = match reason {
                Reason::Barrier(barrier) => format!("{barrier:?}"),
                Reason::Disputed { by } => format!("Disputed {}", claims(by)),
                Reason::AlreadyApplied | Reason::ComponentDone | Reason::TakenOver | Reason::ClaimVoid => {
                    format!("{reason:?}")
                }
            };
            let parting = match parting {
                Parting::Nothing => "nothing".to_owned(),
                Parting::EndClaims(ended) => format!("end {}", ids(ended)),
                Parting::Finish { start } => format!("finish {}", generation(start)),
            };
            format!("stop {reason}, {parting}")
        }
    }
}

#[test]
fn who_wants_claims_only_where_nobody_else_does() {
    for (want, lock, expect) in [
        ("r/all", "", "claim all"),
        ("r/all", "n/s/all@3", "busy 3"),
        ("r/all", "p/s/all@3", "busy 3"),
        ("r/all", "n/r/a@3", "busy 3"),
        ("r/a", "n/r/b@3", "claim a"),
        ("r/a", "n/r/ab@3 n/s/hold@4", "busy 3 4"),
        ("r/a", "n/r/hold@3", "claim a"),
        ("r/hold", "n/r/all@3", "claim hold"),
        ("r/hold", "n/s/hold@3", "busy 3"),
        // Upstream components are waited for without a claim.
        ("r/b", "~upstream", "wait Upstream"),
        ("r/b", "~upstream m/r/b@4", "end own 4"),
        ("r/all", "~clock", "claim all"),
        // What is done is left out.
        ("r/all", "=a", "claim b"),
        ("r/all", "=a n/r/a@3", "claim b"),
        ("r/a", "=a", "stop AlreadyApplied, nothing"),
        ("r/all", "=ab m/r/all@4", "stop AlreadyApplied, end 4"),
        ("r/all", "!closed", "stop Closed, nothing"),
        ("r/all", "!held m/r/all@4", "stop Held, end 4"),
        ("r/all", "!unreadable !held n/s/all@3", "stop Unreadable, nothing"),
        ("r/all", "!key m/r/all@4", "stop KeyEnded, nothing"),
        ("r/all", "!home", "stop HomeMoved, nothing"),
        ("r/all", "!whole", "stop OtherWhole, nothing"),
        ("r/all", "!policy", "stop NotPermitted, nothing"),
    ] {
        check("wanting", want, lock, expect);
    }
}

#[test]
fn who_comes_back_goes_on_with_its_claim_or_ends_it() {
    for (want, lock, expect) in [
        ("r/all", "m/r/all@4", "adopt 4 all"),
        ("r/all", "m/r/all@4+", "adopt 4 all"),
        ("r/all", "m/r/all@4 n/s/all@3", "adopt 4 all"),
        ("r/all", "m/r/all@3 m/r/all@4+", "end own 3"),
        ("r/all", "m/r/all@3 m/r/all@4", "end own 4"),
        ("r/all", "m/s/all@4+ n/s/all@3", "end own 4"),
        ("r/a", "m/r/b@4", "end own 4"),
        ("r/all", "x4", "claim all"),
        // A hold outlives its process: for its own rollout it is in nobody's way, for another a person ends it.
        ("r/a", "m/r/hold@4", "claim a"),
        ("s/a", "m/r/hold@4", "busy 4"),
        ("r/hold", "m/r/hold@4", "adopt 4 hold"),
        ("s/hold", "m/r/hold@4", "busy 4"),
        ("r/hold", "m/r/a@4", "end own 4"),
    ] {
        check("wanting", want, lock, expect);
    }
}

#[test]
fn who_claimed_starts_gives_way_or_waits() {
    for (want, lock, expect) in [
        ("r/all", "m/r/all@5", "start"),
        ("r/all", "m/r/all@5+", "start, resumes 6"),
        ("r/a", "m/r/a@5 n/r/b@3+ o/r/hold@4", "start"),
        ("r/all", "m/r/all@5 n/s/all@3", "yield 3"),
        ("r/all", "m/r/all@5 p/s/all@3", "yield 3"),
        ("r/all", "m/r/all@5 n/s/all@7", "wait 7"),
        ("r/all", "m/r/all@5 p/s/all@7", "wait 7"),
        ("r/all", "m/r/all@5 n/s/all@7+", "yield 7"),
        ("r/all", "m/r/all@5 n/s/all@7 o/t/all@3", "yield 3"),
        ("r/all", "m/r/all@5+ n/s/all@3", "wait 3"),
        ("r/all", "m/r/all@5+ n/s/all@7+", "yield 7"),
        ("r/all", "m/r/all@5 n/s/hold@7", "yield 7"),
        ("r/hold", "m/r/hold@5", "hold"),
        ("r/hold", "m/r/hold@5 n/s/all@3", "wait 3"),
        ("r/hold", "m/r/hold@5 n/s/all@3+", "yield 3"),
        ("r/hold", "m/r/hold@5 n/s/hold@7", "yield 7"),
        ("r/all", "m/r/all@5 ~clock", "wait Clock"),
        ("r/all", "m/r/all@5 =a", "end own 5"),
        ("r/a", "m/r/a@5 =a", "stop AlreadyApplied, end 5"),
        ("r/a", "x5", "stop TakenOver, nothing"),
        ("r/a", "", "stop ClaimVoid, nothing"),
        ("r/a", "m/r/a@5 !closed", "stop Closed, end 5"),
        ("r/a", "m/r/a@5 n/s/all@7+ !policy", "stop NotPermitted, end 5"),
        ("r/a", "m/r/a@5 !unreadable", "stop Unreadable, end 5"),
        ("r/a", "m/r/a@5 !key", "stop KeyEnded, nothing"),
    ] {
        check("claimed", want, lock, expect);
    }
}

#[test]
fn who_started_looks_before_each_component() {
    for (want, lock, expect) in [
        ("r/all", "m/r/all@5+", "proceed"),
        ("r/all", "m/r/all@5+ n/s/all@3", "proceed"),
        ("r/all", "m/r/all@5+ n/s/all@3+", "stop Disputed 3, finish 6"),
        ("r/a", "m/r/a@5+ n/r/b@3+ =b", "proceed"),
        ("r/a", "m/r/a@5+ =a", "stop ComponentDone, finish 6"),
        ("r/a", "x5 !closed", "stop TakenOver, finish 6"),
        ("r/a", "", "stop ClaimVoid, finish 6"),
        ("r/a", "m/r/a@5+ !raced", "stop Raced, finish 6"),
        ("r/a", "m/r/a@5+ !held", "stop Held, finish 6"),
        ("r/a", "m/r/a@5+ !closed", "stop Closed, finish 6"),
        ("r/a", "m/r/a@5+ !home", "stop HomeMoved, finish 6"),
        ("r/a", "m/r/a@5+ !key", "stop KeyEnded, nothing"),
    ] {
        check("started", want, lock, expect);
    }
    check("holding", "r/hold", "m/r/hold@5 n/s/all@7", "hold");
    check("holding", "r/hold", "x5", "stop TakenOver, nothing");
    check("holding", "r/hold", "m/r/hold@5 !closed", "stop Closed, end 5");
}
