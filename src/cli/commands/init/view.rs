//! What `init` made.

use ledger_format::name::{Fingerprint, LedgerId, Name};
use serde::Serialize;

use super::ignore::RULE;
use crate::cli::World;
use crate::cli::session::Session;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::config;

/// A ledger that was made, or was there.
#[derive(Serialize)]
pub struct Initialised {
    pub ledger: LedgerId,
    pub address: String,
    pub created: bool,
    /// The file that pins it now.
    pub pinned_in: Option<String>,
    /// The file whose new line keeps the ledger out of the project's commits.
    pub ignored_in: Option<&'static str>,
    pub founder: Option<Founder>,
}

/// Whose it is, where it was made now.
#[derive(Serialize)]
pub struct Founder {
    pub principal: Name,
    pub key: Fingerprint,
    pub key_place: String,
    pub key_made: bool,
    pub spare: Fingerprint,
    pub spare_place: String,
    /// Whether the new keys have a passphrase.
    pub encrypted: bool,
}

impl Initialised {
    pub fn there(session: &Session<'_>, pinned_in: Option<String>) -> Self {
        let (ledger, address) = (session.ledger().id(), session.place.address.to_string());
        Self { ledger, address, created: false, pinned_in, ignored_in: None, founder: None }
    }

    /// The ledger stands all the same: a person adds the line.
    pub fn warn_if_not_pinned(&self, world: &World<'_>) {
        if self.pinned_in.is_none() {
            world.ui.warn("sealog.yaml could not be changed: add the line `trust:` to it yourself");
        }
    }
}

impl View for Initialised {
    fn draw(&self, page: &mut Page<'_>) {
        let id = self.ledger.short();
        let line = if self.created {
            Line::new().mark(Mark::Done).text("Created ledger ").bold(id)
        } else {
            Line::new().mark(Mark::Nothing).text("Already there: ledger ").bold(id).text(", nothing was recorded")
        };
        page.line(match &self.pinned_in {
            Some(file) if self.created => line.text(format!(" · pinned in {file}, commit this line:")),
            Some(file) => line.text(format!(" · pinned in {file}:")),
            None => line.text(" · not pinned; compare the id with a colleague's, then add to sealog.yaml:"),
        });
        page.line(Line::new().text("  trust: ").text(self.ledger));
        if let Some(file) = self.ignored_in {
            page.line(format!("  {RULE} is ignored by git from now on: commit {file} too"));
        }
        let Some(founder) = &self.founder else { return };
        let name = &founder.principal;
        let protection = if founder.encrypted { "encrypted" } else { "not encrypted" };
        let made = if founder.key_made { format!("new, {protection}") } else { "yours".to_owned() };
        let key = format!("{} in {} ({made})", founder.key.short(), founder.key_place);
        page.facts(Facts::new().fact("key", key).fact("you", format!("{name}: root, and every right on every target")));
        let spare = format!(
            "Spare key of {name} in {}: move it off this machine; with both keys lost nobody can ever change who may do \
             what",
            founder.spare_place
        );
        page.line(Line::new().mark(Mark::Look).text(spare));
    }

    fn quiet(&self) -> Option<String> {
        Some(self.ledger.to_string())
    }
}

/// What can be done with a ledger that is new.
pub fn next(world: &World<'_>) {
    let deployment = config::load(&world.folder).ok().and_then(|config| config.deployments.into_values().next());
    match deployment.as_ref().and_then(|deployment| Some((&deployment.name, deployment.targets.keys().next()?))) {
        Some((name, target)) => world.ui.next(&[&format!("sealog build {name} --target {target}")]),
        None => world.ui.next(&["sealog ledger keys list"]),
    }
}
