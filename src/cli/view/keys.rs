//! Who may do what, by which keys.

use std::collections::BTreeMap;

use ledger_format::authority::Document;
use ledger_format::authority::document::{Authority, EndReason, Principal};
use ledger_format::event::Data;
use ledger_format::field::Set;
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{EventId, Fingerprint, Name, Pattern};
use ledger_format::right::Grant;
use ledger_format::time::Time;
use serde::Serialize;

use crate::cli::ui::page::{Page, View};
use crate::cli::ui::table::{Cell, Column, Table};
use crate::cli::ui::text::{Line, Mark, Style};
use crate::cli::view::authority::grant;
use crate::cli::view::says::{count, list};

/// Every key that is or was enrolled, and who awaits one.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct KeyList {
    pub rows: Vec<Row>,
    #[serde(skip)]
    pub authority: Vec<AuthorityLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    pub principal: Name,
    /// None: the principal awaits a key.
    pub key: Option<Fingerprint>,
    pub state: State,
    pub root: bool,
    pub groups: Vec<Name>,
    pub rights: Vec<Grant>,
    pub targets: Vec<String>,
    pub last_used: Option<Time>,
    pub ended: Option<Ended>,
    pub suspended_by: Option<EventId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Active,
    Suspended,
    Awaits,
    Ended,
}

/// Why and by which version a key ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ended {
    #[serde(serialize_with = "word")]
    pub reason: EndReason,
    pub version: u64,
    pub event: EventId,
    pub time: Time,
    /// How many events this version cut: it had not seen them.
    pub cut: usize,
}

/// The newest authority, or each of those in dispute.
#[derive(Debug, Clone)]
pub struct AuthorityLine {
    version: u64,
    threshold: u64,
    roots: Vec<Name>,
}

impl KeyList {
    pub fn of(ledger: &Ledger, set: &ClosedSet) -> Self {
        let last_used = last_used(ledger, set);
        let mut rows: BTreeMap<(State, String, Option<Fingerprint>), Row> = BTreeMap::new();
        for document in ledger.documents(set) {
            for (name, principal) in document.authority().principals.iter() {
                for row in rows_of(document.authority(), name, principal) {
                    let suspended_by = row.key.as_ref().and_then(|key| suspension(ledger, set, key));
                    let state = if suspended_by.is_some() { State::Suspended } else { row.state };
                    let last_used = row.key.as_ref().and_then(|key| last_used.get(key)).copied();
                    let row = Row { state, suspended_by, last_used, ..row };
                    rows.insert((State::Active, row.principal.to_string(), row.key.clone()), row);
                }
            }
        }
        for (key, row) in ended(ledger, set) {
            let row = Row { last_used: last_used.get(&key).copied(), ..row };
            rows.insert((State::Ended, row.principal.to_string(), Some(key)), row);
        }
        let authority = ledger.documents(set).map(AuthorityLine::of).collect();
        Self { rows: rows.into_values().collect(), authority }
    }
}

impl AuthorityLine {
    fn of(document: &Document) -> Self {
        let roots = document.authority().roots.principals.iter().cloned().collect();
        Self { version: document.version(), threshold: document.threshold(), roots }
    }
}

fn rows_of(authority: &Authority, name: &Name, principal: &Principal) -> Vec<Row> {
    let row = |key: Option<&Fingerprint>| Row {
        principal: name.clone(),
        key: key.cloned(),
        state: if key.is_some() { State::Active } else { State::Awaits },
        root: authority.is_root(name),
        groups: principal.groups.iter().flatten().cloned().collect(),
        rights: principal.rights.iter().flatten().cloned().collect(),
        targets: targets(principal),
        last_used: None,
        ended: None,
        suspended_by: None,
    };
    match &principal.keys {
        Some(keys) => keys.keys().map(|key| row(Some(key))).collect(),
        None => vec![row(None)],
    }
}

fn targets(principal: &Principal) -> Vec<String> {
    let patterns = principal.rights.iter().flatten().filter_map(|grant| grant.targets.as_ref());
    let all: Option<Set<Pattern>> = Set::new(patterns.flat_map(|set| set.iter().cloned()));
    all.iter().flatten().map(|pattern| pattern.as_str().to_owned()).collect()
}

