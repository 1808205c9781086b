//! `sealog diff`: what is different, between two releases or between two points of the ledger.

use ledger_format::digest::Digest;
use ledger_format::name::{Component, EventId, Name};
use serde::Serialize;
use serde_json::Value;

use super::release_name::ReleaseName;
use super::says::{count, list};
use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::Line;

/// Two releases of one deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfReleases {
    pub deployment: Name,
    pub from: ReleaseName,
    pub to: ReleaseName,
    pub images: Vec<ImageChange>,
    pub values: Vec<ValueChange>,
    pub versions: Vec<VersionChange>,
    pub components: Vec<ComponentChange>,
    pub commits: Commits,
    /// Targets whose configurations are not in the store.
    pub not_compared: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImageChange {
    pub component: Component,
    pub from: Option<Digest>,
    pub to: Option<Digest>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ValueChange {
    pub component: Option<String>,
    pub path: String,
    pub from: Option<Value>,
    pub to: Option<Value>,
    pub targets: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionChange {
    pub component: Component,
    pub source: String,
    pub from: Option<Version>,
    pub to: Option<Version>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Version {
    pub version: Option<String>,
    pub tree: Digest,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentChange {
    pub target: Name,
    pub removed: Vec<Component>,
    pub added: Vec<Component>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Commits {
    pub from: Option<String>,
    pub to: Option<String>,
}

/// Two points of one ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfPoints {
    pub from: Vec<EventId>,
    pub to: Vec<EventId>,
    pub events: usize,
    pub targets: Vec<TargetChange>,
    pub releases: Vec<MadeRelease>,
    pub authorities: Authorities,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TargetChange {
    pub deployment: Name,
    pub target: Name,
    pub from: Option<ReleaseName>,
    pub to: Option<ReleaseName>,
    pub policy_changed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MadeRelease {
    pub deployment: Name,
    pub release: ReleaseName,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Authorities {
    pub from: Vec<EventId>,
    pub to: Vec<EventId>,
}

impl View for OfReleases {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let names = format!(" {} → {}", self.from.short(&look), self.to.short(&look));
        page.line(Line::new().bold(&self.deployment).text(format!("{names}: {}", self.counts())));
        let rows = self.rows(&look);
        let width = |column: fn(&Row) -> &str| rows.iter().map(|row| column(row).chars().count()).max().unwrap_or(0);
        let (of, what) = (width(|row| &row.of), width(|row| &row.what));
        let facts = rows.iter().fold(Facts::new(), |facts, row| {
            let line = Line::from(&row.of).padded(of + 2).then(Line::from(&row.what).padded(what));
            let gap = if what == 0 { "" } else { "  " };
            facts.fact(row.sort, line.text(gap).text(&row.change))
        });
        page.facts(facts);
    }
}

/// One line: of what sort, of which component, what of it, and how it changed.
struct Row {
    sort: &'static str,
    of: String,
    what: String,
    change: String,
}

impl OfReleases {
    fn counts(&self) -> String {
        if self.from.digest() == self.to.digest() {
            let both = if self.from == self.to { "the same release" } else { "one release under two names" };
            return both.to_owned();
        }
        let counts = [
            (self.images.len(), "image"),
            (self.values.len(), "value"),
            (self.versions.len(), "component version"),
            (self.components.len(), "set of components"),
        ];
        let parts: Vec<String> =
            counts.iter().filter(|(number, _)| *number > 0).map(|(number, noun)| count(*number, noun)).collect();
        if parts.is_empty() { "nothing differs".to_owned() } else { parts.join(", ") }
    }

    fn rows(&self, look: &Look) -> Vec<Row> {
        let mut rows: Vec<Row> = self.images.iter().map(|image| image.row(look)).collect();
        rows.extend(self.values.iter().map(ValueChange::row));
        rows.extend(self.versions.iter().map(|version| version.row(look)));
        rows.extend(self.components.iter().map(ComponentChange::row));
        if self.commits.from != self.commits.to {
            let short = |commit: &Option<String>| {
                commit.as_ref().map_or_else(|| "-".to_owned(), |sha| sha.get(..7).unwrap_or(sha).to_owned())
            };
            let range = format!("{}..{}", short(&self.commits.from), short(&self.commits.to));
            rows.push(Row { sort: "commits", of: range, what: String::new(), change: String::new() });
        }
        rows
    }
}

impl ImageChange {
    fn row(&self, look: &Look) -> Row {
        let short =
            |digest: &Option<Digest>| digest.as_ref().map_or_else(|| "-".to_owned(), |one| look.event(&EventId(*one)));
        let change = format!("{} → {}", short(&self.from), short(&self.to));
        Row { sort: "image", of: self.component.name().to_owned(), what: String::new(), change }
    }
}

impl ValueChange {
    fn row(&self) -> Row {
        let shown = |value: &Option<Value>| match value {
            None => "-".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let change = format!("{} → {}  {}", shown(&self.from), shown(&self.to), list(&self.targets));
        let of = self.component.as_deref().map(|name| name.split_once('/').map_or(name, |(_, name)| name));
        Row { sort: "value", of: of.unwrap_or("-").to_owned(), what: self.path.clone(), change }
    }
}

impl VersionChange {
    fn row(&self, look: &Look) -> Row {
        let version = |side: &Option<Version>| {
            side.as_ref()
                .map_or_else(|| "-".to_owned(), |one| one.version.clone().unwrap_or_else(|| "unnamed".to_owned()))
        };
        let tree =
            |side: &Option<Version>| side.as_ref().map_or_else(|| "-".to_owned(), |one| look.event(&EventId(one.tree)));
        let (from, to) = (version(&self.from), version(&self.to));
        let change = format!("{from} → {to}  tree {} → {}", tree(&self.from), tree(&self.to));
        Row { sort: "version", of: self.component.name().to_owned(), what: self.source.clone(), change }
    }
}

impl ComponentChange {
    fn row(&self) -> Row {
        let named = |components: &[Component]| list(components.iter().map(Component::name));
        let mut parts = Vec::new();
        if !self.removed.is_empty() {
            parts.push(format!("without {}", named(&self.removed)));
        }
        if !self.added.is_empty() {
            parts.push(format!("with {}", named(&self.added)));
        }
        Row { sort: "target", of: self.target.to_string(), what: String::new(), change: parts.join("; ") }
    }
}

impl View for OfPoints {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let heads = |heads: &[EventId]| list(heads.iter().map(|head| look.event(head)));
        let first = format!("{} → {}: {}", heads(&self.from), heads(&self.to), count(self.events, "event"));
        page.line(Line::new().bold(first));
        let mut facts = Facts::new();
        for change in &self.targets {
            let short =
                |name: &Option<ReleaseName>| name.as_ref().map_or_else(|| "-".to_owned(), |name| name.short(&look));
            let live = match change.from == change.to {
                true => short(&change.to),
                false => format!("{} → {}", short(&change.from), short(&change.to)),
            };
            let policy = if change.policy_changed { "; another policy" } else { "" };
            facts = facts.fact(format!("{}/{}", change.deployment, change.target), format!("{live}{policy}"));
        }
        if !self.releases.is_empty() {
            let made = self.releases.iter().map(|made| format!("{}/{}", made.deployment, made.release.short(&look)));
            facts = facts.fact("released", list(made));
        }
        if self.authorities.from != self.authorities.to {
            let (from, to) = (heads(&self.authorities.from), heads(&self.authorities.to));
            facts = facts.fact("authority", format!("{from} → {to}"));
        }
        page.facts(facts);
    }
}
