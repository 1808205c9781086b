//! Rights: a right is the name of a kind, with patterns for deployments, components and targets. Nothing is given by default.

use std::fmt;
use std::str::FromStr;

use crate::event::{Data, Kind};
use crate::field::{Set, record, set_by_form};
use crate::name::{Component, EventId, Name, Pattern};

/// A right as an authority gives it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Right {
    /// The right to write events of this kind; `rollout.started` covers claims, applications and ends as well.
    Kind(Kind),
    /// `evidence.recorded:` and a pattern for the type of evidence.
    Evidence(Pattern),
    /// To start or promote against the policy, with a reason.
    Override,
    /// To end the claim of another writer.
    Takeover,
}

/// A right as an event asks for it: for evidence with its very type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    Kind(Kind),
    Evidence(Name),
    Override,
    Takeover,
}

/// A text that is no right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a right: the name of a kind of event is (`rollout.started`; for evidence `evidence.recorded:` and a pattern for its type), or `override`, or `takeover`"
)]
pub struct NotARight(String);

impl Right {
    const EVIDENCE: &str = "evidence.recorded:";

    /// The kinds whose name is a right. Others are written by roots, by any enrolled key, or under `rollout.started`.
    pub const KINDS: &[Kind] = &[
        Kind::ApprovalDenied,
        Kind::ApprovalGranted,
        Kind::ApprovalRequested,
        Kind::ApprovalWithdrawn,
        Kind::BuildRecorded,
        Kind::HoldLifted,
        Kind::HoldPlaced,
        Kind::KeySuspended,
        Kind::LedgerSealed,
        Kind::Noted,
        Kind::ObservationRecorded,
        Kind::PromotionRecorded,
        Kind::ReleaseCreated,
        Kind::ReleaseWithdrawn,
        Kind::Reviewed,
        Kind::RolloutStarted,
    ];

    pub fn new(text: &str) -> Result<Self, NotARight> {
        let wrong = || NotARight(text.to_owned());
        match (text, text.strip_prefix(Self::EVIDENCE)) {
            (_, Some(pattern)) => Pattern::new(pattern).map(Self::Evidence).map_err(|_| wrong()),
            ("override", None) => Ok(Self::Override),
            ("takeover", None) => Ok(Self::Takeover),
            (kind, None) => match kind.parse() {
                Ok(kind) if Self::KINDS.contains(&kind) => Ok(Self::Kind(kind)),
                _ => Err(wrong()),
            },
        }
    }

    /// Whether who has this right has what is needed.
    pub fn covers(&self, need: &Need) -> bool {
        match (self, need) {
            (Self::Kind(given), Need::Kind(asked)) => given == asked,
            (Self::Evidence(pattern), Need::Evidence(name)) => pattern.matches(name.as_str()),
            (Self::Override, Need::Override) | (Self::Takeover, Need::Takeover) => true,
            (Self::Kind(_) | Self::Evidence(_) | Self::Override | Self::Takeover, _) => false,
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => f.write_str(kind.as_str()),
            Self::Evidence(pattern) => write!(f, "{}{pattern}", Self::EVIDENCE),
            Self::Override => f.write_str("override"),
            Self::Takeover => f.write_str("takeover"),
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => f.write_str(kind.as_str()),
            Self::Evidence(name) => write!(f, "{}{name}", Right::EVIDENCE),
            Self::Override => f.write_str("override"),
            Self::Takeover => f.write_str("takeover"),
        }
    }
}

impl fmt::Debug for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialOrd for Right {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Right {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.to_string().cmp(&other.to_string())
    }
}

impl FromStr for Right {
    type Err = NotARight;

    fn from_str(text: &str) -> Result<Self, NotARight> {
        Self::new(text)
    }
}

