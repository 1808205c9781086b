//! Changes who may do what: shows what the next authority changes and costs, asks, signs.

use ledger_format::authority::document::Authority;
use ledger_format::event::{ApprovalGranted, AuthorityProposed, Data, Kind};
use ledger_format::field::{Set, Text};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{EventId, Name};
use ledger_format::policy::Policy;
use ledger_format::right::{Ask, Dimension, Need, Scope};
use ledger_format::time::Time;

use super::World;
use super::args::Changing;
use super::error::{CliError, Code, Exit};
use super::own_key::ReadyKey;
use super::session::{Actor, Session};
use super::view::authority::{Asked, Lost, Proposal, State, changes};
use super::view::says::list;
use crate::ledger::succession::{SuccessionError, Successor, stands_behind};
use crate::signers::Signer as _;

const UNDONE: &str = "Nothing was signed, nothing recorded.";

/// Shows the change, asks, and proposes it in the ledger.
pub fn propose(
    world: &World<'_>,
    session: Session<'_>,
    changing: &Changing,
    successor: Successor,
    reason: Text,
) -> Result<Exit, CliError> {
    propose_with_key(world, session, changing, successor, reason, None)
}

/// The same for a change that enrols a new key of the proposer's, which is kept as soon as the old one is open.
pub fn propose_with_key(
    world: &World<'_>,
    session: Session<'_>,
    changing: &Changing,
    successor: Successor,
    reason: Text,
    new: Option<&ReadyKey>,
) -> Result<Exit, CliError> {
    let actor = session.actor(&changing.key)?;
    let everything = session.ledger().everything();
    session.sees_all_sides()?;
    needs_root(session.ledger(), &everything, &actor)?;
    successor.check(session.ledger(), &everything).map_err(|rule| broken(&rule))?;
    let plan = plan(world, &session, &successor, &actor.principal, &reason);
    if plan.changes.is_empty() && plan.replaces.len() == 1 {
        world.ui.nothing("this changes nothing: nothing was signed, nothing recorded");
        return Ok(Exit::Done);
    }
    if changing.dry_run {
        world.ui.show(&plan)?;
        return Ok(Exit::Done);
    }
    world.ui.plan(&plan);
    world.ui.confirm("Sign it?", changing.assume())?;
    let forked = session.is_forked();
    let mut writer = session.writer(actor)?;
    if let Some(key) = new {
        key.keep_and_say(world, &plan.by)?;
    }
    let turn = writer.turn()?;
    let builds_on_newest = still_newest(writer.ledger(), &successor.new);
    let appended =
        builds_on_newest.and_then(|()| writer.append(AuthorityProposed { authority: successor.new, reason }));
    if let (Err(_), Some(key)) = (&appended, new)
        && writer.lacks(&key.key.public().fingerprint())
    {
        key.discard();
    }
    let id = appended?;
    if turn.is_none() {
        writer.refresh()?;
    }
    let session = writer.finish();
    drop(turn);
    session.not_forked_since(forked)?;
    let state = state_of(session.ledger(), id);
    world.ui.show(&Proposal { proposal: Some(id), state, ..plan })?;
    if state == State::Open {
        world.ui.next(&[&format!("sealog ledger endorse {}   (another root)", id.short())]);
    }
    Ok(Exit::Done)
}

/// Whether what a proposal replaces is what is in force, also after others wrote.
fn still_newest(ledger: &Ledger, new: &Authority) -> Result<(), CliError> {
    let newest = Set::new(ledger.newest_authorities(&ledger.everything()));
    if newest == new.replaces { Ok(()) } else { Err(CliError::authority_changed().undone(UNDONE)) }
}

/// Whether a proposal that was just recorded, or endorsed, is in force now.
pub fn state_of(ledger: &Ledger, proposal: EventId) -> State {
    let in_force = ledger.authorities_in_force(&ledger.everything());
    if in_force.contains(&proposal) { State::InForce } else { State::Open }
}

fn plan(world: &World<'_>, session: &Session<'_>, successor: &Successor, by: &Name, reason: &Text) -> Proposal {
    let (ledger, set) = (session.ledger(), session.ledger().everything());
    let documents = ledger.documents(&set).map(|document| document.authority());
    let asked = documents.chain([&successor.new]).map(|document| Asked::of(document, std::slice::from_ref(by)));
    Proposal {
        proposal: None,
        version: successor.new.version.get(),
        replaces: successor.new.replaces.iter().flatten().copied().collect(),
        by: by.clone(),
        reason: reason.to_string(),
        state: State::Planned,
        changes: changes(&successor.old, &successor.new),
        // What is proposed has seen everything that there is: it cuts what others write without having seen it.
        cuts: Vec::new(),
        approvals: approvals_lost(ledger, &set, &successor.new, Time::from(world.clock.now())),
        asked: asked.collect(),
        endorsed_before: stands_behind(ledger, &set, by, None),
    }
}

