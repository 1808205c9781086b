//! Progress of work: at a terminal lines that are redrawn in place, at most ten; anywhere else a line when a thing
//! starts, one every 30 seconds while it runs, one when it ends.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::look::{Device, Look};
use super::text::{Glyphs, Line, Mark};
use super::{Ui, Voice, times};
use crate::clock::{Clock, Stopwatch};
use crate::progress::{Ending, Progress, Silent};

/// The most lines that are redrawn; further tasks get theirs when one ends.
const LINES: usize = 10;
const EVERY: Duration = Duration::from_secs(30);

impl Ui {
    /// Runs work whose progress is told on stderr. `verb` says what is done to each task: `build`.
    pub fn with_progress<T>(&self, verb: &str, work: impl FnOnce(&dyn Progress) -> T) -> T {
        if !self.talks() {
            return work(&Silent);
        }
        match self.err.device {
            Device::Terminal { .. } => work(&Redrawn::new(self.err.look, self.voice, self.clock)),
            Device::Other => {
                let log = Arc::new(Log { verb: verb.to_owned(), running: Mutex::default(), clock: self.clock });
                std::thread::scope(|scope| {
                    let (done, ended) = mpsc::channel::<()>();
                    let ticking = Arc::clone(&log);
                    scope.spawn(move || {
                        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(EVERY) {
                            ticking.still_running().iter().for_each(|line| self.line_to_err(Line::from(line)));
                        }
                    });
                    let result = work(&Logged { log: &log, ui: self });
                    drop(done);
                    result
                })
            }
        }
    }
}

/// Lines of a log: `08:31:07 build api: done in 37s, recorded a41c0e7795d2`.
struct Log {
    verb: String,
    running: Mutex<BTreeMap<String, (Stopwatch, String)>>,
    clock: Clock,
}

struct Logged<'a> {
    log: &'a Log,
    ui: &'a Ui,
}

impl Log {
    fn running(&self) -> MutexGuard<'_, BTreeMap<String, (Stopwatch, String)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, task: &str, what: &str) -> String {
        format!("{} {} {task}: {what}", times::hour_minute_second(self.clock.now()), self.verb)
    }

    fn still_running(&self) -> Vec<String> {
        self.running().iter().map(|(task, (_, doing))| self.line(task, doing)).collect()
    }
}

impl Progress for Logged<'_> {
    fn started(&self, task: &str, what: &str) {
        self.log.running().insert(task.to_owned(), (self.log.clock.stopwatch(), what.to_owned()));
        self.ui.line_to_err(self.log.line(task, &format!("started, {what}")).into());
    }

    fn doing(&self, task: &str, what: &str) {
        if let Some((_, doing)) = self.log.running().get_mut(task) {
            what.clone_into(doing);
        }
    }

    fn ended(&self, task: &str, ending: Ending, summary: &str) {
        let began = self.log.running().remove(task);
        let took = began.map_or(Duration::ZERO, |(stopwatch, _)| stopwatch.elapsed());
        let ended = match ending {
            Ending::Done => format!("done in {}, {summary}", times::duration(took)),
            Ending::Unchanged => format!("nothing to do, {summary}"),
            Ending::Failed => format!("failed after {}, {summary}", times::duration(took)),
        };
        self.ui.line_to_err(self.log.line(task, &ended).into());
    }

    fn output(&self, task: &str, line: &str) {
        self.ui.detail(Voice::Verbose, format!("{task}: {line}"));
    }

    fn stopping(&self) {
        self.ui.line_to_err(stopping(self.log.running().keys()));
    }
}

/// Lines that are redrawn.
struct Redrawn {
    bars: MultiProgress,
    running: Mutex<BTreeMap<String, (Stopwatch, Option<ProgressBar>)>>,
    look: Look,
    voice: Voice,
    clock: Clock,
}

impl Redrawn {
    fn new(look: Look, voice: Voice, clock: Clock) -> Self {
        Self { bars: MultiProgress::new(), running: Mutex::default(), look, voice, clock }
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<String, (Stopwatch, Option<ProgressBar>)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bar(&self, task: &str, what: &str) -> ProgressBar {
        let bar = self.bars.add(ProgressBar::new_spinner().with_style(style(self.look.glyphs)));
        bar.set_prefix(super::text::escaped(task));
        bar.set_message(super::text::escaped(what));
        bar.enable_steady_tick(Duration::from_millis(120));
        bar
    }

    fn print(&self, line: Line) {
        // As with every line of the conversation: when it cannot be written there is nobody to tell.
        let _ = self.bars.println(line.in_glyphs(self.look.glyphs).render(self.look.colour));
    }
}

impl Progress for Redrawn {
    fn started(&self, task: &str, what: &str) {
        let mut running = self.running();
        let shown = running.values().filter(|(_, bar)| bar.is_some()).count();
        let bar = (shown < LINES).then(|| self.bar(task, what));
        running.insert(task.to_owned(), (self.clock.stopwatch(), bar));
    }

