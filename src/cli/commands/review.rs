//! `sealog review`: which findings are open; somebody looks at them and accepts or disregards.

use clap::Args;
use ledger_format::dag::Index;
use ledger_format::event::{Data, Kind, Review as Verdict, Reviewed};
use ledger_format::field::Set;
use ledger_format::finding::{Finding, What};
use ledger_format::judgement::Cause;
use ledger_format::ledger::Ledger;
use ledger_format::name::EventId;

use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::naming;
use crate::cli::session::Session;
use crate::cli::speak::{Speech, speak};
use crate::cli::teller::Teller;
use crate::cli::ui::page::Facts;
use crate::cli::ui::text::Mark;
use crate::cli::view::findings::{CauseView, FindingList, FindingView};
use crate::cli::view::says::{count, list};
use crate::cli::view::statement::Words;

/// List open findings, or close them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog review                                          # what is open\n  \
    sealog review 93be07f1d2c6 --reason 'INC-797, agreed with ana'\n  \
    sealog review 1d0fa94e7c52 --disregard --reason 'the hold of another incident'\n\n\
    Somebody else than who signed an event reviews it. An accepted finding is closed until a new cause comes; it stays\n\
    visible for ever.")]
pub struct Review {
    /// The events to review; without one, open findings are listed
    #[arg(value_name = "EVENT")]
    events: Vec<String>,

    /// Not to accept their findings, but to count these events no more against starts that had not seen them
    #[arg(long, requires = "events")]
    disregard: bool,

    /// Why; it stays in the ledger
    #[arg(long, requires = "events")]
    reason: Option<String>,

    /// List reviewed findings too
    #[arg(long, conflicts_with = "events")]
    all: bool,

    #[command(flatten)]
    changing: Changing,
}

impl Review {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        if self.events.is_empty() {
            return self.list(world, &session);
        }
        let actor = session.actor(&self.changing.key)?;
        let ledger = session.ledger();
        let named: Vec<Index> =
            self.events.iter().map(|text| naming::find_event(ledger, text)).collect::<Result<_, _>>()?;
        session.readable(named.iter().copied())?;
        let teller = Teller::new(ledger, world.ui.look());
        let words =
            if self.disregard { disregarding(ledger, &teller, &named)? } else { accepting(ledger, &teller, &named)? };
        let reason = naming::reason(world, self.reason.as_deref())?;
        let id = |index: &Index| ledger.entry(*index).event.id;
        let own = named.iter().filter(|index| ledger.entry(**index).principal == actor.principal).map(id);
        let own: Vec<EventId> = own.collect();
        let mut facts = words.facts.fact("reason", reason.as_str());
        if !own.is_empty() {
            let says = format!("{}: counts only where nobody else may review it", list(own.iter().map(EventId::short)));
            facts = facts.marked(Mark::Look, "your own", says);
        }
        let words = Words { facts, after: words.after.fact("reason", reason.as_str()), ..words };
        let events = Set::new(named.iter().map(id)).ok_or_else(|| CliError::new(Code::Usage, "nothing is named"))?;
        let verdict = if self.disregard { Verdict::Disregard } else { Verdict::Accept };
        let question = if self.disregard { "Disregard?" } else { "Accept?" };
        let data = Data::from(Reviewed { events, verdict, reason });
        speak(world, &self.changing, (session, actor), Speech { data, words, question })
    }

    /// Ends with 7 where something is open, like all that shows a ledger with open findings.
    fn list(&self, world: &World<'_>, session: &Session<'_>) -> Result<Exit, CliError> {
        let ledger = session.ledger();
        let teller = Teller::new(ledger, world.ui.look());
        let findings = ledger.findings(&ledger.everything()).into_iter();
        let wanted = findings.filter(|finding| self.all || !finding.closed);
        let views: Vec<FindingView> = wanted.map(|finding| view(ledger, &teller, &finding)).collect();
        let mut open: Vec<EventId> = views.iter().filter(|one| !one.closed).map(|one| one.event).collect();
        open.dedup();
        if views.is_empty() {
            world.ui.nothing("no findings are open");
        }
        world.ui.show(&FindingList(views))?;
        let next: Vec<String> = open.iter().map(|event| format!("sealog review {}", event.short())).collect();
        world.ui.next(&next.iter().map(String::as_str).collect::<Vec<_>>());
        Ok(if open.is_empty() { Exit::Done } else { Exit::OpenFindings })
    }
}

