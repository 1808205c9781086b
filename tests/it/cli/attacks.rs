//! What an attacker gets (`ledger.md`, section 8): exit code and named culprit.

mod of_the_blobs;
mod of_the_folder;
#[cfg(unix)]
mod of_the_names;
mod with_a_key;

use std::path::PathBuf;

use ledger_format::name::EventId;
use serde_json::Value;

use crate::support::{Finished, Sandbox, Scribe, Story};

/// The story, which this machine has verified.
struct Scene {
    sandbox: Sandbox,
    story: Story,
}

impl Scene {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let story = Story::write(&sandbox.project().join(".sealog/ledger"));
        let scene = Self { sandbox, story };
        scene.run("verify -q").succeeds();
        scene
    }

    fn run(&self, line: &str) -> Finished {
        self.sandbox.run(line)
    }

    /// The findings of `verify`, as (code, event).
    fn findings(&self, code: i32) -> Vec<(String, String)> {
        let json = self.run("verify --format json").exits(code).json();
        let checks = json["checks"].as_array().unwrap();
        let all = checks.iter().flat_map(|check| check["findings"].as_array().unwrap().clone());
        all.map(|found| (text(&found["code"]), text(&found["event"]))).collect()
    }

    fn scribe(&mut self) -> &mut Scribe {
        &mut self.story.scribe
    }

    fn tail(&self) -> PathBuf {
        self.story.scribe.folder.join("sealog/tail")
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn found(code: &str, event: &EventId) -> Vec<(String, String)> {
    vec![(code.to_owned(), event.to_string())]
}
