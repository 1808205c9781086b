//! How a status looks to a person: a table, or one target whole; then what somebody must look at.

use ledger_format::name::Component;

use super::{HealthState, InFlight, OneTarget, Pending, State, Status, TargetStatus};
use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::table::{Cell, Column, Table};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::view::says::{count, list};

/// So many overlaps are told one by one.
const SHOWN: usize = 3;

impl View for Status {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let several = self.0.iter().any(|row| row.deployment != self.0[0].deployment);
        let mut table = Table::new([
            Column::whole("TARGET"),
            Column::whole("RELEASE"),
            Column::whole("STATE"),
            Column::whole("SINCE (UTC)").leaves(2),
            Column::whole("BY").leaves(1),
            Column::whole("HEALTH").leaves(3),
            Column::whole("EVENT").wide(),
        ]);
        for row in &self.0 {
            let target = if several { format!("{}/{}", row.deployment, row.target) } else { row.target.to_string() };
            table.row([
                target.into(),
                row.releases(&look).into(),
                row.state_cell().into(),
                row.since.map_or_else(Cell::none, |since| {
                    Cell::shrinking(look.times.both(since.into()), look.times.relative(since.into()))
                }),
                row.principal.as_ref().map(ToString::to_string).into(),
                row.health_cell(&look).into(),
                row.event.map(|event| look.event(&event)).into(),
            ]);
        }
        page.table(table);
        for row in &self.0 {
            row.notes(&look).into_iter().for_each(|note| page.line(note));
        }
        if let Some(row) = self.0.first() {
            page.line(row.as_of.line(&look));
        }
    }
}

impl View for OneTarget {
    fn draw(&self, page: &mut Page<'_>) {
        let [row] = &self.0;
        let look = *page.look;
        let waits = match row.pending.as_slice() {
            [] => String::new(),
            [_] => "; 1 release waits".to_owned(),
            several => format!("; {} releases wait", several.len()),
        };
        let head = Line::new().bold(&row.deployment).text(" on ").bold(&row.target);
        let head = head.text(row.as_of.past(&look).unwrap_or_default()).text(": ");
        page.line(head.text(format!("{}, {}{waits}", row.releases(&look), row.state_words())));
        page.facts(row.facts(&look));
        row.notes(&look).into_iter().for_each(|note| page.line(note));
        page.line(row.as_of.line(&look));
    }
}

impl TargetStatus {
    fn facts(&self, look: &Look) -> Facts {
        let mut facts = Facts::new();
        if let (Some(release), Some(since)) = (&self.release, self.since) {
            let by = self.principal.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
            let since = look.times.exact(since.into());
            facts = facts.fact("live", format!("{} · since {since}{by}", release.both(look)));
        }
        if let Some(flight) = &self.in_flight {
            let since = look.times.relative(flight.since.into());
            let text =
                format!("{} · {}, begun {since} by {}", flight.release.both(look), flight.done(), flight.principal);
            facts = facts.fact("in flight", text);
        }
        if !self.components.is_empty() && self.unlike().is_none() {
            let each =
                self.components.iter().map(|one| format!("{} {}", one.component.name(), one.release.short(look)));
            facts = facts.fact("components", list(each));
        }
        if !self.images.is_empty() {
            let images =
                self.images.iter().map(|image| format!("{} {}", image.component.name(), look.digest(&image.digest)));
            facts = facts.fact("images", images.collect::<Vec<_>>().join(" · "));
        }
        for pending in &self.pending {
            facts = facts.fact("waiting", pending.says(look));
        }
        if self.health.state != HealthState::Unknown {
            facts = facts.fact("health", self.health_cell(look));
        }
        facts
    }

    /// `v1.5.0`, `v1.5.0 → v1.5.1`, `-`
    fn releases(&self, look: &Look) -> String {
        let live = self.release.as_ref().map_or_else(|| "-".to_owned(), |release| release.short(look));
        match &self.in_flight {
            Some(flight) if self.release.as_ref() != Some(&flight.release) => {
                format!("{live} → {}", flight.release.short(look))
            }
            Some(_) | None => live,
        }
    }

    fn state_cell(&self) -> Line {
        let word = self.state_word();
        match self.mark() {
            Some(mark) => Line::new().mark(mark).styled(mark.style(), word),
            None => Line::from(word),
        }
    }

    fn mark(&self) -> Option<Mark> {
        let looks = self.dispute.is_some() || self.drift.is_some() || !self.findings.is_empty();
        let looks = looks || !self.withdrawn.is_empty();
        match self.state {
            State::InFlight => Some(Mark::Running),
            State::Failed => Some(Mark::Failed),
            State::Interrupted | State::Mixed | State::Partial => Some(Mark::Look),
            State::Never | State::Active if looks => Some(Mark::Look),
            State::Never | State::Active => None,
        }
    }

