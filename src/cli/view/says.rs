//! What an event says, in one line for people.

use ledger_format::digest::Digest;
use ledger_format::event::{
    ApprovalRequested, BuildRecorded, ClaimedComponents, ComponentApplied, Data, EvidenceRecorded, Health, HoldPlaced,
    Object, ObservationRecorded, Observed, Outcome, ReleaseCreated, RolloutClaimed, RolloutStarted,
};
use ledger_format::event::{Body, Event};
use ledger_format::name::{Component, EventId, Name, ReleaseId};
use ledger_format::time::Time;

use crate::cli::ui::look::Look;

/// What a sentence looks up: other events, and the names that people gave to releases.
pub trait Known {
    fn event(&self, id: &EventId) -> Option<&Event>;

    fn alias(&self, deployment: &Name, release: &ReleaseId) -> Option<&Name>;

    /// Whether the ledger speaks of one deployment only, so that its name goes without saying.
    fn one_deployment(&self) -> bool;
}

/// Sentences in one look about one ledger.
#[derive(Clone, Copy)]
pub struct Says<'a> {
    pub known: &'a dyn Known,
    pub look: &'a Look,
}

impl Says<'_> {
    pub fn event(&self, event: &Event) -> String {
        let (facts, words) = self.parts(event);
        facts + &words
    }

    /// The sentence, split where people's own words begin: between the two stands what became of it.
    pub fn parts(&self, event: &Event) -> (String, String) {
        match &event.body {
            Body::Unknown { predicate_type, reason } => (format!("{predicate_type}: {reason}"), String::new()),
            Body::Known(Data::RolloutStarted(data)) => self.started(data),
            Body::Known(Data::PromotionRecorded(data)) => {
                let place = self.place(&data.deployment, &data.target, &data.release);
                (place, data.r#override.as_ref().map(|over| format!(", override: {}", over.reason)).unwrap_or_default())
            }
            Body::Known(data) => (self.data(data, event.header.parents.len()), String::new()),
        }
    }

    fn data(&self, data: &Data, parents: usize) -> String {
        match data {
            Data::LedgerCreated(data) => format!("roots {}", list(data.authority.roots.principals.iter())),
            Data::AuthorityProposed(data) => format!("version {}: {}", data.authority.version, data.reason),
            Data::Endorsed(data) => format!("the proposal {}", self.look.event(&data.proposal)),
            Data::KeySuspended(data) => {
                format!("{}: {}", list(data.keys.iter().map(|key| key.short().to_owned())), data.reason)
            }
            Data::BuildRecorded(data) => self.build(data),
            Data::EvidenceRecorded(data) => self.evidence(data),
            Data::ReleaseCreated(data) => self.created(data),
            Data::ReleaseWithdrawn(data) => {
                format!("{}: {}", self.created_releases(data.created.iter(), &data.release), data.reason)
            }
            Data::ApprovalRequested(data) => self.requested(data),
            Data::ApprovalGranted(data) => {
                let place = self.place(&data.deployment, &data.target, &data.release);
                format!("{place}, until {}", self.time(data.until))
            }
            Data::ApprovalDenied(data) => {
                format!("{}: {}", self.place(&data.deployment, &data.target, &data.release), data.reason)
            }
            Data::ApprovalWithdrawn(data) => format!("{}: {}", self.events(data.approvals.iter()), data.reason),
            Data::HoldPlaced(data) => self.hold(data),
            Data::HoldLifted(data) => format!("{}: {}", self.events(data.holds.iter()), data.reason),
            Data::PromotionRecorded(data) => self.place(&data.deployment, &data.target, &data.release),
            Data::RolloutClaimed(data) => self.claimed(data),
            Data::RolloutStarted(data) => self.started(data).0,
            Data::ComponentApplied(data) => self.applied(data),
            Data::RolloutFinished(data) => {
                let reason = data.reason.as_ref().map(|reason| format!(", {reason}"));
                format!("{}: {}{}", self.of_start(&data.start), data.outcome, reason.unwrap_or_default())
            }
            Data::ClaimEnded(data) => match &data.takeover {
                None => self.claims(data.claims.iter()),
                Some(takeover) => format!("{}, taken over: {}", self.claims(data.claims.iter()), takeover.reason),
            },
            Data::ObservationRecorded(data) => self.observed(data),
            Data::Reviewed(data) => {
                format!("{} {}: {}", data.verdict, self.events(data.events.iter()), data.reason)
            }
            Data::Merged(_) => format!("joins {parents} heads"),
            Data::Noted(data) => match &data.about {
                None => "free words".to_owned(),
                Some(about) => format!("about {}", self.events(about.iter())),
            },
            Data::LedgerSealed(data) => format!("{} events", data.size),
        }
    }

    fn build(&self, data: &BuildRecorded) -> String {
        let target = data.target.as_ref().map(|target| format!(" for {target}")).unwrap_or_default();
        let elsewhere = if data.elsewhere.is_some() { ", elsewhere" } else { "" };
        let digest = self.look.digest(&data.image.digest);
        format!("{}{target} {digest}, by {}{elsewhere}", data.component.name(), data.builder.name)
    }

    /// `test unit of api: passed, 148 passed, 1 failed`
    fn evidence(&self, data: &EvidenceRecorded) -> String {
        let name = data.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let mut parts = Vec::new();
        parts.extend(data.verdict.map(|verdict| verdict.to_string()));
        parts
            .extend(data.counts.iter().flat_map(|counts| counts.iter()).map(|(what, count)| format!("{count} {what}")));
        if parts.is_empty() {
            parts.push("no verdict".to_owned());
        }
        format!("{}{name} of {}: {}", data.r#type, self.object(data), parts.join(", "))
    }

    fn object(&self, data: &EvidenceRecorded) -> String {
        match (&data.component, data.object()) {
            (Some(component), Some(Object::Images(_))) => component.name().to_owned(),
            (_, Some(Object::Images(images))) => list(images.iter().map(|image| self.look.digest(&image.digest))),
            (_, Some(Object::Release(release))) => self.release(&data.deployment, &release),
            (_, Some(Object::Start(start))) => self.of_start(&start),
            (_, Some(Object::Config(digest))) => format!("configuration {}", self.look.digest(&digest)),
            (_, None) => "nothing".to_owned(),
        }
    }

    fn created(&self, data: &ReleaseCreated) -> String {
        let images = data.artifacts.as_ref().map_or(0, |artifacts| artifacts.len());
        // What it was called by this event, whatever it was called since.
        let own = data.alias.as_ref().map(ToString::to_string);
        let name = own.unwrap_or_else(|| self.release(&data.deployment, &data.release));
        let made_with = data.target.as_ref().map(|target| format!(", made with {target}")).unwrap_or_default();
        format!("{name}: {}, targets {}{made_with}", count(images, "image"), list(data.config.keys()))
    }

    fn requested(&self, data: &ApprovalRequested) -> String {
        let place = self.place(&data.deployment, &data.target, &data.release);
        let groups = data.groups.iter().flat_map(|groups| groups.iter());
        let people = data.principals.iter().flat_map(|principals| principals.iter());
        let asked: Vec<&Name> = groups.chain(people).collect();
        let asked = if asked.is_empty() { String::new() } else { format!(", from {}", list(asked)) };
        format!("{place}{asked}, until {}", self.time(data.until))
    }

    fn hold(&self, data: &HoldPlaced) -> String {
        let mut of = Vec::new();
        of.extend(data.deployment.as_ref().filter(|_| !self.known.one_deployment()).map(ToString::to_string));
        of.extend(data.target.as_ref().map(ToString::to_string));
        of.extend(data.release.map(|release| match &data.deployment {
            Some(deployment) => self.release(deployment, &release),
            None => self.look.release(&release),
        }));
        if of.is_empty() {
            of.push("everything".to_owned());
        }
        let until = data.until.map(|until| format!(", until {}", self.time(until))).unwrap_or_default();
        format!("{}{until}: {}", of.join(" "), data.reason)
    }

    fn claimed(&self, data: &RolloutClaimed) -> String {
        let RolloutClaimed::Target(claim) = data else { return "the making of a seal".to_owned() };
        let place = self.place(&claim.deployment, &claim.target, &claim.release);
        match claim.claimed() {
            ClaimedComponents::All => format!("{place}, all components"),
            ClaimedComponents::Some(components) => format!("{place}, {}", names(components.iter())),
            ClaimedComponents::None => format!("{place}, the target for rollout {}", claim.rollout),
        }
    }

    fn started(&self, data: &RolloutStarted) -> (String, String) {
        let mut text = self.place(&data.deployment, &data.target, &data.release);
        if data.components != data.whole {
            text += &format!(", {}", names(data.components.iter()));
        }
        if let Some(plan) = &data.plan {
            text += &format!(", plan {}", self.short(plan));
        }
        if let Some(resumes) = &data.resumes {
            text += &format!(", resumes {}", self.events(resumes.iter()));
        }
        let mut words = String::new();
        if let Some(rollback) = &data.rollback {
            words += &format!(", rolls back: {}", rollback.reason);
        }
        if let Some(over) = &data.r#override {
            words += &format!(", override: {}", over.reason);
        }
        if let Some(no_lock) = &data.no_lock {
            words += &format!(", without a lock: {}", no_lock.reason);
        }
        (text, words)
    }

    fn applied(&self, data: &ComponentApplied) -> String {
        let outcome = match data.outcome {
            Outcome::Changed => "changed",
            Outcome::Unchanged => "no change",
            Outcome::Failed => "failed",
        };
        format!("{} {}: {outcome}", self.of_start(&data.start), data.component.name())
    }

    fn observed(&self, data: &ObservationRecorded) -> String {
        let seen = data.components.iter().map(|(component, seen)| self.seen(component, seen));
        let deployment = if self.known.one_deployment() { String::new() } else { format!("{} ", data.deployment) };
        format!("{deployment}{}: {}", data.target, list(seen))
    }

    fn seen(&self, component: &Component, seen: &Observed) -> String {
        let mut says = Vec::new();
        if seen.drift.is_some() {
            says.push("drifted".to_owned());
        }
        says.extend(seen.health.map(|health| match health {
            Health::Healthy => "healthy".to_owned(),
            Health::Unhealthy => "unhealthy".to_owned(),
            Health::Unknown => "health unknown".to_owned(),
        }));
        says.extend(seen.images.iter().flat_map(|images| images.iter()).map(|image| self.look.digest(image)));
        format!("{} {}", component.name(), says.join(" "))
    }

    /// `prod v1.5.0`
    fn place(&self, deployment: &Name, target: &Name, release: &ReleaseId) -> String {
        let release = self.release(deployment, release);
        if self.known.one_deployment() {
            format!("{target} {release}")
        } else {
            format!("{deployment} {target} {release}")
        }
    }

    /// `prod v1.5.0` of the start with this id.
    fn of_start(&self, start: &EventId) -> String {
        match self.known.event(start).map(|event| &event.body) {
            Some(Body::Known(Data::RolloutStarted(data))) => self.place(&data.deployment, &data.target, &data.release),
            Some(_) | None => format!("the start {}", self.look.event(start)),
        }
    }

    fn claims<'i>(&self, claims: impl Iterator<Item = &'i EventId>) -> String {
        list(claims.map(|claim| match self.known.event(claim).map(|event| &event.body) {
            Some(Body::Known(Data::RolloutClaimed(data))) => self.claimed(data),
            Some(_) | None => format!("the claim {}", self.look.event(claim)),
        }))
    }

    /// The name of a release that was withdrawn, which only its `release.created` can tell.
    fn created_releases<'i>(&self, mut created: impl Iterator<Item = &'i EventId>, release: &ReleaseId) -> String {
        let deployment = created.find_map(|id| match self.known.event(id).map(|event| &event.body) {
            Some(Body::Known(Data::ReleaseCreated(data))) => Some(&data.deployment),
            Some(_) | None => None,
        });
        deployment.map_or_else(|| self.look.release(release), |deployment| self.release(deployment, release))
    }

    /// The alias, else the id.
    fn release(&self, deployment: &Name, release: &ReleaseId) -> String {
        self.known.alias(deployment, release).map_or_else(|| self.look.release(release), ToString::to_string)
    }

    fn events<'i>(&self, ids: impl Iterator<Item = &'i EventId>) -> String {
        list(ids.map(|id| self.look.event(id)))
    }

    fn short(&self, digest: &Digest) -> String {
        self.look.event(&EventId(*digest))
    }

    fn time(&self, time: Time) -> String {
        self.look.times.exact(time.into())
    }
}

