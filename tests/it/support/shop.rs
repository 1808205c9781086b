//! A project of two manifests, the second after the first, whose releases a team rolls out.

use serde_json::Value;

use super::Team;
use super::sandbox::Finished;

/// `backend`, then `frontend`; targets dev, staging, prod. ci releases, dmitri rolls out.
pub struct Shop {
    pub team: Team,
}

impl Shop {
    pub fn new() -> Self {
        Self::of(Team::new())
    }

    pub fn of(team: Team) -> Self {
        let shop = Self { team };
        for (component, files) in [("backend", 20), ("frontend", 2)] {
            for file in 0..files {
                let path = format!("project/k8s/{component}/{file}.yaml");
                shop.team.sandbox.write(&path, format!("n: {file}\nversion: \"{{{{ vars.version }}}}\"\n"));
            }
        }
        shop
    }

    /// Another version is another release; it is made with dev.
    pub fn releases(&self, version: &str) -> String {
        let component = |name: &str, after: &str| {
            format!(
                "      {name}:\n{after}        vars:\n          templates: k8s/{name}\n          version: {version}\n"
            )
        };
        let after = "        metadata: { depends_on: [manifest/backend] }\n";
        let text = format!(
            "deployment:\n  name: shop\n  context: {{ default_target: dev }}\n  components:\n    manifest:\n{}{}  \
             targets: {{ dev: {{}}, staging: {{}}, prod: {{}} }}\n",
            component("backend", ""),
            component("frontend", after)
        );
        self.team.sandbox.write("project/deployments/shop.yaml", text);
        let made = self.team.run("ci", &format!("release shop --target dev --id {version} -q")).succeeds();
        made.stdout.trim().to_owned()
    }

    /// dmitri runs `sealog <line> --yes`.
    pub fn run(&self, line: &str) -> Finished {
        self.team.run("dmitri", &format!("{line} --yes"))
    }

    /// The same with its answer.
    pub fn answers(&self, line: &str) -> Value {
        self.team.answers("dmitri", &format!("{line} --yes"))
    }

    /// How many events there are.
    pub fn events(&self) -> usize {
        std::fs::read_dir(self.team.sandbox.path("project/.sealog/ledger/sealog/tail")).unwrap().count()
    }

    /// A file as it lies on a target.
    pub fn rendered(&self, target: &str, file: &str) -> Option<String> {
        let path = self.team.sandbox.path(&format!("project/rendered/{target}/{file}"));
        std::fs::read_to_string(path).ok()
    }

    /// What `status` says of a target.
    pub fn status(&self, target: &str) -> Value {
        let line = format!("status shop --target {target} --format json");
        self.team.sandbox.run(&line).json()[0].clone()
    }
}
