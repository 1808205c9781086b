//! `sealog ledger policy set`: what targets ask for from now on.

use clap::Args;
use ledger_format::authority::document::PolicyEntry;
use ledger_format::field::{self, List};
use ledger_format::name::Pattern;
use ledger_format::policy::Rules;
use serde_json::Value;

use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::authority_file;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::proposing::{propose, reason};
use crate::cli::session::Session;
use crate::cli::view::authority::place;
use crate::ledger::succession::Successor;

/// Set what targets ask for before a release may go there
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sealog ledger policy set prod.yaml --target prod          # the file holds rules
  sealog ledger policy set policies.yaml                    # all policies: the file is a list
  sealog ledger policy set --target prod --remove

A file of rules:
  from: [staging]
  soak: 1h
  approvals: [{count: 2, groups: [release-managers], valid: 24h}]
  distinct: [[author, approver, deployer]]
  evidence: [{type: test, on: images}, {type: scan, on: images, max_age: 24h, limits: {critical: 0}}]
  built: true
  windows: [{days: [mon, tue, wed, thu], from: '09:00', to: '17:00'}]
  rollback: {}

A list of policies has the fields deployments, targets and rules. Every policy that matches a target applies there.")]
pub struct Set {
    /// YAML or JSON; - is standard input
    #[arg(value_name = "FILE", required_unless_present = "remove")]
    rules: Option<String>,

    /// The targets that ask for it; then the file holds rules alone
    #[arg(long, short, value_name = "PATTERN")]
    target: Vec<Pattern>,

    /// The deployments that it is asked of [default: all]
    #[arg(long, short, value_name = "PATTERN", requires = "target")]
    deployment: Vec<Pattern>,

    /// Take the policy of these targets away
    #[arg(long, requires = "target", conflicts_with = "rules")]
    remove: bool,

    /// Why; it is recorded
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl Set {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let mut successor = Successor::of(session.ledger(), &session.ledger().everything())?;
        let old: Vec<PolicyEntry> = successor.old.policies.iter().flat_map(|all| all.to_vec()).collect();
        let (new, about) = self.policies(world, &old)?;
        if new == old {
            world.ui.nothing("this is the policy already: nothing was signed, nothing recorded");
            return Ok(Exit::Done);
        }
        successor.new.policies = List::new(new);
        let reason = reason(self.reason.as_deref(), || about)?;
        propose(world, session, &self.changing, successor, reason)
    }

    /// All policies from now on, and what is said of the change.
    fn policies(&self, world: &World<'_>, old: &[PolicyEntry]) -> Result<(Vec<PolicyEntry>, String), CliError> {
        let path = self.rules.as_deref().unwrap_or_default();
        let value = match &self.rules {
            Some(path) => Some(authority_file::read(world, path)?),
            None => None,
        };
        let Some(targets) = field::Set::new(self.target.iter().cloned()) else {
            let value = match value {
                Some(Value::Object(mut fields)) => fields.remove("policies").unwrap_or(Value::Object(fields)),
                other => other.unwrap_or_default(),
            };
            return Ok((authority_file::parse(path, value)?, "set all policies".to_owned()));
        };
        let deployments =
            field::Set::new(self.deployment.iter().cloned()).unwrap_or_else(|| field::Set::one(Pattern::any()));
        let same = |entry: &PolicyEntry| entry.deployments == deployments && entry.targets == targets;
        let mut new = old.to_vec();
        let Some(value) = value else {
            if !old.iter().any(same) {
                let message = format!(
                    "no policy is set for {}",
                    self.target.iter().map(Pattern::as_str).collect::<Vec<_>>().join(", ")
                );
                return Err(CliError::new(Code::NotFound, message).hint("sealog ledger policy show"));
            }
            new.retain(|entry| !same(entry));
            return Ok((new, "take a policy away".to_owned()));
        };
        let rules: Rules = authority_file::parse(path, value)?;
        let entry = PolicyEntry { deployments: deployments.clone(), targets: targets.clone(), rules };
        let about = format!("set the policy of {}", place(&entry));
        match new.iter_mut().find(|entry| same(entry)) {
            Some(standing) => *standing = entry,
            None => new.push(entry),
        }
        Ok((new, about))
    }
}
