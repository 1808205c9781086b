//! `sealog init [address]`: makes a ledger, the keys of its founder, and the pin of the project.

mod ignore;
mod plan;
mod view;

use clap::Args;
use ledger_format::name::Name;

use crate::cli::World;
use crate::cli::args::{SigningKey, WhichLedger};
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::own_key::ReadyKey;
use crate::cli::place::Place;
use crate::cli::session::{Session, flushed};
use crate::cli::ui::prompt::Assume;
use crate::config::pin::pin;
use crate::ledger::append::{AppendError, Writer, new_run};
use crate::ledger::describe::describe;
use crate::ledger::founding::founding;
use crate::ledger::seen::Acquaintance;
use crate::signers::Signer as _;
use crate::store::{self, StoreError};

use plan::Plan;
use view::Initialised;

/// Make a ledger for this project, and a key where you have none
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sealog init                                  # a ledger in .sealog/ledger, a key in your folder of keys
  sealog init --name ana --yes                 # without a question
  sealog init /srv/ledgers/shop --spare /media/usb/ana-spare.pem

A ledger is made once. Where there is one already, nothing is changed.")]
pub struct Init {
    /// Where: a folder, or oci-layout:<folder> [default: SEALOG_LEDGER, the project's, or .sealog/ledger]
    address: Option<String>,

    /// Who you are in the ledger [default: the name of your key's file, else of your account]
    #[arg(long)]
    name: Option<Name>,

    /// Where your spare key goes [default: <name>-spare.pem in sealog's folder in your home]
    #[arg(long, value_name = "FILE")]
    spare: Option<std::path::PathBuf>,

    /// Answer the question with yes
    #[arg(long, short = 'y', visible_alias = "auto-approve")]
    yes: bool,

    /// Print the plan and change nothing
    #[arg(long)]
    dry_run: bool,

    #[command(flatten)]
    key: SigningKey,
}

impl Init {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let which = WhichLedger { ledger: self.address.clone(), trust: None };
        let place = Place::find(world, &which)?;
        if holds_events(&place)? {
            return self.is_there(world, &which);
        }
        if let Some(pin) = place.pin {
            return Err(pinned_elsewhere(&place, pin.ledger));
        }
        let plan = Plan::make(world, self, place)?;
        if self.dry_run {
            world.ui.show(&plan)?;
            return Ok(Exit::Done);
        }
        world.ui.plan(&plan);
        world.ui.confirm("Create it?", if self.yes { Assume::Yes } else { Assume::Ask })?;
        let Some(made) = create(world, plan)? else { return self.is_there(world, &which) };
        made.warn_if_not_pinned(world);
        world.ui.show(&made)?;
        view::next(world);
        Ok(Exit::Done)
    }

    /// A run that was interrupted before the project was pinned is completed; otherwise nothing happens.
    fn is_there(&self, world: &World<'_>, which: &WhichLedger) -> Result<Exit, CliError> {
        let session = Session::open(world, which)?;
        let ours = session.place.pin.is_none() && session.by == Acquaintance::Begun;
        let pinned = match &session.place {
            place if ours && !self.dry_run => self.pin(world, place, &session)?,
            place => place.pin.map(|_| crate::config::project::SEALOG_YAML.to_owned()),
        };
        world.ui.show(&Initialised::there(&session, pinned))?;
        Ok(Exit::Done)
    }

    fn pin(&self, world: &World<'_>, place: &Place, session: &Session<'_>) -> Result<Option<String>, CliError> {
        let (root, ledger) = plan::pin_place(world, place, self.address.as_deref())?;
        let pinned = pin(&root, session.ledger().id(), ledger.as_deref());
        Ok(pinned.ok().map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned()))
    }
}

/// `None` where somebody else was first.
fn create(world: &World<'_>, plan: Plan) -> Result<Option<Initialised>, CliError> {
    // Whatever may still fail comes before anything is written.
    let key = plan.key.ready(world)?;
    let spare = ReadyKey::new(plan.spare.clone())?;
    let passphrase = world.ui.new_passphrase(world.environment)?;
    let store = store::create(&plan.place.address, describe)?;
    let _turn = store.turn()?;
    if !store.list()?.events.is_empty() {
        return Ok(None);
    }
    for key in [&key, &spare] {
        key.keep(passphrase.as_ref())?;
    }
    let founded = founding(&store.identity()?, &plan.founder, &[&key.key, &spare.key])
        .map_err(|error| CliError::new(Code::Internal, "cannot write the first event").caused_by(&error))?;
    let run = new_run().map_err(AppendError::Random)?;
    let writer = Writer { store: store.as_ref(), signer: &key.key, clock: world.clock, run };
    let id = writer.begin(founded)?;
    flushed(world.ui, store.as_ref());
    Session::begun(world, &plan.place, id)?;
    let pinned = pin(&plan.root, id, plan.ledger_line.as_deref());
    let ignored_in = plan.ignoring.carry_out(world, &plan.root);
    Ok(Some(Initialised {
        ignored_in,
        ledger: id,
        address: plan.place.address.to_string(),
        created: true,
        pinned_in: pinned.ok().map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned()),
        founder: Some(view::Founder {
            principal: plan.founder,
            key: key.key.public().fingerprint(),
            key_place: plan.key_place,
            key_made: key.is_new(),
            spare: spare.key.public().fingerprint(),
            spare_place: plan.spare_shown,
            encrypted: passphrase.is_some(),
        }),
    }))
}

fn holds_events(place: &Place) -> Result<bool, CliError> {
    match store::open(&place.address, describe) {
        Ok(store) => Ok(!store.list()?.events.is_empty()),
        Err(StoreError::NotThere { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn pinned_elsewhere(place: &Place, pinned: ledger_format::name::LedgerId) -> CliError {
    let message = format!("sealog.yaml pins a ledger already, and {} does not hold it", place.address);
    CliError::new(Code::PinNotMet, message)
        .fact("pinned", pinned.to_string(), pinned.to_string())
        .detail("address", place.address.to_string())
        .hint("a colleague has it: `sealog ledger export <file>` there, `sealog ledger import <file>` here")
        .hint("if a new one is really meant, take `trust:` out of sealog.yaml first")
        .undone("Nothing was made.")
}
