//! Which authorities are in force: a property of a closed set, never of a moment (`SPEC.md`, section 5).

use std::collections::{BTreeSet, HashMap};

use crate::authority::Document;
use crate::dag::{Index, Past};
use crate::name::{EventId, Name};

/// The number of an authority event among the authority events, in order of arrival.
pub type Number = u32;

/// The number of a view.
pub type ViewId = u32;

/// The reader's trust beyond the ledger's id: one authority and all that it builds on. A proposal that is neither
/// among these nor builds on the pinned one is in force in no set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    pub authority: EventId,
    pub builds_on: BTreeSet<EventId>,
}

/// One event that decides about authority.
#[derive(Debug)]
pub struct Step {
    pub event: Index,
    pub id: EventId,
    /// Who signed it.
    pub principal: Name,
    /// No rule of its kind is broken in its own past.
    pub valid: bool,
    pub what: What,
}

#[derive(Debug)]
pub enum What {
    Document {
        document: Box<Document>,
        /// The documents that it replaces.
        replaces: Vec<Number>,
        /// All that it builds on through `replaces`.
        builds_on: BTreeSet<Number>,
    },
    Endorsement {
        proposal: Number,
    },
}

/// What a set of authority events says.
#[derive(Debug)]
pub struct View {
    pub members: Past,
    /// In order of arrival; the first event's document is always first.
    pub in_force: Vec<Number>,
    /// Those in force that none in force replaces: one, or several while a dispute is open.
    pub newest: Vec<Number>,
}

/// All authority events that arrived, and the views that were asked for.
#[derive(Debug, Default)]
pub struct Authorities {
    steps: Vec<Step>,
    numbers: HashMap<EventId, Number>,
    views: Vec<View>,
    ids: HashMap<Past, ViewId>,
    pin: Option<Pin>,
}

impl Authorities {
    pub fn new(pin: Option<Pin>) -> Self {
        Self { pin, ..Self::default() }
    }

    pub fn pin(&self) -> Option<&Pin> {
        self.pin.as_ref()
    }

    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    pub fn step(&self, number: Number) -> &Step {
        &self.steps[number as usize]
    }

    pub fn number(&self, id: EventId) -> Option<Number> {
        self.numbers.get(&id).copied()
    }

    pub fn view(&self, id: ViewId) -> &View {
        &self.views[id as usize]
    }

    /// The document of a number that is known to be one.
    ///
    /// # Panics
    /// For the number of an endorsement.
    pub fn document(&self, number: Number) -> &Document {
        match &self.steps[number as usize].what {
            What::Document { document, .. } => document,
            What::Endorsement { .. } => unreachable!("an endorsement is in force nowhere"),
        }
    }

    pub fn builds_on(&self, number: Number) -> &BTreeSet<Number> {
        match &self.steps[number as usize].what {
            What::Document { builds_on, .. } => builds_on,
            What::Endorsement { .. } => unreachable!("an endorsement builds on nothing"),
        }
    }

    pub fn replaces(&self, number: Number) -> &[Number] {
        match &self.steps[number as usize].what {
            What::Document { replaces, .. } => replaces,
            What::Endorsement { .. } => &[],
        }
    }

    /// Adds an authority event. Views of sets without it stay as they are.
    pub fn add(&mut self, step: Step) -> Number {
        let number = Number::try_from(self.steps.len()).expect("fewer than 2^32 authority events");
        self.numbers.insert(step.id, number);
        self.steps.push(step);
        number
    }

    /// The view of the authority events in a set, which must be closed.
    pub fn view_of(&mut self, members: Past) -> ViewId {
        if let Some(id) = self.ids.get(&members) {
            return *id;
        }
        let in_force = self.in_force(&members, self.pin.as_ref());
        let newest = self.newest(&in_force);
        let id = ViewId::try_from(self.views.len()).expect("fewer than 2^32 views");
        self.views.push(View { members: members.clone(), in_force, newest });
        self.ids.insert(members, id);
        id
    }

    /// The view of these members, where somebody asked for it before.
    pub fn known_view(&self, members: &Past) -> Option<ViewId> {
        self.ids.get(members).copied()
    }

    /// What is in force in a closed set of authority events, for a reader with this pin.
    pub fn in_force(&self, members: &Past, pin: Option<&Pin>) -> Vec<Number> {
        let mut in_force = Vec::new();
        for number in members.iter() {
            let step = self.step(number);
            let What::Document { replaces, .. } = &step.what else { continue };
            let first = replaces.is_empty();
            let based = replaces.iter().all(|replaced| in_force.contains(replaced));
            if first || step.valid && based && self.is_allowed(number, pin) && self.is_endorsed(number, members) {
                in_force.push(number);
            }
        }
        in_force
    }

    pub fn newest(&self, in_force: &[Number]) -> Vec<Number> {
        let replaced = |number: &Number| in_force.iter().any(|other| self.replaces(*other).contains(number));
        in_force.iter().copied().filter(|number| !replaced(number)).collect()
    }

    /// Pairs in force that replace the same document, where nothing in force builds on both.
    pub fn disputes(&self, in_force: &[Number]) -> Vec<(Number, Number)> {
        let mut disputes = Vec::new();
        for (position, one) in in_force.iter().enumerate() {
            for other in &in_force[position + 1..] {
                if self.rival(*one, *other) {
                    disputes.push((*one, *other));
                }
            }
        }
        disputes
    }

    /// Whether two documents replace the same one.
    pub fn rival(&self, one: Number, other: Number) -> bool {
        one != other && self.replaces(one).iter().any(|replaced| self.replaces(other).contains(replaced))
    }

    fn is_allowed(&self, number: Number, pin: Option<&Pin>) -> bool {
        let Some(pin) = pin else { return true };
        let id = self.step(number).id;
        id == pin.authority
            || pin.builds_on.contains(&id)
            || self.builds_on(number).iter().any(|base| self.step(*base).id == pin.authority)
    }

    /// By the thresholds of each replaced document, of the new one, and, where it settles a dispute, of their base.
    fn is_endorsed(&self, number: Number, members: &Past) -> bool {
        let endorsers = self.endorsers(number, members);
        let mut asked: Vec<Number> = self.replaces(number).to_vec();
        if asked.len() > 1 {
            asked.extend(self.common_bases(&asked));
        }
        asked.push(number);
        asked.iter().all(|asked| {
            let document = self.document(*asked);
            let roots = endorsers.iter().filter(|principal| document.authority().is_root(principal));
            roots.count() as u64 >= document.threshold()
        })
    }

    /// Who stands behind a proposal in a set; the proposal counts as its signer's endorsement.
    pub fn endorsers(&self, proposal: Number, members: &Past) -> BTreeSet<&Name> {
        let mut endorsers = BTreeSet::from([&self.step(proposal).principal]);
        for number in members.iter() {
            let step = self.step(number);
            match step.what {
                What::Endorsement { proposal: named } if named == proposal && step.valid => {
                    endorsers.insert(&step.principal)
                }
                What::Endorsement { .. } | What::Document { .. } => false,
            };
        }
        endorsers
    }

    /// The documents on which all of these build, without those on which another of them builds.
    fn common_bases(&self, documents: &[Number]) -> Vec<Number> {
        let Some((first, rest)) = documents.split_first() else { return Vec::new() };
        let common = |base: &Number| rest.iter().all(|other| self.builds_on(*other).contains(base));
        let bases: Vec<Number> = self.builds_on(*first).iter().copied().filter(common).collect();
        let below = |base: &Number| bases.iter().any(|other| self.builds_on(*other).contains(base));
        bases.iter().copied().filter(|base| !below(base)).collect()
    }
}