    fn doing(&self, task: &str, what: &str) {
        let mut running = self.running();
        let shown = running.values().filter(|(_, bar)| bar.is_some()).count();
        match running.get_mut(task) {
            Some((_, Some(bar))) => bar.set_message(super::text::escaped(what)),
            Some((_, none)) if shown < LINES => *none = Some(self.bar(task, what)),
            Some((_, None)) | None => {}
        }
    }

    fn ended(&self, task: &str, ending: Ending, summary: &str) {
        let began = self.running().remove(task);
        let took = began.as_ref().map_or(Duration::ZERO, |(stopwatch, _)| stopwatch.elapsed());
        if let Some(bar) = began.and_then(|(_, bar)| bar) {
            bar.finish_and_clear();
            self.bars.remove(&bar);
        }
        let mark = match ending {
            Ending::Done => Mark::Done,
            Ending::Unchanged => Mark::Nothing,
            Ending::Failed => Mark::Failed,
        };
        let head = Line::new().mark(mark).text(task).padded(20).text("  ").text(summary);
        self.print(head.text("  ").dim(times::duration(took)));
    }

    fn output(&self, task: &str, line: &str) {
        if self.voice >= Voice::Verbose {
            self.print(Line::new().dim(task).dim(": ").text(line));
        }
    }

    fn stopping(&self) {
        self.print(stopping(self.running().keys()));
    }
}

/// What a stop that was asked for waits for.
fn stopping<'a>(running: impl Iterator<Item = &'a String>) -> Line {
    let running: Vec<&str> = running.map(String::as_str).collect();
    let waiting = if running.is_empty() { String::new() } else { format!(", waiting for {}", running.join(", ")) };
    Line::from(format!("Stopping: nothing new starts{waiting} (Ctrl-C again kills it)"))
}

fn style(glyphs: Glyphs) -> ProgressStyle {
    let template = ProgressStyle::with_template("  {spinner:.cyan} {prefix:18}  {wide_msg}  {elapsed:>5}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner());
    match glyphs {
        Glyphs::Unicode => template.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "),
        Glyphs::Ascii => template.tick_chars("|/-\\ "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ui::tests::captured;
    use crate::cli::ui::{Attendance, Format};

    fn build(progress: &dyn Progress) {
        progress.started("api", "nixpacks, go 1.23");
        progress.doing("api", "pushing, 15.1 / 31.4 MB");
        progress.output("api", "layer pushed");
        progress.ended("api", Ending::Done, "recorded a41c0e7795d2");
    }

    #[test]
    fn a_log_has_a_line_at_each_end() {
        let (ui, captured) = captured(Attendance::Nobody, Format::Table, Voice::Normal, "");
        ui.with_progress("build", build);
        insta::assert_snapshot!(captured.err.text(), @r"
        11:12:30 build api: started, nixpacks, go 1.23
        11:12:30 build api: done in 0 ms, recorded a41c0e7795d2
        ");
    }

    #[test]
    fn a_stop_says_what_is_waited_for() {
        let (ui, captured) = captured(Attendance::Nobody, Format::Table, Voice::Normal, "");
        ui.with_progress("rollout", |progress| {
            progress.stopping();
            progress.started("manifest/worker", "applying");
            progress.stopping();
        });
        insta::assert_snapshot!(captured.err.text(), @r"
        Stopping: nothing new starts (Ctrl-C again kills it)
        11:12:30 rollout manifest/worker: started, applying
        Stopping: nothing new starts, waiting for manifest/worker (Ctrl-C again kills it)
        ");
    }

    #[test]
    fn a_verbose_log_has_the_output_of_other_programs() {
        let (ui, captured) = captured(Attendance::Nobody, Format::Table, Voice::Verbose, "");
        ui.with_progress("build", build);
        assert!(captured.err.text().contains("\napi: layer pushed\n"), "{}", captured.err.text());
    }

    #[test]
    fn a_program_that_reads_json_hears_nothing() {
        let (ui, captured) = captured(Attendance::Nobody, Format::Json, Voice::Normal, "");
        ui.with_progress("build", build);
        assert_eq!(captured.err.text(), "");
    }

    #[test]
    fn what_runs_long_is_named_with_what_it_does() {
        let log = Log {
            verb: "build".to_owned(),
            running: Mutex::default(),
            clock: Clock::Fixed(time::macros::utc_datetime!(2026-11-20 08:31:00)),
        };
        let began = (log.clock.stopwatch(), "pushing, 15.1 / 31.4 MB".to_owned());
        log.running().insert("api".to_owned(), began);
        assert_eq!(log.still_running(), ["08:31:00 build api: pushing, 15.1 / 31.4 MB"]);
    }
}