/// The findings of these events, of which each must have an open one.
fn accepting(ledger: &Ledger, teller: &Teller<'_>, named: &[Index]) -> Result<Words, CliError> {
    let all = ledger.findings(&ledger.everything());
    let mut facts = Facts::new();
    let mut open = 0;
    for index in named {
        let id = ledger.entry(*index).event.id;
        let mut of_event = all.iter().filter(|finding| finding.index == *index).peekable();
        if of_event.peek().is_none() {
            let message = format!("event {} has no finding: {}", id.short(), teller.tell(&id));
            return Err(CliError::new(Code::NotFound, message).hint("sealog review   (lists what is open)"));
        }
        let before = open;
        for finding in of_event.filter(|finding| !finding.closed) {
            open += 1;
            let view = view(ledger, teller, finding);
            facts = facts.fact(id.short(), format!("{}: {}", view.code, view.says));
            facts = view.causes.iter().fold(facts, |facts, cause| facts.fact(format!("  {}", cause.code), says(cause)));
        }
        if open == before {
            let message = format!("the findings of event {} were reviewed already", id.short());
            return Err(CliError::new(Code::AlreadyDone, message).hint("sealog review --all   (shows them)"));
        }
    }
    let what = count(open, "finding");
    Ok(Words { doing: "accept", done: "Accepted", what, facts, after: Facts::new() })
}

fn says(cause: &CauseView) -> String {
    let event = cause.event.as_ref().map(|event| format!("{} ", event.short())).unwrap_or_default();
    event + cause.says.as_deref().unwrap_or_default()
}

fn disregarding(ledger: &Ledger, teller: &Teller<'_>, named: &[Index]) -> Result<Words, CliError> {
    let mut facts = Facts::new();
    for index in named {
        let event = &ledger.entry(*index).event;
        let kept = [Kind::LedgerCreated, Kind::AuthorityProposed, Kind::Endorsed, Kind::Reviewed];
        if let Some(kind) = event.kind().filter(|kind| kept.contains(kind)) {
            let message = format!("event {} is a {kind}: those are never disregarded", event.id.short());
            return Err(CliError::new(Code::Usage, message));
        }
        facts = facts.fact(event.id.short(), teller.tell(&event.id));
    }
    let what = count(named.len(), "event");
    Ok(Words { doing: "disregard", done: "Disregarded", what, facts, after: Facts::new() })
}

fn view(ledger: &Ledger, teller: &Teller<'_>, finding: &Finding) -> FindingView {
    let entry = ledger.entry(finding.index);
    let own = ledger.self_review(finding);
    let review = own.or_else(|| finding.reviews.iter().copied().max_by_key(|review| ledger.order(*review)));
    FindingView {
        event: finding.event,
        code: finding.what.code(),
        kind: entry.event.kind(),
        principal: entry.principal.clone(),
        time: entry.event.header.time,
        says: teller.tell(&finding.event),
        causes: causes(teller, &finding.what),
        closed: finding.closed,
        reviewed_by: review.map(|review| ledger.entry(review).principal.clone()),
        self_reviewed: own.is_some(),
    }
}

fn causes(teller: &Teller<'_>, what: &What) -> Vec<CauseView> {
    let by = |code: &str, event: &EventId| CauseView {
        code: code.to_owned(),
        event: Some(*event),
        says: Some(teller.tell(event)),
    };
    let cause = |cause: &Cause| match &cause.event {
        Some(event) => by(cause.code.as_str(), event),
        None => CauseView { code: cause.code.as_str().to_owned(), event: None, says: None },
    };
    match what {
        What::Judged(judgement) => judgement.causes.iter().map(cause).collect(),
        What::Refused(refusal) => {
            vec![CauseView { code: refusal.code().to_owned(), event: None, says: Some(refusal.to_string()) }]
        }
        What::AppliedAfterEnd(end) => vec![by("ended", end)],
        What::Tainted(authorities) => authorities.iter().map(|id| by("since", id)).collect(),
        What::SealedTwice(others) => others.iter().map(|id| by("seal-fork", id)).collect(),
    }
}
