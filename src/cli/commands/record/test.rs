//! `sealog record test`

use std::path::PathBuf;

use clap::Args;
use ledger_format::event::{EvidenceRecorded, Verdict};
use ledger_format::field::{Int, Map, True};
use ledger_format::name::Name;

use super::{About, Scene, append, loaded};
use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::CliError;
use crate::cli::session::Session;
use crate::cli::view::recorded::Recorded;
use crate::stages::record::junit::Results;
use crate::stages::record::{Report, text};

/// Record the result of tests: a JUnit report about images that were built
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog record test payment-service --component api --result junit.xml\n  \
    sealog record test --component api --name integration --result out/integration.xml\n\n\
    A failure is evidence too: it is recorded, and the command exits 0.")]
pub struct Test {
    #[command(flatten)]
    about: About,

    /// The JUnit report
    #[arg(long, value_name = "FILE")]
    result: PathBuf,

    /// Which tests, where there are several kinds: unit, integration
    #[arg(long)]
    name: Option<Name>,

    #[command(flatten)]
    changing: Changing,
}

impl Test {
    pub fn run(&self, world: &World<'_>) -> Result<(), CliError> {
        let config = loaded(world)?;
        let scene = Scene::of(world, &config, &self.about)?;
        let report = Report::read(&world.folder.join(&self.result), "application/xml")?;
        let results = report.tests()?;
        let session = Session::open(world, &self.changing.which)?;
        let evidence = self.evidence(&scene, &session, (&report, &results))?;
        let event = append(session, &self.changing, evidence.clone(), &[report.blob])?;
        world.ui.show(&Recorded::evidence(event, &evidence).with_failures(&results.failed))
    }

    fn evidence(
        &self,
        scene: &Scene<'_>,
        session: &Session<'_>,
        (report, results): (&Report, &Results),
    ) -> Result<EvidenceRecorded, CliError> {
        let images = self.about.images(scene, session)?;
        let verdict = if results.failed.is_empty() { Verdict::Passed } else { Verdict::Failed };
        Ok(EvidenceRecorded {
            deployment: scene.deployment.name.clone(),
            component: self.about.component(scene.deployment)?.cloned(),
            target: self.about.target(scene.deployment)?.map(|target| target.name.clone()),
            r#type: name("test"),
            name: self.name.clone(),
            format: Some(text("junit-xml")?),
            predicate: None,
            report: Some(report.field.clone()),
            repository: None,
            counts: counts(results),
            tool: None,
            database: None,
            verdict: Some(verdict),
            images: Some(images),
            release: None,
            start: None,
            config: None,
            git: scene.sources.git(),
            elsewhere: Some(True),
            note: None,
            ci: scene.sources.ci(),
        })
    }
}

fn counts(results: &Results) -> Option<Map<Name, Int>> {
    let counts = [("failed", results.failed.len() as u64), ("passed", results.passed), ("skipped", results.skipped)];
    Map::new(counts.into_iter().filter_map(|(what, count)| Some((name(what), Int::new(count)?))))
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap_or_else(|_| unreachable!("a constant name"))
}
