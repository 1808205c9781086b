//! `sealog ledger log` and `show`: who said what, and did it count.

use ledger_format::field::Base64;
use ledger_format::name::{EventId, Fingerprint, Name};
use ledger_format::time::Time;
use serde::Serialize;
use serde_json::Value;

use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::table::{Column, Table};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::ui::times;

/// One event in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub event: EventId,
    pub generation: u64,
    pub parents: Vec<EventId>,
    pub kind: String,
    pub time: Time,
    /// Whoever the authority in its own past gives the key to.
    pub principal: Option<Name>,
    pub key: Fingerprint,
    pub admission: Admission,
    pub verdict: Option<super::status::Verdict>,
    /// In one line for people; the words may change.
    pub says: String,
    /// Where in it people's own words begin.
    #[serde(skip)]
    pub words_at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    Admitted,
    Cut,
    Refused,
    Pending,
    Junk,
}

/// The newest events, of how many.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Log {
    pub entries: Vec<Entry>,
    #[serde(skip)]
    pub of: usize,
}

/// One event, whole.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    #[serde(flatten)]
    pub entry: Entry,
    pub data: Value,
    pub subjects: Value,
    pub signature: Signature,
    /// Of an approval that is admitted: what became of it.
    pub approval: Option<ApprovalFate>,
    /// Why it was not admitted, or what its verdict says.
    pub because: Vec<String>,
    pub children: Vec<EventId>,
    pub run: String,
    pub stored: Vec<String>,
    #[serde(skip)]
    pub parents_say: Vec<(EventId, String)>,
    #[serde(skip)]
    pub facts: Vec<(&'static str, String)>,
}

/// What became of an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApprovalFate {
    pub became: Became,
    /// What spent it, withdrew it or suspended its key.
    pub by: Option<EventId>,
    /// Why it counts for nothing.
    pub in_vain: Option<String>,
    #[serde(skip)]
    pub says: String,
    #[serde(skip)]
    pub binds: String,
    #[serde(skip)]
    pub effect: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    Stands,
    Withdrawn,
    Suspended,
    Spent,
    Expired,
    OtherPolicy,
}

impl Became {
    /// `spent`
    fn word(self) -> &'static str {
        match self {
            Self::Stands => "stands",
            Self::Withdrawn => "withdrawn",
            Self::Suspended => "suspended",
            Self::Spent => "spent",
            Self::Expired => "expired",
            Self::OtherPolicy => "of another policy",
        }
    }

    /// The same in a sentence, before the event that did it.
    pub fn says(self) -> &'static str {
        match self {
            Self::Stands => "not spent yet",
            Self::Suspended => "its key was suspended",
            Self::Expired => "expired without being spent",
            Self::OtherPolicy => "the target has another policy now",
            Self::Withdrawn | Self::Spent => self.word(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    pub algorithm: Option<&'static str>,
    pub signature: Option<Base64>,
}

impl Admission {
    pub fn word(self) -> &'static str {
        match self {
            Self::Admitted => "admitted",
            Self::Cut => "cut",
            Self::Refused => "refused",
            Self::Pending => "pending",
            Self::Junk => "junk",
        }
    }
}

impl View for Log {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let days: std::collections::BTreeSet<_> = self.entries.iter().map(|entry| day(entry.time)).collect();
        let one_day = days.len() == 1 && days.contains(&day(look.times.now().into()));
        let mut table = Table::new([
            Column::number("GEN").leaves(2),
            Column::whole("EVENT"),
            Column::whole("TIME UTC").leaves(1),
            Column::whole("KIND"),
            Column::free("SAYS"),
            Column::whole("BY").leaves(3),
            Column::whole("KEY").wide(),
        ]);
        for entry in &self.entries {
            let time = entry.time.into();
            let time = if one_day { times::hour_minute_second(time) } else { look.times.exact(time) };
            table.row([
                entry.generation.to_string().into(),
                look.event(&entry.event).into(),
                time.into(),
                entry.kind.clone().into(),
                entry.sentence().into(),
                entry.principal.as_ref().map(ToString::to_string).into(),
                entry.key.short().into(),
            ]);
        }
        page.table(table);
        if self.entries.len() < self.of {
            page.line(format!("{} of {} shown: --limit {}", self.entries.len(), self.of, self.of));
        }
    }
}

fn day(time: Time) -> String {
    time.to_string()[..10].to_owned()
}

impl Entry {
    fn sentence(&self) -> Line {
        match self.admission {
            Admission::Admitted => match self.verdict {
                Some(verdict) => {
                    let (facts, words) = self.says.split_at_checked(self.words_at).unwrap_or((&self.says, ""));
                    Line::from(format!("{facts}: {}{words}", verdict.word()))
                }
                None => Line::from(&self.says),
            },
            Admission::Cut | Admission::Refused | Admission::Pending | Admission::Junk => {
                Line::new().mark(Mark::Look).text(format!("{}: {}", self.admission.word(), self.says))
            }
        }
    }
}

impl View for Shown {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let entry = &self.entry;
        let verdict = entry.verdict.map(|verdict| format!(", {}", verdict.word())).unwrap_or_default();
        let fate = self.approval.as_ref().map(|approval| format!(", {}", approval.became.word())).unwrap_or_default();
        let head = format!(" {}: {}{fate}{verdict}", look.event(&entry.event), entry.admission.word());
        page.line(Line::new().bold(&entry.kind).text(head));
        page.facts(self.lines(&look));
    }
}

impl Shown {
    fn lines(&self, look: &Look) -> Facts {
        let entry = &self.entry;
        let approval = self.approval.as_ref();
        let mut facts = Facts::new().fact("says", approval.map_or(&entry.says, |approval| &approval.says));
        if let Some(approval) = approval {
            facts = facts.fact("binds", &approval.binds).fact("effect", &approval.effect);
            if let Some(why) = &approval.in_vain {
                facts = facts.marked(Mark::Look, "in vain", why);
            }
        }
        for because in &self.because {
            facts = facts.fact("because", because);
        }
        for (name, value) in &self.facts {
            facts = facts.fact(*name, value);
        }
        let parent = |(id, says): &(EventId, String)| format!("{} ({says})", look.event(id));
        let parents = self.parents_say.iter().map(parent).collect::<Vec<_>>().join(" · ");
        let joins = if self.parents_say.len() > 1 { ": this event joins them" } else { "" };
        if !parents.is_empty() {
            facts = facts.fact("parents", format!("{parents}{joins}"));
        }
        facts
            .fact("signed", self.signed_by())
            .fact("claimed", format!("{}, generation {}", entry.time, entry.generation))
            .fact("stored", self.stored.join(", "))
    }

    fn signed_by(&self) -> Line {
        let entry = &self.entry;
        let algorithm = self.signature.algorithm.map(|algorithm| format!(", {algorithm}")).unwrap_or_default();
        let who = entry.principal.as_ref().map_or_else(|| "nobody known".to_owned(), ToString::to_string);
        let mark = match entry.admission {
            Admission::Admitted | Admission::Cut | Admission::Refused => Mark::Done,
            Admission::Pending | Admission::Junk => Mark::Look,
        };
        Line::new().mark(mark).text(format!("{who} {}{algorithm}", entry.key.short()))
    }
}

impl super::status::Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::Permitted => "permitted",
            Self::Raced => "raced",
            Self::Unpermitted => "unpermitted",
            Self::Overridden => "overridden",
        }
    }
}
