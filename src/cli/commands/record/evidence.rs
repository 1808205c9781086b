//! `sealog record evidence`

use std::path::PathBuf;

use clap::Args;
use ledger_format::event::{EvidenceRecorded, Verdict};
use ledger_format::field::{Image, Int, Map, Note, Set, Text, Tool, True};
use ledger_format::name::{EventId, Name, ReleaseId};
use ledger_format::time::Time;

use super::{About, Scene, append, loaded};
use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::CliError;
use crate::cli::naming::{find_event, find_release};
use crate::cli::session::Session;
use crate::cli::view::recorded::Recorded;
use crate::stages::record::{Report, text};

/// Record what is known about images, a release or a start: a scan, a check, an SBOM
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog record evidence --type scan --component api --verdict passed --count critical=0 \\\n    \
    --report trivy.json --tool trivy@0.66.0\n  \
    sealog record evidence --type check --release v1.5.0 --verdict passed --note \"load test, 2k rps\""
)]
pub struct Evidence {
    #[command(flatten)]
    about: About,

    /// scan, check, sbom, provenance, signature, benchmark, ...: any name
    #[arg(long = "type", value_name = "NAME")]
    of_type: Name,

    /// Which one, where there are several of a type
    #[arg(long)]
    name: Option<Name>,

    /// passed or failed
    #[arg(long, value_parser = verdict)]
    verdict: Option<Verdict>,

    /// A figure; repeat it for more
    #[arg(long = "count", value_name = "NAME=NUMBER", value_parser = count)]
    counts: Vec<(Name, Int)>,

    /// The report itself, kept beside the event
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// The media type of the report
    #[arg(long, value_name = "TYPE", default_value = "application/octet-stream")]
    media_type: String,

    /// What the report is written in, for example `cyclonedx-json`
    #[arg(long = "report-format", value_name = "NAME")]
    report_format: Option<String>,

    /// What made it
    #[arg(long, value_name = "NAME[@VERSION]")]
    tool: Option<String>,

    /// How old what the scanner knew was
    #[arg(long, value_name = "TIME")]
    database: Option<Time>,

    /// Something to be said about it
    #[arg(long, value_name = "TEXT")]
    note: Option<Text>,

    /// It is about this release, not about images
    #[arg(long, conflicts_with = "digest")]
    release: Option<String>,

    /// It is about this start of a rollout
    #[arg(long, value_name = "EVENT", conflicts_with_all = ["digest", "release"])]
    start: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

/// What evidence is about: one of the three.
#[derive(Default)]
struct Subject {
    images: Option<Set<Image>>,
    release: Option<ReleaseId>,
    start: Option<EventId>,
}

impl Evidence {
    pub fn run(&self, world: &World<'_>) -> Result<(), CliError> {
        let config = loaded(world)?;
        let session = Session::open(world, &self.changing.which)?;
        let scene = match (&self.about.deployment, &self.release) {
            (None, Some(release)) => {
                let found = find_release(&session, None, release)?;
                Scene::in_deployment(world, &config, config.choose_deployment(Some(found.deployment.as_str()))?)?
            }
            (_, _) => Scene::of(world, &config, &self.about)?,
        };
        let report =
            self.report.as_ref().map(|path| Report::read(&world.folder.join(path), &self.media_type)).transpose()?;
        let evidence = self.evidence(&scene, &session, report.as_ref())?;
        let blobs: Vec<_> = report.into_iter().map(|report| report.blob).collect();
        let event = append(session, &self.changing, evidence.clone(), &blobs)?;
        world.ui.show(&Recorded::evidence(event, &evidence))
    }

    fn subject(&self, scene: &Scene<'_>, session: &Session<'_>) -> Result<Subject, CliError> {
        let ledger = session.ledger();
        match (&self.release, &self.start) {
            (Some(release), _) => {
                let found = find_release(session, Some(scene.deployment.name.as_str()), release)?;
                Ok(Subject { release: Some(found.release), ..Subject::default() })
            }
            (None, Some(start)) => {
                let start = ledger.entry(find_event(ledger, start)?).event.id;
                Ok(Subject { start: Some(start), ..Subject::default() })
            }
            (None, None) => Ok(Subject { images: Some(self.about.images(scene, session)?), ..Subject::default() }),
        }
    }

    fn evidence(
        &self,
        scene: &Scene<'_>,
        session: &Session<'_>,
        report: Option<&Report>,
    ) -> Result<EvidenceRecorded, CliError> {
        let Subject { images, release, start } = self.subject(scene, session)?;
        Ok(EvidenceRecorded {
            deployment: scene.deployment.name.clone(),
            component: self.about.component(scene.deployment)?.cloned(),
            target: self.about.target(scene.deployment)?.map(|target| target.name.clone()),
            r#type: self.of_type.clone(),
            name: self.name.clone(),
            format: self.report_format.as_deref().map(text).transpose()?,
            predicate: None,
            report: report.map(|report| report.field.clone()),
            repository: None,
            counts: Map::new(self.counts.iter().cloned()),
            tool: self.tool.as_deref().map(tool).transpose()?,
            database: self.database,
            verdict: self.verdict,
            images,
            release,
            start,
            config: None,
            git: scene.sources.git(),
            elsewhere: Some(True),
            note: self.note.clone().map(Note::from),
            ci: scene.sources.ci(),
        })
    }
}

/// `trivy@0.66.0`
pub(super) fn tool(written: &str) -> Result<Tool, CliError> {
    let (name, version) = match written.split_once('@') {
        Some((name, version)) => (name, Some(text(version)?)),
        None => (written, None),
    };
    Ok(Tool { name: text(name)?, version })
}

fn verdict(text: &str) -> Result<Verdict, String> {
    let found = Verdict::ALL.iter().copied().find(|verdict| verdict.as_str() == text);
    found.ok_or_else(|| "a verdict is `passed` or `failed`".to_owned())
}

fn count(text: &str) -> Result<(Name, Int), String> {
    let (name, number) = text.split_once('=').ok_or("`name=number` belongs here")?;
    let name = Name::new(name).map_err(|error| error.to_string())?;
    let number = number.parse().ok().and_then(Int::new).ok_or("a whole number stands behind the `=`")?;
    Ok((name, number))
}