/// `1 image`, `2 images`
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `a, b, c`
pub fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

fn names<'a>(components: impl Iterator<Item = &'a Component>) -> String {
    list(components.map(Component::name))
}

#[cfg(test)]
mod tests {
    use ledger_format::event::{Header, Kind};
    use ledger_format::field::{Int, Run, Str};
    use ledger_format::name::Fingerprint;
    use serde_json::{Map, Value};

    use super::*;
    use crate::cli::ui::look::test_look;

    /// One example of each kind, all in one ledger, where every start is the example of a start.
    struct Examples {
        events: Vec<Event>,
        alias: Name,
    }

    impl Known for Examples {
        fn event(&self, _: &EventId) -> Option<&Event> {
            self.events.iter().find(|event| matches!(event.body, Body::Known(Data::RolloutStarted(_))))
        }

        fn alias(&self, _: &Name, _: &ReleaseId) -> Option<&Name> {
            Some(&self.alias)
        }

        fn one_deployment(&self) -> bool {
            true
        }
    }

    fn examples() -> Examples {
        let text = include_str!("../../../ledger-format/src/event/examples/data.json");
        let data: Map<String, Value> = serde_json::from_str(text).unwrap();
        let header = Header {
            ledger: None,
            generation: Int::new(7).unwrap(),
            parents: vec![EventId(Digest::of(b"one")), EventId(Digest::of(b"two"))],
            key: Fingerprint::from_digest(&Digest::of(b"key")),
            time: "2026-11-20T10:14:51.204Z".parse().unwrap(),
            run: Run::from_bytes([7; 16]),
            nonce: Str::new("n").unwrap(),
        };
        let event = |(kind, data): (&String, &Value)| {
            let body = Body::Known(Data::parse(kind.parse::<Kind>().unwrap(), data).unwrap());
            Event { id: EventId(Digest::of(kind.as_bytes())), header: header.clone(), body }
        };
        Examples { events: data.iter().map(event).collect(), alias: Name::new("v1.5.0").unwrap() }
    }

