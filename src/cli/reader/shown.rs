//! One event whole: read again from the store, so that also what does not count can be looked at.

use ledger_format::admission::{Admission as Became, Status};
use ledger_format::dag::Index;
use ledger_format::event::{Body, Data, Event};
use ledger_format::field::Base64;
use ledger_format::name::EventId;
use ledger_format::received::{NotAnEvent, Received};
use serde_json::Value;

use super::{Reader, at, kind_of};
use crate::cli::error::{CliError, Code};
use crate::cli::view::ci_run;
use crate::cli::view::event_log::{Admission, Entry, Shown, Signature};
use crate::cli::view::says::list;
use crate::store::StoredName;

impl Reader<'_> {
    /// The event that a text names, whatever became of it.
    pub fn shown(&self, text: &str) -> Result<Shown, CliError> {
        let look = self.world().ui.look();
        if !at::is_id(text) {
            return Err(CliError::new(
                Code::Usage,
                format!("`{text}` is no id of an event: at least 6 hex digits are"),
            )
            .hint("sealog ledger log   (lists them)"));
        }
        let names = self.session.store.list()?.events;
        let id = at::one_of(names.iter().map(StoredName::id), look, text)?;
        let stored: Vec<StoredName> = names.into_iter().filter(|name| name.id() == id).collect();
        let mut why = None;
        for name in &stored {
            match self.session.store.get(name)?.map(|bundle| Received::read(&bundle)) {
                Some(Ok(received)) if received.id() == id => {
                    self.is_there(&id)?;
                    return Ok(self.of_received(&received, &stored));
                }
                Some(Err(error)) => why = Some(error),
                Some(Ok(_)) | None => {}
            }
        }
        Err(no_event(&id, why))
    }

    /// An event of the ledger is shown only as of a point that has it.
    fn is_there(&self, id: &EventId) -> Result<(), CliError> {
        let Some(index) = self.ledger().index(*id).filter(|index| !self.set.contains(*index)) else { return Ok(()) };
        let times = &self.world().ui.look().times;
        let (claimed, asked) = (self.ledger().entry(index).event.header.time, self.moment);
        let why = if claimed > asked { "it is later" } else { "it had not been seen there" };
        let message = format!(
            "event {} is not in the ledger as of {}: {why}, claimed {}",
            self.short(id),
            times.exact(asked.into()),
            times.exact(claimed.into())
        );
        Err(CliError::new(Code::NotFound, message).detail("event", id.to_string()).hint("leave out --at"))
    }

    fn of_received(&self, received: &Received, stored: &[StoredName]) -> Shown {
        let event = received.event();
        let index = self.ledger().index(event.id);
        let entry = index.map_or_else(|| self.outsider(event), |index| self.entry(index));
        let key = self.session.opened.keyring.get(&event.header.key);
        let subjects = event.data().map(|data| data.subjects(event.header.ledger));
        Shown {
            data: event.data().map_or(Value::Null, Data::to_value),
            subjects: serde_json::to_value(subjects).unwrap_or(Value::Null),
            signature: Signature {
                algorithm: key.map(ledger_format::keys::PublicKey::algorithm),
                signature: Base64::new(received.envelope().signature()),
            },
            approval: index.filter(|_| entry.admission == Admission::Admitted).and_then(|index| self.approval(index)),
            because: self.because(event, index),
            children: index.map(|index| self.children(index)).unwrap_or_default(),
            run: event.header.run.to_string(),
            stored: stored.iter().map(|name| format!("tag {name}")).collect(),
            parents_say: event.header.parents.iter().map(|parent| (*parent, self.brief(parent))).collect(),
            facts: index.map(|index| self.facts(index)).unwrap_or_default(),
            entry,
        }
    }

    /// An event that is junk or waits for others.
    fn outsider(&self, event: &Event) -> Entry {
        let pending = matches!(self.ledger().admission(event.id), Some(Became::Pending { .. }));
        Entry {
            event: event.id,
            generation: event.header.generation.get(),
            parents: event.header.parents.clone(),
            kind: kind_of(event),
            time: event.header.time,
            principal: None,
            key: event.header.key.clone(),
            admission: if pending { Admission::Pending } else { Admission::Junk },
            verdict: None,
            words_at: 0,
            says: self.says().event(event),
        }
    }

    /// Why it does not count, or what its verdict is founded on.
    fn because(&self, event: &Event, index: Option<Index>) -> Vec<String> {
        let ledger = self.ledger();
        let Some(index) = index else {
            return match (ledger.admission(event.id), &event.body) {
                (Some(Became::Junk(junk)), Body::Unknown { reason, .. }) => vec![format!("{junk}: {reason}")],
                (Some(Became::Junk(junk)), Body::Known(_)) => vec![junk.to_string()],
                (Some(Became::Pending { missing }), _) => {
                    vec![format!("it builds on {}, not in the store", list(missing.iter().map(|id| self.short(id))))]
                }
                (_, _) => Vec::new(),
            };
        };
        if let Some(cutter) = ledger.cutter(index, &self.set) {
            return vec![format!("{} ({}) took away what it stands on", self.short(&cutter), self.brief(&cutter))];
        }
        if let Status::Refused(refusal) = &ledger.entry(index).status {
            return vec![format!("{}: {refusal}", refusal.code())];
        }
        let causes = ledger.judge(index, &self.set).map(|judgement| judgement.causes).unwrap_or_default();
        let says = |cause: &ledger_format::judgement::Cause| match &cause.event {
            Some(event) => format!("{}: {} ({})", cause.code.as_str(), self.short(event), self.brief(event)),
            None => cause.code.as_str().to_owned(),
        };
        causes.iter().map(says).collect()
    }

    /// The events that directly build on it.
    fn children(&self, of: Index) -> Vec<EventId> {
        let id = self.id(of);
        let ledger = self.ledger();
        let children = self.set.past.iter().filter(|index| ledger.entry(*index).event.header.parents.contains(&id));
        children.map(|index| self.id(index)).collect()
    }

    /// The run that it was written in, and what others did to it: spent, withdrawn, lifted, reviewed, finished.
    fn facts(&self, index: Index) -> Vec<(&'static str, String)> {
        let naming = self.ledger().naming_in(index, &self.set);
        let each = naming.into_iter().map(|by| {
            let entry = self.ledger().entry(by);
            let own = if self.is_self_review(by, index) { ", self-reviewed" } else { "" };
            format!("{} {} by {}{own}", kind_of(&entry.event), self.short(&entry.event.id), entry.principal)
        });
        let named = each.collect::<Vec<_>>().join(" · ");
        let ci = self.ledger().data(index).and_then(ci_run::of).map(|ci| ("ci", ci_run::whole(ci)));
        let mut facts: Vec<_> = ci.into_iter().chain((!named.is_empty()).then_some(("named by", named))).collect();
        if let Some(Data::Reviewed(reviewed)) = self.ledger().data(index) {
            let events = reviewed.events.iter().filter_map(|id| Some((id, self.ledger().index(*id)?)));
            let own = events.filter(|(_, event)| self.is_self_review(index, *event));
            let own = own.map(|(id, _)| format!("{} ({})", self.short(id), self.brief(id))).collect::<Vec<_>>();
            facts.extend((!own.is_empty()).then(|| ("self-reviewed", own.join(" · "))));
        }
        facts
    }

    /// Whether an event is a review of another by who signed that.
    fn is_self_review(&self, by: Index, of: Index) -> bool {
        matches!(self.ledger().data(by), Some(Data::Reviewed(_))) && self.ledger().is_of_own(by, of)
    }

    /// `chloe: approval.granted`
    fn brief(&self, id: &EventId) -> String {
        match self.ledger().get(*id) {
            Some(entry) => format!("{} by {}", kind_of(&entry.event), entry.principal),
            None => "not in the ledger".to_owned(),
        }
    }

    fn short(&self, id: &EventId) -> String {
        self.world().ui.look().event(id)
    }
}

fn no_event(id: &EventId, why: Option<NotAnEvent>) -> CliError {
    let message = format!("what lies under the name of event {} is not that event", id.short());
    let error = CliError::new(Code::EventTampered, message).detail("event", id.to_string());
    match why {
        Some(why) => error.caused_by(&why),
        None => error,
    }
}
