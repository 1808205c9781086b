//! `sealog deployments list`

use clap::Args;
use serde::Serialize;

use crate::cli::World;
use crate::cli::error::{CliError, Exit};
use crate::cli::ui::page::{Page, View};
use crate::cli::ui::table::{Column, Table};
use crate::cli::view::says::list;
use crate::config::{self, Deployment};

/// List the deployments of the project
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog deployments list\n  sealog deployments list --format json | jq -r '.[].name'"
)]
pub struct List {}

impl List {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let config = config::load(&world.folder)?;
        let rows: Vec<Row> = config.deployments.values().map(Row::of).collect();
        if rows.is_empty() {
            world.ui.nothing(format!("no deployments in {}", config.project.deployments));
        }
        world.ui.show(&Rows(rows))?;
        Ok(Exit::Done)
    }
}

#[derive(Serialize)]
#[serde(transparent)]
struct Rows(Vec<Row>);

#[derive(Serialize)]
struct Row {
    name: String,
    description: Option<String>,
    file: String,
    components: Vec<String>,
    stacks: Vec<String>,
    targets: Vec<String>,
}

impl Row {
    fn of(deployment: &Deployment) -> Self {
        Self {
            name: deployment.name.to_string(),
            description: deployment.description.clone(),
            file: deployment.file.path.clone(),
            components: deployment.components.keys().map(ToString::to_string).collect(),
            stacks: deployment.stacks.clone(),
            targets: deployment.targets.keys().map(ToString::to_string).collect(),
        }
    }
}

impl View for Rows {
    fn draw(&self, page: &mut Page<'_>) {
        let mut table = Table::new([
            Column::whole("NAME"),
            Column::number("COMPONENTS"),
            Column::number("STACKS").leaves(1),
            Column::free("TARGETS"),
            Column::free("DESCRIPTION").wide(),
        ]);
        for row in &self.0 {
            table.row([
                row.name.as_str().into(),
                row.components.len().to_string().into(),
                row.stacks.len().to_string().into(),
                list(&row.targets).into(),
                row.description.clone().into(),
            ]);
        }
        page.table(table);
    }
}