    #[test]
    fn every_kind_has_its_sentence() {
        let (known, look) = (examples(), test_look());
        let says = Says { known: &known, look: &look };
        let sentence = |event: &Event| match &event.body {
            Body::Known(data) => format!("{:22}{}\n", data.kind().as_str(), says.event(event)),
            Body::Unknown { .. } => String::new(),
        };
        let sentences: String = known.events.iter().map(sentence).collect();
        insta::assert_snapshot!(sentences, @r"
        approval.denied       prod v1.5.0: too late
        approval.granted      prod v1.5.0, until 11-21 08:34
        approval.requested    prod v1.5.0, from leads, ops, ada, kim, until 11-21 08:34
        approval.withdrawn    2c3a4249d770, f55ff16f66f4: a bug
        authority.proposed    version 3: kim leaves
        build.recorded        api for dev sha256:4cd9b7672d7f, by trivy, elsewhere
        claim.ended           the claim 9c0abe51c6e6, the claim d0f631ca1ddb, taken over: the job is dead
        component.applied     prod v1.5.0 database: changed
        endorsed              the proposal 148de9c5a7a4
        evidence.recorded     test main of api: passed, 287 components, 0 critical
        hold.lifted           33112ee14ee4, f998fe06afa0: over
        hold.placed           prod v1.5.0, until 11-21 08:34: freeze
        key.suspended         SHA256:CtI6rsG/fC4J, SHA256:sfj5GyoWvkHK: stolen laptop
        ledger.created        roots ada, kim
        ledger.sealed         5000 events
        merged                joins 2 heads
        noted                 about 0480a93d2e9b, 676b8bb84ce7
        observation.recorded  prod: ecs/service-api drifted healthy sha256:420fce314175 sha256:4cd9b7672d7f
        promotion.recorded    prod v1.5.0, override: fire
        release.created       v1.5.0: 1 image, targets dev, prod, made with dev
        release.withdrawn     68b076be5ba9: CVE
        reviewed              accept 8b5cc4df7eec, ac0f09c0f8bf: known
        rollout.claimed       prod v1.5.0, database, ecs/service-api
        rollout.finished      prod v1.5.0: failed, terraform said no
        rollout.started       prod v1.5.0, plan 64879f7d6b96, resumes ad328846aa18, e8bc163c82ee, rolls back: errors, override: fire, without a lock: a store that lists late
        ");
    }
}
