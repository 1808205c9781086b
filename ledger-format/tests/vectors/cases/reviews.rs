//! Reviews of what V2 finds, and the facts that several starts leave.

use crate::book::Book;
use crate::cases::later::{beside_a_start, hold, plain};
use crate::story::{and, image, release};
use crate::{Case, case};
use serde_json::{Value, json};

pub fn cases() -> Vec<Case> {
    let mut all = reviews();
    all.extend(facts());
    all
}

fn reviews() -> Vec<Case> {
    vec![
        case("raced-accepted", "A reviewer who has seen the start and its cause accepts it.", Book::new(), |b| {
            let (start, _) = beside_a_start(b, plain, hold);
            b.review("ana", "accept", &[&start]);
            b.expect(&start, "closed raced");
            b.expect("*", "exit 0");
        }),
        case("raced-accepted-too-early", "A review that has not seen the cause closes nothing.", Book::new(), |b| {
            let (start, other) = beside_a_start(b, plain, hold);
            b.tip = vec![start.clone()];
            let review = b.review("ana", "accept", &[&start]);
            b.tip = vec![other, review];
            b.expect(&start, "open raced");
        }),
        case(
            "raced-accepted-by-itself",
            "Who did it does not accept it.",
            Book::with(|document| {
                document["principals"]["dave"]["rights"][0]["may"] = json!(["reviewed", "rollout.started"]);
            }),
            |b| {
                let (start, _) = beside_a_start(b, plain, hold);
                let review = b.review("dave", "accept", &[&start]);
                b.expect(&review, "refused self-review");
                b.expect(&start, "open raced");
            },
        ),
        case("cause-disregarded", "A reviewer disregards the hold: the start is permitted.", Book::new(), |b| {
            let (start, other) = beside_a_start(b, plain, hold);
            b.review("ana", "disregard", &[&other]);
            b.expect(&start, "permitted");
            b.expect("*", "exit 0");
        }),
        case(
            "cause-disregarded-by-the-starter",
            "Who started it does not disregard what restricts it.",
            Book::with(|document| {
                document["principals"]["dave"]["rights"][0]["may"] = json!(["reviewed", "rollout.started"]);
            }),
            |b| {
                let (start, other) = beside_a_start(b, plain, hold);
                let review = b.review("dave", "disregard", &[&other]);
                b.expect(&review, "admitted");
                b.expect(&start, "raced");
            },
        ),
        case("alias-of-a-disregarded-release", "The alias of a disregarded release is free.", Book::new(), |b| {
            let first = b.released(and(release("config", json!({})), json!({"alias": "v1"})));
            b.review("ana", "disregard", &[&first]);
            let next = b.released(and(release("other", json!({})), json!({"alias": "v1"})));
            b.expect(&next, "admitted");
        }),
        case("review-is-not-disregarded", "A review of a review takes nothing away.", Book::new(), |b| {
            let (start, _) = beside_a_start(b, plain, hold);
            let review = b.review("ana", "accept", &[&start]);
            b.review("ben", "disregard", &[&review]);
            b.expect(&start, "closed raced");
        }),
        case("refusal-accepted", "A refused event that somebody accepted is refused all the same.", Book::new(), |b| {
            let note = b.say("ci", "merged", json!({}));
            b.review("ana", "accept", &[&note]);
            b.expect(&note, "refused merge-of-one");
            b.expect(&note, "closed merge-of-one");
            b.expect("*", "exit 0");
        }),
    ]
}

fn facts() -> Vec<Case> {
    let observed = |b: &mut Book, images: Value| {
        b.say(
            "obs",
            "observation.recorded",
            json!({"deployment": "shop", "target": "prod",
            "components": {"manifest/a": {"images": images}}}),
        )
    };
    vec![
        case("overlap", "Two starts beside each other: both run, and the target is disputed.", Book::new(), |b| {
            let (start, other) = beside_a_start(b, plain, |b| {
                b.started("dan", "prod", "r2", json!({"no_lock": {"reason": "careless"}}));
            });
            b.expect("*", "disputed [\"shop/prod\"]");
            b.expect(&start, "raced");
            b.expect(&other, "raced");
        }),
        case("overlap-observed", "An observer who has seen both settles what runs.", Book::new(), move |b| {
            beside_a_start(b, plain, |b| {
                b.started("dan", "prod", "r2", json!({"no_lock": {"reason": "careless"}}));
            });
            b.say(
                "obs",
                "observation.recorded",
                json!({"deployment": "shop", "target": "prod",
                "components": {"manifest/a": {"health": "healthy"}, "manifest/b": {"health": "healthy"}}}),
            );
            b.expect("*", "disputed []");
        }),
        case("contradicted", "An observer saw an image that nobody rolled out.", Book::new(), move |b| {
            b.release_for("prod");
            b.roll("dave", "prod", "r1", json!({}));
            observed(b, json!([image("other")["digest"]]));
            b.expect("*", "disputed [\"shop/prod\"]");
        }),
        case("observed", "An observer saw what the release says.", Book::new(), move |b| {
            let artifacts = json!({"files/app": {"image": image("app")}});
            b.released(and(release("config", artifacts), json!({"target": "prod"})));
            b.roll("dave", "prod", "r1", json!({}));
            observed(b, json!([image("app")["digest"]]));
            b.expect("*", "disputed []");
        }),
        case(
            "contradicted-before",
            "Whatever an observer saw before a later start is settled by that.",
            Book::new(),
            move |b| {
                b.release_for("prod");
                b.roll("dave", "prod", "r1", json!({}));
                observed(b, json!([image("other")["digest"]]));
                b.start("dave", "prod", "r2", json!({}));
                b.expect("*", "disputed []");
            },
        ),
        case("abandoned", "A start that was abandoned untouched does not run.", Book::new(), |b| {
            b.release_for("prod");
            let (first, _) = b.roll("dave", "prod", "r1", json!({}));
            let second = b.start("dan", "prod", "r2", json!({}));
            b.finish("dan", &second, "abandoned");
            b.expect("*", &format!("runs {}", json!({"shop/prod": {"manifest/a": [first], "manifest/b": [first]}})));
        }),
        case(
            "soak-by-two",
            "Two finishes cover the target; a start of another release that only one of them has seen ends the soak.",
            Book::ruled(json!({"from": ["dev"], "soak_ms": 300_000})),
            |b| {
                b.release_for("dev");
                let here = b.release.clone();
                let before = b.tip.clone();
                b.roll("dave", "dev", "r1", json!({}));
                let left = b.tip.clone();
                b.tip = before;
                b.released(and(release("other", json!({})), json!({"target": "dev"})));
                b.started("dan", "dev", "r2", json!({"no_lock": {"reason": "careless"}}));
                b.tip.extend(left);
                b.release = here;
                b.step = 600_000;
                let policy = b.policy("prod");
                let promotion = b.say("dave", "promotion.recorded", b.place("prod", json!({"policy": policy})));
                b.expect(&promotion, "v1 unpermitted");
            },
        ),
    ]
}