/// Approvals that count now and would not under another authority: they bind another policy, or their principal has
/// no right to them there.
pub fn approvals_lost(ledger: &Ledger, set: &ClosedSet, new: &Authority, now: Time) -> Vec<Lost> {
    let lost = ledger.in_order(set).into_iter().filter(|index| {
        let Some(Data::ApprovalGranted(granted)) = ledger.data(*index) else { return false };
        let policy = Policy::resolve(new, &granted.deployment, &granted.target).digest();
        let counted = ledger.documents(set).any(|document| {
            Policy::resolve(document.authority(), &granted.deployment, &granted.target).digest() == granted.policy
        });
        let gone = asks(granted).iter().any(|ask| !new.gives(&ledger.entry(*index).principal, ask));
        let spent = ledger.entries().any(|(_, entry)| match entry.event.data() {
            Some(Data::RolloutStarted(start)) => {
                start.spends.iter().flatten().any(|id| *id == ledger.entry(*index).event.id)
            }
            _ => false,
        });
        granted.until > now
            && counted
            && !spent
            && ledger.is_effective(*index, set)
            && (gone || policy != granted.policy)
    });
    lost.map(|index| lost_event(ledger, index)).collect()
}

/// What an approval asks of who gives it; of no component by name: of all.
fn asks(granted: &ApprovalGranted) -> Vec<Ask> {
    let components = granted.components.iter().flatten().map(|component| Dimension::One(component.clone()));
    let components: Vec<_> = components.collect();
    let components = if components.is_empty() { vec![Dimension::All] } else { components };
    let ask = |component| Ask {
        need: Need::Kind(Kind::ApprovalGranted),
        scope: Scope {
            deployment: Dimension::One(granted.deployment.clone()),
            component,
            target: Dimension::One(granted.target.clone()),
        },
        about: None,
    };
    components.into_iter().map(ask).collect()
}

/// An event as one that loses its effect.
pub fn lost_event(ledger: &Ledger, index: ledger_format::dag::Index) -> Lost {
    let entry = ledger.entry(index);
    let event = &entry.event;
    let kind = event.kind().map_or_else(|| "unknown".to_owned(), |kind| kind.to_string());
    Lost { event: event.id, kind, principal: entry.principal.clone(), time: event.header.time }
}

fn needs_root(ledger: &Ledger, set: &ClosedSet, actor: &Actor) -> Result<(), CliError> {
    let roots: Vec<&Name> =
        ledger.documents(set).flat_map(|document| document.authority().roots.principals.iter()).collect();
    if roots.contains(&&actor.principal) {
        return Ok(());
    }
    let message = format!("{} is no root: only roots change who may do what", actor.principal);
    Err(CliError::new(Code::RightMissing, message)
        .fact("roots", roots.iter().map(ToString::to_string).collect::<Vec<_>>(), list(roots))
        .undone(UNDONE))
}

fn broken(rule: &ledger_format::authority::lineage::BadSuccessor) -> CliError {
    CliError::new(Code::EventRefused, format!("this authority could never be in force: {rule}"))
        .detail("rule", rule.code())
        .undone(UNDONE)
}

/// The reason that is recorded.
pub fn reason(given: Option<&str>, default: impl FnOnce() -> String) -> Result<Text, CliError> {
    let text = given.map_or_else(default, str::to_owned);
    Text::new(&text).map_err(|error| CliError::new(Code::Usage, format!("--reason: {error}")).undone(UNDONE))
}

impl From<SuccessionError> for CliError {
    fn from(error: SuccessionError) -> Self {
        let message = error.to_string();
        let code = match error {
            SuccessionError::UnknownPrincipal(_) | SuccessionError::UnknownKey(_) => Code::NotFound,
            SuccessionError::NoAuthority => Code::Internal,
            SuccessionError::LastRoot(_) | SuccessionError::KeyOfAnother { .. } => Code::EventRefused,
            SuccessionError::Empty(_) => Code::Usage,
        };
        CliError::new(code, message).hint("sealog ledger keys list").undone(UNDONE)
    }
}
