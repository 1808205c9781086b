//! `sealog reject`: somebody says no to a release for a target.

use clap::Args;
use ledger_format::event::{ApprovalDenied, Data};
use ledger_format::field::Set;
use ledger_format::projection::gates::Candidate;

use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Exit};
use crate::cli::naming::{self, NamedRelease};
use crate::cli::session::Session;
use crate::cli::speak::{Speech, speak};
use crate::cli::ui::page::Facts;
use crate::cli::view::candidate::CandidateView;
use crate::cli::view::says::list;
use crate::cli::view::statement::Words;

/// Say no to a release for a target
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog reject payment-service v1.5.0 --target prod --reason 'drops a column'\n\n\
    No rollout of it starts there until you take it back with `sealog withdraw approval`.")]
pub struct Reject {
    #[command(flatten)]
    release: NamedRelease,

    /// The target that the release may not go to
    #[arg(long, short)]
    target: Option<String>,

    /// Only rollouts that touch one of these components
    #[arg(long, short, value_name = "COMPONENT")]
    component: Vec<String>,

    /// Why; it stays in the ledger
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl Reject {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let actor = session.actor(&self.changing.key)?;
        let found = self.release.find(&session)?;
        let ledger = session.ledger();
        let target = naming::find_target(ledger, &found, self.target.as_deref())?;
        let candidate = Candidate { deployment: &found.deployment, target: &target, release: found.release };
        let components = naming::find_components(ledger, candidate, &self.component)?;
        let reason = naming::reason(world, self.reason.as_deref())?;
        let shown = CandidateView::of(ledger, &found, &target, &ledger.everything());
        let look = world.ui.look();
        let restricts = match components.as_slice() {
            [] => format!("every rollout of it to {target}, until you withdraw this"),
            some => format!("rollouts to {target} that touch {}, until you withdraw this", list(some)),
        };
        let data = Data::from(ApprovalDenied {
            deployment: found.deployment.clone(),
            release: found.release,
            target: target.clone(),
            components: Set::new(components),
            request: None,
            reason: reason.clone(),
        });
        let words = Words {
            doing: "reject",
            done: "Rejected",
            what: shown.short(look),
            facts: shown.facts(Facts::new(), look).fact("stops", restricts).fact("reason", reason.as_str()),
            after: Facts::new().fact("reason", reason.as_str()),
        };
        speak(world, &self.changing, (session, actor), Speech { data, words, question: "Reject it?" })
    }
}
