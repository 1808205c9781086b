//! Which authority this machine goes by, what else the ledger shows, and what taking another one changes.

use ledger_format::ledger::Ledger;
use ledger_format::name::{EventId, LedgerId, Name};
use ledger_format::time::Time;
use serde::Serialize;

use super::authority::{Change, Lost};
use super::says::{count, list};
use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::ledger::seen::{Acquaintance, Confirmed};
use crate::ledger::succession::all_steps;

/// How many events are named.
const NAMED: usize = 5;

/// What this machine goes by.
#[derive(Debug, Clone, Serialize)]
pub struct Trusted {
    pub ledger: LedgerId,
    /// How the id of the ledger came to be trusted.
    pub by: Acquaintance,
    pub authority: Version,
    /// What a person took, where the authority is forked.
    pub confirmed: Option<Confirmed>,
    /// Several are in force, and nobody said which one is right.
    pub forked: bool,
    pub sides: Vec<Version>,
    /// What builds on several sides, and is left aside by who goes by one of them.
    pub settlements: Vec<Version>,
    /// The newest authority on which all sides build: who goes by it sees them all.
    pub base: Option<Version>,
}

/// One authority, and who stands behind it.
#[derive(Debug, Clone, Serialize)]
pub struct Version {
    pub version: u64,
    pub event: EventId,
    pub time: Time,
    pub proposed_by: Name,
    pub endorsed_by: Vec<Name>,
    pub reason: Option<String>,
    pub replaces: Vec<EventId>,
    /// This machine goes by it, or by what builds on it.
    pub trusted: bool,
}

/// Another authority in the place of the one that this machine goes by.
#[derive(Debug, Clone, Serialize)]
pub struct Taken {
    pub ledger: LedgerId,
    pub from: Version,
    /// What was named, or the newest that builds on it.
    pub to: Version,
    pub how: How,
    /// Nothing else in force is left aside undecided: it counts as confirmed.
    pub decides: bool,
    pub changes: Vec<Change>,
    /// Events that count now and would not, and those that would and do not now.
    pub loses: Vec<Lost>,
    pub gains: Vec<Lost>,
    /// It is remembered.
    pub taken: bool,
}

/// How what is taken stands to what this machine goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Same,
    /// It builds on what this machine goes by.
    Later,
    /// What this machine goes by builds on it.
    Earlier,
    /// Neither builds on the other.
    OtherSide,
}

impl Version {
    /// Of an authority event of a ledger; `trusted`: as the reader knows it.
    pub fn of(ledger: &Ledger, event: EventId, trusted: bool) -> Option<Self> {
        let entry = ledger.get(event)?;
        let data = entry.event.data()?;
        let authority = data.authority()?;
        let reason = match data {
            ledger_format::event::Data::AuthorityProposed(proposed) => Some(proposed.reason.to_string()),
            _ => None,
        };
        let number = ledger.authorities().number(event)?;
        let endorsers = ledger.authorities().endorsers(number, &all_steps(ledger));
        Some(Self {
            version: authority.version.get(),
            event,
            time: entry.event.header.time,
            proposed_by: entry.principal.clone(),
            endorsed_by: endorsers.into_iter().filter(|name| **name != entry.principal).cloned().collect(),
            reason,
            replaces: authority.replaces.iter().flatten().copied().collect(),
            trusted,
        })
    }

    /// The first of two lines; the other is the whole id.
    fn line(&self, look: &Look) -> Line {
        let Self { version, proposed_by, endorsed_by, .. } = self;
        let time = look.times.exact(self.time.into());
        let endorsed =
            if endorsed_by.is_empty() { String::new() } else { format!(", endorsed by {}", list(endorsed_by)) };
        let reason = self.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
        Line::new().text(format!("version {version} by {proposed_by}{endorsed}, {time}{reason}"))
    }
}

/// An authority under a name: what it is, and its whole id below, to be compared with a colleague's.
fn draw(facts: Facts, mark: Option<Mark>, name: &str, version: &Version, look: &Look) -> Facts {
    let facts = match mark {
        Some(mark) => facts.marked(mark, name, version.line(look)),
        None => facts.fact(name, version.line(look)),
    };
    facts.fact("", version.event.to_string())
}