impl serde::Serialize for Right {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Right {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

crate::field::set_by_value!(Right);

record! {
    /// Rights of a principal, and where they hold. A dimension that is left out matches none of that dimension.
    pub struct Grant {
        may: Set<Right>,
        deployments?: Set<Pattern>,
        components?: Set<Pattern>,
        targets?: Set<Pattern>,
    }
}

set_by_form!(Grant);

impl Grant {
    /// Whether this gives what is asked, in every dimension that is asked.
    pub fn gives(&self, ask: &Ask) -> bool {
        self.may.iter().any(|right| right.covers(&ask.need))
            && ask.scope.deployment.within(self.deployments.as_ref())
            && ask.scope.component.within(self.components.as_ref())
            && ask.scope.target.within(self.targets.as_ref())
    }
}

/// One right that an event asks its principal for. An event of several components asks for each.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ask {
    pub need: Need,
    pub scope: Scope,
    /// The event that is acted on, where the scope is that of another event.
    pub about: Option<EventId>,
}

/// Where a right must hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Scope {
    pub deployment: Dimension<Name>,
    pub component: Dimension<Component>,
    pub target: Dimension<Name>,
}

/// One dimension of a scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Dimension<T> {
    /// The kind has no such field: not asked.
    #[default]
    Unasked,
    /// The field was left out: the pattern `*` is asked for.
    All,
    One(T),
}

impl<T: Clone + AsRef<str>> Dimension<T> {
    pub fn of(field: Option<&T>) -> Self {
        field.map_or(Self::All, |name| Self::One(name.clone()))
    }

    fn within(&self, patterns: Option<&Set<Pattern>>) -> bool {
        let any = |test: &dyn Fn(&Pattern) -> bool| patterns.is_some_and(|patterns| patterns.iter().any(test));
        match self {
            Self::Unasked => true,
            Self::All => any(&|pattern| pattern.as_str() == "*"),
            Self::One(name) => any(&|pattern| pattern.matches(name.as_ref())),
        }
    }
}

impl<T: fmt::Display> fmt::Display for Dimension<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unasked => f.write_str("-"),
            Self::All => f.write_str("*"),
            Self::One(name) => name.fmt(f),
        }
    }
}

impl Scope {
    /// Of a deployment, of each of these components (`None`: of all), on a target.
    pub fn each<'a>(
        deployment: Dimension<Name>,
        components: Option<impl IntoIterator<Item = &'a Component>>,
        target: Dimension<Name>,
    ) -> Vec<Self> {
        let with = |component| Self { deployment: deployment.clone(), component, target: target.clone() };
        match components {
            None => vec![with(Dimension::All)],
            Some(some) => some.into_iter().map(|component| with(Dimension::One(component.clone()))).collect(),
        }
    }
}

impl Scope {
    /// The scopes of events that others act on. What is not in the past, or acts on events by their ids itself,
    /// has none here: no rule lets an id lead there, and a chain of them must not be followed.
    pub(crate) fn of_events<'a>(events: impl IntoIterator<Item = &'a EventId>, past: Lookup) -> Vec<Self> {
        let acted_on = events.into_iter().filter_map(|id| past(*id)).filter(|data| !data.kind().acts_by_id());
        acted_on.flat_map(|data| data.scopes(past)).collect()
    }
}

/// How an event finds the data of the events that it names, in its own past.
pub type Lookup<'a> = &'a dyn Fn(EventId) -> Option<&'a Data>;

impl Ask {
    /// For each of these scopes.
    pub fn each(need: &Need, scopes: Vec<Scope>) -> Vec<Self> {
        scopes.into_iter().map(|scope| Self { need: need.clone(), scope, about: None }).collect()
    }

    /// For the scope of each of these events.
    pub(crate) fn about<'a>(need: &Need, events: impl IntoIterator<Item = &'a EventId>, past: Lookup) -> Vec<Self> {
        let ask = |id: EventId| move |scope| Self { need: need.clone(), scope, about: Some(id) };
        events.into_iter().flat_map(|id| Scope::of_events([id], past).into_iter().map(ask(*id))).collect()
    }
}
