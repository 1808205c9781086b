//! `sealog approve`: somebody puts their name to a release for a target.

use std::collections::BTreeSet;

use clap::Args;
use ledger_format::dag::Index;
use ledger_format::digest::Digest;
use ledger_format::event::{ApprovalGranted, Data, ReleaseCreated};
use ledger_format::field::{Note, Set};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{Component, EventId, Name};
use ledger_format::policy::{ApprovalRule, Policy};
use ledger_format::projection::gates::Candidate;
use ledger_format::time::Time;

use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::naming::{self, NamedRelease};
use crate::cli::session::{Actor, Session};
use crate::cli::view::approval::{Approved, Approving, Binds, GateView, InTheWay};
use crate::cli::view::candidate::CandidateView;
use crate::cli::view::evidence::SeenEvidence;
use crate::cli::view::says::list;
use crate::ledger::outlook::{self, outlook};
use crate::ledger::releases::{self, Found};

/// Approve a release for a target
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog approve payment-service v1.5.0 --target prod\n  \
    sealog approve v1.5.0 --target prod --until 2h --note 'read the diff with ben'\n\n\
    An approval counts for one rollout of this very release, under the policy and with the evidence of now.")]
pub struct Approve {
    #[command(flatten)]
    release: NamedRelease,

    /// The target that the release may go to
    #[arg(long, short)]
    target: Option<String>,

    /// Only for rollouts that touch no other components than these
    #[arg(long, short, value_name = "COMPONENT")]
    component: Vec<String>,

    /// Only for a rollout of this plan
    #[arg(long, value_name = "DIGEST")]
    plan: Option<Digest>,

    /// How long it counts: a duration or a time [default: 24h, or what the policy allows if that is less]
    #[arg(long, value_name = "DURATION|TIME")]
    until: Option<String>,

    /// Speak for somebody, who then counts no second time
    #[arg(long, value_name = "NAME")]
    on_behalf_of: Option<String>,

    /// Words that are recorded with it
    #[arg(long)]
    note: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

/// How long an approval counts when nothing else is said.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What is shown, and what is signed.
struct Plan {
    shown: Approving,
    data: ApprovalGranted,
}

impl Approve {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let actor = session.actor(&self.changing.key)?;
        let found = self.release.find(&session)?;
        let target = naming::find_target(session.ledger(), &found, self.target.as_deref())?;
        let plan = self.plan(world, &session, &actor, (&found, &target))?;
        let data = Data::from(plan.data.clone());
        session.permit(&actor, &data)?;
        session.readable(approved(session.ledger(), &found, &data))?;
        if self.changing.dry_run {
            world.ui.show(&plan.shown)?;
            return Ok(Exit::Done);
        }
        world.ui.plan(&plan.shown);
        world.ui.confirm("Approve?", self.changing.assume())?;
        let mut writer = session.writer(actor)?;
        let event = writer.append(plan.data)?;
        let session = writer.finish()?;
        let now = Time::from(world.clock.now());
        let gate = gate(session.ledger(), (&found, &target), now, &session.ledger().everything())?;
        world.ui.show(&Approved { event, approving: Approving { gate, ..plan.shown } })?;
        Ok(Exit::Done)
    }

    fn plan(
        &self,
        world: &World<'_>,
        session: &Session<'_>,
        actor: &Actor,
        (found, target): (&Found, &Name),
    ) -> Result<Plan, CliError> {
        let (ledger, now) = (session.ledger(), Time::from(world.clock.now()));
        let everything = ledger.everything();
        let candidate = Candidate { deployment: &found.deployment, target, release: found.release };
        let created = outlook::created(ledger, candidate, &everything).ok_or_else(|| not_there(found, target))?;
        let evidence = evidence(ledger, created, &everything);
        let components = naming::find_components(ledger, candidate, &self.component)?;
        let policy = policy(ledger, candidate, &everything);
        let data = ApprovalGranted {
            deployment: found.deployment.clone(),
            release: found.release,
            target: target.clone(),
            policy: policy.digest(),
            evidence: Set::new(evidence.iter().map(|seen| seen.event)),
            plan: self.plan,
            until: self.until(world, now, &policy)?,
            images: if components.is_empty() { images(created) } else { None },
            request: request(ledger, candidate, policy.digest(), &everything),
            components: Set::new(components),
            on_behalf_of: self.on_behalf_of.as_deref().map(|text| naming::name("principal", text)).transpose()?,
            note: self.note.as_deref().map(|note| naming::text("--note", note).map(Note::from)).transpose()?,
        };
        let shown = Approving {
            principal: actor.principal.clone(),
            groups: asked_groups(ledger, actor, &policy, &everything),
            candidate: CandidateView::of(ledger, found, target, &everything),
            evidence,
            gate: gate(ledger, (found, target), now, &everything)?,
            binds: self.binds(&data),
            not_counted: not_counted(ledger, candidate, actor, (now, &policy), &everything),
        };
        Ok(Plan { shown, data })
    }

    fn until(&self, world: &World<'_>, now: Time, policy: &Policy<'_>) -> Result<Time, CliError> {
        match &self.until {
            Some(text) => naming::moment(world, "--until", text),
            None => {
                let allowed = approval_rules(policy).filter_map(|rule| rule.valid_ms).map(|ms| ms.get()).min();
                Ok(now.plus_ms(allowed.unwrap_or(DAY_MS).min(DAY_MS)))
            }
        }
    }