impl View for Trusted {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let by = match self.by {
            Acquaintance::Begun => "begun on this machine",
            Acquaintance::Pinned => "pinned",
            Acquaintance::FirstContact => "known since the first contact",
        };
        let confirmed = match &self.confirmed {
            Some(Confirmed { authority, at }) => {
                format!("{} at {}", look.event(authority), look.times.exact((*at).into()))
            }
            None => "no, remembered as it was verified".to_owned(),
        };
        let facts = Facts::at_edge().fact("ledger", format!("{}, {by}", self.ledger));
        let facts = draw(facts, None, "authority", &self.authority, &look).fact("confirmed", confirmed);
        page.facts(facts);
        if self.sides.len() < 2 && self.settlements.is_empty() {
            return;
        }
        let (mark, says) = match (self.forked, self.settlements.is_empty()) {
            (true, true) => (Mark::Look, "the authority is forked: compare with your colleagues which side is right"),
            (true, false) => (Mark::Look, "the authority was forked and settled, but for who goes by one side"),
            (false, true) => (Mark::Done, "the authority is forked, and you said which side is right"),
            (false, false) => {
                (Mark::Look, "you said which side is right, and the fork was settled: do your colleagues go by that?")
            }
        };
        page.line(Line::new().mark(mark).text(says));
        let mut facts = Facts::new();
        for side in &self.sides {
            let mark = if side.trusted { Mark::Done } else { Mark::Nothing };
            facts = draw(facts, Some(mark), "side", side, &look);
        }
        for settlement in &self.settlements {
            facts = draw(facts, Some(Mark::Look), "settled by", settlement, &look);
        }
        if let Some(base) = self.base.as_ref().filter(|_| self.settlements.is_empty()) {
            facts = draw(facts, None, "all build on", base, &look);
        }
        page.facts(facts);
    }

    fn quiet(&self) -> Option<String> {
        Some(self.authority.event.to_string())
    }
}

impl View for Taken {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        if self.taken {
            let says = match self.decides {
                true => format!(
                    "This machine goes by version {} · {}, as you confirmed",
                    self.to.version,
                    look.event(&self.to.event)
                ),
                false => format!(
                    "This machine goes by version {} · {}, and sees every side that builds on it",
                    self.to.version,
                    look.event(&self.to.event)
                ),
            };
            page.line(Line::new().mark(Mark::Done).text(says));
            return;
        }
        page.line(Line::new().text("What this machine trusts of ledger ").bold(self.ledger.to_string()));
        let facts = draw(Facts::new(), None, "now", &self.from, &look);
        let facts = draw(facts, None, "then", &self.to, &look).fact("", self.says());
        page.facts(facts);
        for change in &self.changes {
            page.line(change.line().indented(2));
            for detail in &change.details {
                page.line(Line::from(detail).indented(15));
            }
        }
        let mut facts = Facts::new();
        for (events, verb) in [(&self.loses, "would count no more"), (&self.gains, "would count, and do not now")] {
            if !events.is_empty() {
                facts = facts.marked(Mark::Look, "events", named(events, verb));
            }
        }
        page.facts(facts);
    }

    fn quiet(&self) -> Option<String> {
        Some(self.to.event.to_string())
    }
}

impl Taken {
    fn says(&self) -> &'static str {
        match (self.how, self.decides) {
            (How::Same, true) => "the same, confirmed by you",
            (How::Later, true) => "it builds on what this machine goes by now",
            (How::Earlier, true) => "what this machine goes by now builds on it",
            (How::OtherSide, true) => "another side: it does not build on what this machine goes by now",
            (_, false) => {
                "several sides build on it, and it prefers none: the ledger stays forked until one settles it"
            }
        }
    }
}

fn named(events: &[Lost], verb: &str) -> String {
    let each =
        events.iter().take(NAMED).map(|lost| format!("{} {} by {}", lost.event.short(), lost.kind, lost.principal));
    let more = if events.len() > NAMED { ", ..." } else { "" };
    format!("{} {verb}: {}{more}", count(events.len(), "event"), list(each))
}