    fn state_word(&self) -> &'static str {
        match self.state {
            State::InFlight => "rolling out",
            State::Failed => "failed",
            State::Interrupted => "interrupted",
            State::Never | State::Active if self.dispute.is_some() => "disputed",
            State::Never | State::Active if self.drift.is_some() => "drifted",
            State::Never | State::Active if !self.findings.is_empty() => "to review",
            State::Never | State::Active if !self.withdrawn.is_empty() => "withdrawn",
            State::Mixed => "mixed",
            State::Partial => "partial",
            State::Never => "never rolled out",
            State::Active => "active",
        }
    }

    fn state_words(&self) -> String {
        match self.health.state {
            HealthState::Unknown => self.state_word().to_owned(),
            HealthState::Healthy => format!("{}, healthy", self.state_word()),
            HealthState::Unhealthy => format!("{}, unhealthy", self.state_word()),
        }
    }

    fn health_cell(&self, look: &Look) -> Line {
        if let Some(flight) = &self.in_flight {
            return Line::from(flight.done());
        }
        let ago = self.health.checked_at.map(|at| format!(", {}", look.times.relative(at.into()))).unwrap_or_default();
        match self.health.state {
            HealthState::Healthy => Line::from(format!("healthy{ago}")),
            HealthState::Unhealthy => Line::new().styled(Mark::Failed.style(), format!("unhealthy{ago}")),
            HealthState::Unknown => Line::from("unknown"),
        }
    }

    /// What somebody must look at, then what explains the table.
    fn notes(&self, look: &Look) -> Vec<Line> {
        let look_here = |text: String| self.note(Mark::Look, text);
        let mut notes = Vec::new();
        notes.extend(self.unlike().map(|word| look_here(format!("{word}: {}", self.stands(look)))));
        notes.extend(self.withdrawn.iter().map(|gone| {
            look_here(format!("{} was withdrawn by {}: \"{}\"", gone.release.short(look), gone.by, gone.reason))
        }));
        notes.extend(self.dispute.iter().map(|dispute| look_here(dispute.says.clone())));
        notes.extend(self.overlaps.iter().take(SHOWN).map(|overlap| look_here(format!("at once: {}", overlap.says))));
        if let Some(more) = self.overlaps.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            notes.push(
                self.note(Mark::Nothing, format!("{} more were inside at once: --format json", count(more, "pair"))),
            );
        }
        notes.extend(self.drift.iter().map(|drift| {
            let components = list(drift.components.iter().map(Component::name));
            let verb = if drift.components.len() == 1 { "differs" } else { "differ" };
            let release =
                self.release.as_ref().map_or_else(String::new, |release| format!(" from {}", release.short(look)));
            look_here(format!("{components} {verb}{release} since {}", look.times.exact(drift.since.into())))
        }));
        notes.extend(
            self.findings
                .iter()
                .map(|finding| look_here(format!("{} {}: {}", finding.code, look.event(&finding.event), finding.says))),
        );
        notes.extend(self.overridden.iter().map(|over| match &over.reviewed_by {
            Some(by) => {
                let reviewed = if over.self_reviewed { "self-reviewed" } else { "reviewed" };
                self.note(Mark::Nothing, format!("break-glass: \"{}\"; {reviewed} by {by}", over.reason))
            }
            None => look_here(format!("break-glass, not reviewed: \"{}\"", over.reason)),
        }));
        notes.extend(self.holds.iter().map(|hold| {
            let until =
                hold.until.map(|until| format!(", until {}", look.times.exact(until.into()))).unwrap_or_default();
            look_here(format!("hold {} by {}: \"{}\"{until}", look.event(&hold.event), hold.principal, hold.reason))
        }));
        notes.extend(self.rollback.iter().map(|back| {
            let from = back.from.as_ref().map(|from| format!(" from {}", from.short(look))).unwrap_or_default();
            self.note(Mark::Nothing, format!("rolled back{from}: \"{}\"", back.reason))
        }));
        notes
    }

    /// How it is not of one release; not said of what somebody is at.
    fn unlike(&self) -> Option<&'static str> {
        match self.state {
            State::Partial => Some("partial"),
            State::Mixed => Some("mixed"),
            State::Failed | State::Interrupted if !self.components.is_empty() => Some("components"),
            State::Failed | State::Interrupted | State::Never | State::Active | State::InFlight => None,
        }
    }

    /// `backend v2, frontend v1; web was never rolled out`
    fn stands(&self, look: &Look) -> String {
        let stands =
            list(self.components.iter().map(|one| format!("{} {}", one.component.name(), one.release.short(look))));
        match self.missing.as_slice() {
            [] => stands,
            [only] => format!("{stands}; {} was never rolled out", only.name()),
            several => format!("{stands}; {} were never rolled out", list(several.iter().map(Component::name))),
        }
    }

    fn note(&self, mark: Mark, text: String) -> Line {
        Line::new().mark(mark).then(Line::from(self.target.to_string()).padded(7)).text("  ").text(text)
    }
}

impl InFlight {
    fn done(&self) -> String {
        format!("{} of {}", self.done, count(self.components, "component"))
    }
}

impl Pending {
    fn says(&self, look: &Look) -> String {
        let by = if self.approved_by.is_empty() { String::new() } else { format!(": {}", list(&self.approved_by)) };
        format!(
            "{} · {} of {} rules met; approvals {} of {}{by}",
            self.release.both(look),
            self.rules_met,
            self.rules,
            self.approvals,
            self.approvals_needed
        )
    }
}
