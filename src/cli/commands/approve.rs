//! `sealog approve`: somebody puts their name to a release for a target.

use clap::Args;
use ledger_format::dag::Index;
use ledger_format::digest::Digest;
use ledger_format::event::{ApprovalGranted, Data};
use ledger_format::field::Note;
use ledger_format::ledger::Ledger;
use ledger_format::name::Name;
use ledger_format::projection::gates::Candidate;
use ledger_format::time::Time;

use super::diff;
use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::naming::{self, NamedRelease};
use crate::cli::session::{Actor, Session};
use crate::cli::ui::prompt::Question;
use crate::cli::view::approval::{Approved, Approving, Binds, GateView, InTheWay};
use crate::cli::view::candidate::CandidateView;
use crate::cli::view::evidence::SeenEvidence;
use crate::cli::view::release_name::ReleaseName;
use crate::ledger::outlook::outlook;
use crate::ledger::releases::{self, Found};
use crate::stages::approval::{self, Approver, Draft, Request};

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

impl Approve {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let actor = session.actor(&self.changing.key)?;
        let found = self.release.find(&session)?;
        let ledger = session.ledger();
        let target = naming::find_target(ledger, &found, self.target.as_deref())?;
        let approver =
            Approver { principal: &actor.principal, key: &actor.fingerprint, now: Time::from(world.clock.now()) };
        let request = self.request(world, ledger, (&found, &target))?;
        let draft = approval::draft(ledger, request, approver).ok_or_else(|| not_there(&found, &target))?;
        let shown =
            self.shown(ledger, &actor, (&found, &target), &draft, gate(ledger, (&found, &target), approver.now)?);
        let data = Data::from(draft.data);
        session.permit(&actor, &data)?;
        session.readable(approved(ledger, &found, &data))?;
        if self.changing.dry_run {
            world.ui.show(&shown)?;
            return Ok(Exit::Done);
        }
        world.ui.plan(&shown);
        let more = (!shown.candidate.replaces.is_empty()).then_some(('d', "shows the diff"));
        let question = Question { text: "Approve?", more, flag: "--yes" };
        world.ui.confirm_seeing(question, self.changing.assume(), || differs(&session, &shown.candidate))?;
        let mut writer = session.writer(actor)?;
        let event = writer.append(data)?;
        let session = writer.finish();
        let gate = gate(session.ledger(), (&found, &target), Time::from(world.clock.now()))?;
        world.ui.show(&Approved { event, approving: Approving { gate, ..shown } })?;
        Ok(Exit::Done)
    }

    fn request<'a>(
        &self,
        world: &World<'_>,
        ledger: &Ledger,
        (found, target): (&'a Found, &'a Name),
    ) -> Result<Request<'a>, CliError> {
        let candidate = Candidate { deployment: &found.deployment, target, release: found.release };
        let principal = |text| naming::name("principal", text);
        let note = |text| naming::text("--note", text).map(Note::from);
        Ok(Request {
            candidate,
            components: naming::find_components(ledger, candidate, &self.component)?,
            plan: self.plan,
            until: self.until.as_deref().map(|text| naming::moment(world, "--until", text)).transpose()?,
            on_behalf_of: self.on_behalf_of.as_deref().map(principal).transpose()?,
            note: self.note.as_deref().map(note).transpose()?,
        })
    }

    fn shown(
        &self,
        ledger: &Ledger,
        actor: &Actor,
        (found, target): (&Found, &Name),
        draft: &Draft,
        gate: GateView,
    ) -> Approving {
        let evidence = draft.evidence.iter().filter_map(|index| match ledger.data(*index) {
            Some(Data::EvidenceRecorded(evidence)) => {
                Some(SeenEvidence::of(ledger, *index, evidence, draft.summed.contains(index)))
            }
            Some(_) | None => None,
        });
        Approving {
            principal: actor.principal.clone(),
            groups: draft.groups.clone(),
            candidate: CandidateView::of(ledger, found, target, &ledger.everything()),
            evidence: evidence.collect(),
            gate,
            binds: self.binds(&draft.data),
            not_counted: draft.in_vain.as_ref().map(ToString::to_string),
        }
    }

    fn binds(&self, data: &ApprovalGranted) -> Binds {
        Binds {
            policy: data.policy,
            components: data.components.as_ref().map(|components| components.iter().cloned().collect()),
            plan: data.plan,
            until: data.until,
            request: data.request,
            on_behalf_of: data.on_behalf_of.clone(),
            note: self.note.clone(),
        }
    }
}

/// Shows how the release differs from what runs on the target.
fn differs(session: &Session<'_>, candidate: &CandidateView) -> Result<(), CliError> {
    let ledger = session.ledger();
    let created = |name: &ReleaseName| ledger.release_of(&candidate.deployment, *name.digest(), &ledger.everything());
    for replaced in &candidate.replaces {
        if let (Some(before), Some(after)) = (created(&replaced.release), created(&candidate.release)) {
            let both = [(replaced.release.clone(), before), (candidate.release.clone(), after)];
            session.world.ui.plan(&diff::compared(session, both, Some(&candidate.target))?);
        }
    }
    Ok(())
}

/// The events that an approval is founded on: the release, the evidence, the request.
fn approved(ledger: &Ledger, found: &Found, data: &Data) -> Vec<Index> {
    let created = releases::created(ledger, &ledger.everything());
    let created = created.iter().filter(|(_, created)| created.release == found.release).map(|(index, _)| *index);
    created.chain(data.names().into_iter().filter_map(|named| ledger.index(named.id))).collect()
}

fn gate(ledger: &Ledger, (found, target): (&Found, &Name), now: Time) -> Result<GateView, CliError> {
    let candidate = Candidate { deployment: &found.deployment, target, release: found.release };
    let outlook = outlook(ledger, candidate, now, &ledger.everything()).ok_or_else(|| not_there(found, target))?;
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

fn not_there(found: &Found, target: &Name) -> CliError {
    let what = found.alias.as_ref().map_or_else(|| found.release.short(), ToString::to_string);
    CliError::new(Code::NotFound, format!("{} {what} carries no target `{target}`", found.deployment))
}
