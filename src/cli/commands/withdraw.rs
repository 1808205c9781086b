//! `sealog withdraw`: takes back a release, or approvals and rejections.

use clap::{Args, Subcommand};
use ledger_format::dag::Index;
use ledger_format::event::{ApprovalWithdrawn, Data, Kind, ReleaseWithdrawn};
use ledger_format::field::Set;
use ledger_format::ledger::Ledger;
use ledger_format::name::{EventId, Name};
use ledger_format::projection::gates::Candidate;
use ledger_format::time::Time;

use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::naming::{self, NamedRelease};
use crate::cli::session::{Actor, Session};
use crate::cli::speak::{Speech, speak};
use crate::cli::teller::Teller;
use crate::cli::ui::page::Facts;
use crate::cli::view::release_name::ReleaseName;
use crate::cli::view::says::{count, list};
use crate::cli::view::statement::Words;
use crate::ledger::releases::{self, Found};

/// Take back a release, an approval or a rejection
#[derive(Debug, Subcommand)]
pub enum Withdraw {
    Approval(OfApproval),
    Release(OfRelease),
}

/// Take back approvals and rejections: your own, or those that you name
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog withdraw approval payment-service v1.5.0 --target prod --reason 'wrong build'\n  \
    sealog withdraw approval --event 8b5e30f7d2c4 --reason 'given on the wrong day'"
)]
pub struct OfApproval {
    #[command(flatten)]
    release: NamedRelease,

    /// The target that they are for
    #[arg(long, short)]
    target: Option<String>,

    /// These, instead of all of your own for a release; by the right `approval.withdrawn` also others' approvals
    #[arg(long, value_name = "ID")]
    event: Vec<String>,

    /// Why; it stays in the ledger
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

/// Take back a release, for ever: it is not rolled out any more
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog withdraw release payment-service v1.5.0 --reason 'leaks tokens'\n\n\
    There is no undo. What runs stays as it is; its alias is free again.")]
pub struct OfRelease {
    #[command(flatten)]
    release: NamedRelease,

    /// Why; it stays in the ledger
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl Withdraw {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Approval(command) => command.run(world),
            Self::Release(command) => command.run(world),
        }
    }
}

impl OfApproval {
    fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let actor = session.actor(&self.changing.key)?;
        let chosen = self.chosen(world, &session, &actor)?;
        let reason = naming::reason(world, self.reason.as_deref())?;
        let ledger = session.ledger();
        let teller = Teller::new(ledger, world.ui.look());
        let ids: Vec<EventId> = chosen.iter().map(|index| ledger.entry(*index).event.id).collect();
        let facts = ids.iter().fold(Facts::new(), |facts, id| facts.fact(id.short(), teller.tell(id)));
        let words = Words {
            doing: "withdraw",
            done: "Withdrew",
            what: count(ids.len(), if all_denials(ledger, &chosen) { "rejection" } else { "approval" }),
            facts: facts.fact("reason", reason.as_str()),
            after: Facts::new().fact("withdrawn", list(ids.iter().map(EventId::short))).fact("reason", reason.as_str()),
        };
        let approvals = Set::new(ids).ok_or_else(|| CliError::new(Code::Usage, "nothing is named"))?;
        let data = Data::from(ApprovalWithdrawn { approvals, reason });
        speak(world, &self.changing, (session, actor), Speech { data, words, question: "Withdraw?" })
    }

    /// The approvals and rejections that are named, else all of the actor's own that stand.
    fn chosen(&self, world: &World<'_>, session: &Session<'_>, actor: &Actor) -> Result<Vec<Index>, CliError> {
        let ledger = session.ledger();
        if !self.event.is_empty() {
            let named = self.event.iter().map(|text| naming::find_event(ledger, text));
            let named: Vec<Index> = named.collect::<Result<_, _>>()?;
            return named.into_iter().map(|index| is_withdrawable(ledger, index)).collect();
        }
        let found = self.release.find(session)?;
        let target = naming::find_target(ledger, &found, self.target.as_deref())?;
        let candidate = Candidate { deployment: &found.deployment, target: &target, release: found.release };
        let own = own_standing(ledger, candidate, &actor.principal, Time::from(world.clock.now()));
        if own.is_empty() {
            let what = ReleaseName::new(found.release, found.alias.clone()).both(world.ui.look());
            let message = format!("nothing of {} stands for or against {what} on {target}", actor.principal);
            return Err(CliError::new(Code::NotFound, message).hint("sealog ledger log   (shows what others said)"));
        }
        Ok(own)
    }
}