    fn binds(&self, data: &ApprovalGranted) -> Binds {
        Binds {
            policy: data.policy,
            components: data
                .components
                .as_ref()
                .map(|components| components.iter().cloned().collect::<Vec<Component>>()),
            plan: data.plan,
            until: data.until,
            request: data.request,
            on_behalf_of: data.on_behalf_of.clone(),
            note: self.note.clone(),
        }
    }
}

/// The events that an approval is founded on: the release, the evidence, the request.
fn approved(ledger: &Ledger, found: &Found, data: &Data) -> Vec<Index> {
    let created = releases::created(ledger, &ledger.everything());
    let created = created.iter().filter(|(_, created)| created.release == found.release).map(|(index, _)| *index);
    created.chain(data.names().into_iter().filter_map(|named| ledger.index(named.id))).collect()
}

/// The policy of the target, as the newest authority has it.
pub fn policy<'a>(ledger: &'a Ledger, candidate: Candidate<'_>, set: &ClosedSet) -> Policy<'a> {
    // There is a newest authority in every ledger: the first event has one.
    let document = ledger.documents(set).next().unwrap_or_else(|| unreachable!("a ledger has an authority"));
    Policy::resolve(document.authority(), candidate.deployment, candidate.target)
}

fn approval_rules<'a>(policy: &'a Policy<'_>) -> impl Iterator<Item = &'a ApprovalRule> {
    policy.rules().iter().flat_map(|rules| rules.approvals.iter().flatten())
}

/// The newest evidence on the release and its images.
fn evidence(ledger: &Ledger, created: &ReleaseCreated, set: &ClosedSet) -> Vec<SeenEvidence> {
    let artifacts = created.artifacts.iter().flatten();
    let mut objects: Vec<Digest> = artifacts.map(|(_, artifact)| artifact.image.digest).collect();
    objects.push(created.release.0);
    let newest = ledger.newest_evidence(&created.deployment, &objects, set);
    newest.into_iter().map(|(index, evidence)| SeenEvidence::of(ledger, index, evidence)).collect()
}

fn images(created: &ReleaseCreated) -> Option<Set<ledger_format::field::Image>> {
    Set::new(created.artifacts.iter().flatten().map(|(_, artifact)| artifact.image.clone()))
}

/// The newest request for approvals of this release under this policy.
fn request(ledger: &Ledger, candidate: Candidate<'_>, policy: Digest, set: &ClosedSet) -> Option<EventId> {
    let asked = ledger.approval_requests(candidate, set).into_iter();
    let same = asked.filter(|(_, request)| request.policy == policy).map(|(index, _)| index);
    same.max_by_key(|index| ledger.order(*index)).map(|index| ledger.entry(index).event.id)
}

/// The groups of the actor that the policy asks approvals of.
fn asked_groups(ledger: &Ledger, actor: &Actor, policy: &Policy<'_>, set: &ClosedSet) -> Vec<Name> {
    let asked: BTreeSet<&Name> = approval_rules(policy).flat_map(|rule| rule.groups.iter()).collect();
    let is_in = |group: &&Name| ledger.documents(set).any(|document| document.is_in_group(&actor.principal, group));
    asked.into_iter().filter(is_in).cloned().collect()
}

fn gate(ledger: &Ledger, (found, target): (&Found, &Name), now: Time, set: &ClosedSet) -> Result<GateView, CliError> {
    let candidate = Candidate { deployment: &found.deployment, target, release: found.release };
    let outlook = outlook(ledger, candidate, now, set).ok_or_else(|| not_there(found, target))?;
    Ok(GateView::of(&outlook, &|index| in_the_way(ledger, index)))
}

fn in_the_way(ledger: &Ledger, index: Index) -> Option<InTheWay> {
    let entry = ledger.entry(index);
    let reason = match entry.event.data()? {
        Data::HoldPlaced(hold) => hold.reason.to_string(),
        Data::ApprovalDenied(denial) => denial.reason.to_string(),
        _ => return None,
    };
    Some(InTheWay { event: entry.event.id, principal: entry.principal.clone(), reason })
}

/// Why an approval by the actor would not count.
fn not_counted(
    ledger: &Ledger,
    candidate: Candidate<'_>,
    actor: &Actor,
    (now, policy): (Time, &Policy<'_>),
    set: &ClosedSet,
) -> Option<String> {
    let principal = &actor.principal;
    if let Some(by) = ledger.withdrawal(candidate.release, set) {
        return Some(format!("{} withdrew the release", ledger.entry(by).principal));
    }
    if let Some(by) = ledger.standing_suspension(&actor.fingerprint, set) {
        return Some(format!("{} suspended your key", ledger.entry(by).principal));
    }
    let asked: BTreeSet<&Name> = approval_rules(policy).flat_map(|rule| rule.groups.iter()).collect();
    let is_in = |group: &&Name| ledger.documents(set).any(|document| document.is_in_group(principal, group));
    if !asked.is_empty() && !asked.iter().any(is_in) {
        return Some(format!("{principal} is not of {}", list(asked)));
    }
    let gate = outlook(ledger, candidate, now, set)?.gate;
    let part = ledger.part_besides_approver(&gate, principal, set).filter(|_| !asked.is_empty())?;
    Some(format!("{principal} is its {part}, and the policy wants another approver"))
}

fn not_there(found: &Found, target: &Name) -> CliError {
    let what = found.alias.as_ref().map_or_else(|| found.release.short(), ToString::to_string);
    CliError::new(Code::NotFound, format!("{} {what} carries no target `{target}`", found.deployment))
}