/// Keys that a version in force ended.
fn ended(ledger: &Ledger, set: &ClosedSet) -> Vec<(Fingerprint, Row)> {
    let mut found = Vec::new();
    for id in ledger.authorities_in_force(set) {
        let Some(entry) = ledger.get(id) else { continue };
        let Some(Data::AuthorityProposed(proposed)) = entry.event.data() else { continue };
        let before = proposed
            .authority
            .replaces
            .iter()
            .flatten()
            .filter_map(|base| ledger.get(*base)?.event.data()?.authority());
        let before: Vec<&Authority> = before.collect();
        let Some(said) = &proposed.authority.ended else { continue };
        for (whose, key, _) in before.iter().flat_map(|base| base.keys()) {
            let of_key = said.keys.as_ref().and_then(|keys| keys.get(key));
            let end = of_key.or_else(|| said.principals.as_ref().and_then(|names| names.get(whose)));
            let Some(end) = end else { continue };
            let rights = before.iter().find_map(|base| base.principals.get(whose));
            let row = Row {
                principal: whose.clone(),
                key: Some(key.clone()),
                state: State::Ended,
                root: false,
                groups: Vec::new(),
                rights: rights.iter().flat_map(|one| one.rights.iter().flatten()).cloned().collect(),
                targets: rights.map(targets).unwrap_or_default(),
                last_used: None,
                ended: Some(Ended {
                    reason: end.reason,
                    version: proposed.authority.version.get(),
                    event: id,
                    time: entry.event.header.time,
                    cut: ledger.entries().filter(|(index, _)| ledger.cutter(*index, set) == Some(id)).count(),
                }),
                suspended_by: None,
            };
            found.push((key.clone(), row));
        }
    }
    found
}

/// The suspension of a key that no newest authority lifts.
fn suspension(ledger: &Ledger, set: &ClosedSet, key: &Fingerprint) -> Option<EventId> {
    let suspends = |index: &ledger_format::dag::Index| {
        let Some(Data::KeySuspended(suspended)) = ledger.data(*index) else { return false };
        let id = ledger.entry(*index).event.id;
        suspended.keys.contains(key)
            && ledger.is_effective(*index, set)
            && !ledger.documents(set).any(|document| document.lifts(id))
    };
    ledger.in_order(set).into_iter().find(suspends).map(|index| ledger.entry(index).event.id)
}

fn last_used(ledger: &Ledger, set: &ClosedSet) -> BTreeMap<Fingerprint, Time> {
    let mut last: BTreeMap<Fingerprint, Time> = BTreeMap::new();
    for (_, entry) in ledger.entries().filter(|(index, _)| set.contains(*index)) {
        let header = &entry.event.header;
        let time = last.entry(header.key.clone()).or_insert(header.time);
        *time = header.time.max(*time);
    }
    last
}

impl View for KeyList {
    fn draw(&self, page: &mut Page<'_>) {
        let mut table = Table::new([
            Column::whole("PRINCIPAL"),
            Column::whole("KEY"),
            Column::whole("STATE"),
            Column::free("RIGHTS (PRESETS)"),
            Column::whole("TARGETS").leaves(2),
            Column::whole("LAST USED").leaves(1),
        ]);
        let times = page.look.times;
        for row in &self.rows {
            table.row([
                row.principal.to_string().into(),
                row.key.as_ref().map(|key| Line::from(key.short())).into(),
                state(row.state),
                list(row.parts()).into(),
                Some(list(&row.targets)).filter(|text| !text.is_empty()).into(),
                row.last_used.map(|time| times.relative(time.into())).into(),
            ]);
        }
        page.table(table);
        for row in &self.rows {
            if let (Some(ended), Some(key)) = (&row.ended, &row.key) {
                let when = page.look.times.exact(ended.time.into());
                let cut =
                    if ended.cut == 0 { String::new() } else { format!(", which cut {}", count(ended.cut, "event")) };
                let says = format!(
                    "{} {}: {}, ended by authority version {} ({when}){cut}",
                    row.principal,
                    key.short(),
                    ended.reason.as_str(),
                    ended.version
                );
                page.line(Line::new().mark(Mark::Nothing).text(says));
            }
        }
        for authority in &self.authority {
            let AuthorityLine { version, threshold, roots } = authority;
            page.line(format!(
                "authority version {version} · {threshold} of {} roots decide: {}",
                roots.len(),
                list(roots)
            ));
        }
    }
}

impl Row {
    /// `root`, then presets and rights, then groups.
    fn parts(&self) -> Vec<String> {
        let root = self.root.then(|| "root".to_owned());
        let groups = self.groups.iter().map(|group| format!("in {group}"));
        root.into_iter().chain(self.rights.iter().map(words)).chain(groups).collect()
    }
}

/// A grant in words, without its targets: they have a column of their own.
fn words(given: &Grant) -> String {
    let everywhere = Grant { targets: Some(Set::one(Pattern::any())), ..given.clone() };
    grant(&everywhere).trim_end_matches(" everywhere").to_owned()
}

fn state(state: State) -> Cell {
    match state {
        State::Active => Line::from("active"),
        State::Suspended => Line::new().styled(Style::Attention, "suspended"),
        State::Awaits => Line::new().styled(Style::Attention, "awaits a key"),
        State::Ended => Line::new().dim("ended"),
    }
    .into()
}

fn word<S: serde::Serializer>(reason: &EndReason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(reason.as_str())
}