fn own_standing(ledger: &Ledger, candidate: Candidate<'_>, who: &Name, now: Time) -> Vec<Index> {
    let everything = ledger.everything();
    let approvals = ledger.standing_approvals(candidate, now, &everything).into_iter().map(|(index, _)| index);
    let denials = ledger.standing_denials(candidate, &everything).into_iter().map(|(index, _)| index);
    approvals.chain(denials).filter(|index| ledger.entry(*index).principal == *who).collect()
}

fn is_withdrawable(ledger: &Ledger, index: Index) -> Result<Index, CliError> {
    let entry = ledger.entry(index);
    let id = entry.event.id.short();
    let kind = entry.event.kind();
    if !matches!(kind, Some(Kind::ApprovalGranted | Kind::ApprovalDenied)) {
        let kind = kind.map_or_else(|| "unknown".to_owned(), |kind| kind.to_string());
        return Err(CliError::new(Code::Usage, format!("event {id} is no approval and no rejection but a {kind}")));
    }
    match ledger.named_by(index, Kind::ApprovalWithdrawn, &ledger.everything()) {
        Some(by) => {
            let entry = ledger.entry(by);
            let message = format!("event {id} was withdrawn already by {}", entry.principal);
            Err(CliError::new(Code::AlreadyDone, message).fact(
                "by",
                entry.event.id.to_string(),
                entry.event.id.short(),
            ))
        }
        None => Ok(index),
    }
}

fn all_denials(ledger: &Ledger, chosen: &[Index]) -> bool {
    chosen.iter().all(|index| ledger.entry(*index).event.kind() == Some(Kind::ApprovalDenied))
}

impl OfRelease {
    fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let actor = session.actor(&self.changing.key)?;
        let found = self.release.find(&session)?;
        let ledger = session.ledger();
        let name = ReleaseName::new(found.release, found.alias.clone());
        let everything = ledger.everything();
        if let Some(by) = ledger.withdrawal(found.release, &everything) {
            let entry = ledger.entry(by);
            let message = format!(
                "{} {} was withdrawn already by {}",
                found.deployment,
                name.short(world.ui.look()),
                entry.principal
            );
            return Err(CliError::new(Code::AlreadyDone, message).fact(
                "by",
                entry.event.id.to_string(),
                entry.event.id.short(),
            ));
        }
        let reason = naming::reason(world, self.reason.as_deref())?;
        let runs = runs_on(ledger, &found);
        let runs = if runs.is_empty() { "nowhere".to_owned() } else { format!("{}: it stays there", list(runs)) };
        let facts = Facts::new()
            .fact("release", format!("{} {}", found.deployment, name.both(world.ui.look())))
            .fact("runs on", runs)
            .fact(
                "for ever",
                "it is rolled out nowhere any more, by break-glass neither; to undo, release anew with other content",
            )
            .fact("reason", reason.as_str());
        let words = Words {
            doing: "withdraw a release",
            done: "Withdrew",
            what: format!("{} {}", found.deployment, name.short(world.ui.look())),
            facts,
            after: Facts::new().fact("reason", reason.as_str()),
        };
        let data = Data::from(withdrawn(ledger, &found, reason)?);
        speak(world, &self.changing, (session, actor), Speech { data, words, question: "Withdraw it for ever?" })
    }
}

fn withdrawn(ledger: &Ledger, found: &Found, reason: ledger_format::field::Text) -> Result<ReleaseWithdrawn, CliError> {
    let all = releases::created(ledger, &ledger.everything());
    let of_release = all.iter().filter(|(_, created)| created.release == found.release);
    let created = Set::new(of_release.map(|(index, _)| ledger.entry(*index).event.id));
    let created = created.ok_or_else(|| CliError::new(Code::NotFound, "the release was never created"))?;
    Ok(ReleaseWithdrawn { release: found.release, created, reason })
}

fn runs_on(ledger: &Ledger, found: &Found) -> Vec<Name> {
    let everything = ledger.everything();
    let places = ledger.places(&everything).into_iter().filter(|(deployment, _)| *deployment == found.deployment);
    let is_there = |target: &Name| {
        let starts = ledger.running(&found.deployment, target, &everything).starts();
        starts.into_iter().filter_map(|start| ledger.start(start)).any(|start| start.release == found.release)
    };
    places.map(|(_, target)| target).filter(is_there).collect()
}
