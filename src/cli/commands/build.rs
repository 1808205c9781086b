//! `sealog build`: makes the images of a deployment, and records each with where it came from.

use clap::Args;

use crate::cli::World;
use crate::cli::args::{Changing, Making};
use crate::cli::error::stages::together;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::session::{Session, SessionWriter};
use crate::cli::ui::text::Line;
use crate::cli::view::builds::{Builds, BuiltImage};
use crate::cli::view::says::count;
use crate::clock::Stopwatch;
use crate::config;
use crate::environment::Environment;
use crate::progress::{Ending, Progress};
use crate::registry::layout::Layout;
use crate::stages::build::{self, Action, Plan, Ports, Rebuild, Request, Step};
use crate::stages::sources::Sources;

/// What is said of changes that no commit has.
pub const DIRTY: &str = "the tree has changes that are in no commit: recorded as dirty";

/// Build the images of a deployment and record them
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog build payment-service --target dev\n  \
    sealog build --component api --rebuild\n\n\
    What was built from the same inputs before is not built again. An image without `registry:` lies in the image \
    layout .sealog/images; the times of its files are 1970, or SOURCE_DATE_EPOCH.")]
pub struct Build {
    #[command(flatten)]
    making: Making,

    /// Only this image component
    #[arg(long, short)]
    component: Option<String>,

    /// Build also what was built from the same inputs before
    #[arg(long)]
    rebuild: bool,

    #[command(flatten)]
    changing: Changing,
}

impl Build {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let config = config::load(&world.folder)?;
        let deployment = config.choose_deployment(self.making.deployment.as_deref())?;
        let target = &deployment.choose_target(self.making.target.as_deref())?.name;
        let component = self.component.as_deref().map(|text| deployment.component(text)).transpose()?;
        let sources = Sources::find(&config.project.root, world.environment, self.making.authors.clone())?;
        let modified = time_of_files(world.environment)?;
        let request = Request { deployment, target, component, sources: &sources, modified };
        let images = Layout::at(config.project.images());
        let prepared = build::prepare(&request).map_err(all_of)?;

        let session = Session::open(world, &self.changing.which)?;
        let rebuild = match (self.rebuild, &sources.checkout) {
            (true, _) => Rebuild::Always,
            (false, Some(_)) if !sources.is_dirty() => Rebuild::WhenChangedOrDirty,
            (false, _) => Rebuild::WhenChanged,
        };
        let everything = session.ledger().everything();
        let plan = build::plan(&request, prepared, rebuild, (session.ledger(), &everything), &images);
        let watch = world.clock.stopwatch();
        if self.changing.dry_run || plan.is_idle() {
            let session = Builds::of(&plan, Vec::new(), watch.elapsed());
            world.ui.show(&session)?;
            return Ok(Exit::Done);
        }
        let actor = session.actor(&self.changing.key)?;
        let writer = session.writer(actor)?;
        let work = Work { world, plan: &plan, sources: &sources, images: &images, watch };
        work.run(writer)
    }
}

/// The time that every file of an image gets.
pub fn time_of_files(environment: &Environment) -> Result<u64, CliError> {
    let Some(text) = environment.get("SOURCE_DATE_EPOCH") else { return Ok(0) };
    text.parse().map_err(|_| {
        CliError::new(Code::Usage, format!("SOURCE_DATE_EPOCH is `{text}`, which is no number of seconds since 1970"))
    })
}

fn all_of(errors: Vec<build::BuildError>) -> CliError {
    together(errors)
        .unwrap_or_else(|| CliError::new(Code::Internal, "a build without mistakes was refused"))
        .undone("Nothing was built, nothing recorded.")
}

/// Builds that were decided on, one after the other.
struct Work<'a> {
    world: &'a World<'a>,
    plan: &'a Plan,
    sources: &'a Sources,
    images: &'a Layout,
    watch: Stopwatch,
}

impl Work<'_> {
    fn run(&self, mut writer: SessionWriter<'_>) -> Result<Exit, CliError> {
        let head = format!("Building {} for {}", count(self.plan.to_build(), "component"), self.plan.target);
        self.world.ui.say(Line::new().text(head));
        if self.sources.is_dirty() {
            self.world.ui.warn(DIRTY);
        }
        let (mut made, mut failed) = (Vec::new(), Vec::new());
        self.world.ui.with_progress("build", |progress| {
            for step in &self.plan.steps {
                match self.step(step, &mut writer, progress) {
                    Ok(image) => made.extend(image),
                    Err(error) => failed.push(error),
                }
            }
        });
        let recorded = made.len();
        if recorded > 0 {
            writer.finish();
        }
        if recorded > 0 || failed.is_empty() {
            self.world.ui.show(&Builds::of(self.plan, made, self.watch.elapsed()))?;
        }
        match together(failed) {
            None => Ok(Exit::Done),
            Some(error) => Err(error.undone(format!("{recorded} of {} built and recorded.", self.plan.to_build()))),
        }
    }

    fn step(
        &self,
        step: &Step,
        writer: &mut SessionWriter<'_>,
        progress: &dyn Progress,
    ) -> Result<Option<BuiltImage>, CliError> {
        let Step { prepared, action } = step;
        let task = prepared.component.name();
        match action {
            Action::Keep { .. } => Ok(None),
            Action::Build => {
                let ports = Ports { images: self.images, clock: self.world.clock, progress };
                let made = build::execute(self.plan, prepared, self.sources, ports)?;
                let image = made.recorded.image.clone();
                let event = writer.append(made.recorded).inspect_err(|_| {
                    progress.ended(task, Ending::Failed, "built, but not recorded");
                })?;
                progress.ended(task, Ending::Done, &format!("{}, recorded {}", short(&image.digest), event.short()));
                Ok(Some(BuiltImage::made(&prepared.component, &image, event, (made.layers, made.bytes))))
            }
        }
    }
}

fn short(digest: &ledger_format::digest::Digest) -> String {
    format!("sha256:{}", digest.short())
}
