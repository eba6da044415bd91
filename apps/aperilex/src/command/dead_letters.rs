//! `aperilex dead-letters`: messages that were given up, and sending them again.

use std::fmt::Write;
use std::process::ExitCode;

use aperilex_core::ports::{DeadLetter, LetterId};
use aperilex_core::{Actor, TaskMessage};
use aperilex_wiring::{Graph, Settings};

use crate::args::DeadLettersCommand;
use crate::output;

/// Most letters of a list.
const SHOWN: usize = 100;

pub(crate) async fn run(
    settings: Settings,
    command: DeadLettersCommand,
) -> anyhow::Result<ExitCode> {
    let graph = Graph::without_source(&settings).await?;
    let done = act(&graph, command).await;
    graph.database.close().await;
    output::print(&done?)?;
    Ok(ExitCode::SUCCESS)
}

async fn act(graph: &Graph, command: DeadLettersCommand) -> anyhow::Result<String> {
    let engine = &graph.engine;
    match command {
        DeadLettersCommand::List => {
            let mut text = String::from("letter\tdied\ttask\treason\n");
            for letter in engine.dead_letters(SHOWN).await? {
                writeln!(text, "{}", line(&letter))?;
            }
            Ok(text)
        }
        DeadLettersCommand::Redrive { letter } => {
            let id = LetterId(letter.clone());
            engine.redrive(Actor::Operator, &id).await?;
            Ok(format!("dead letter {letter} is on the queue again\n"))
        }
    }
}

fn line(letter: &DeadLetter) -> String {
    let died = letter.died_at.map(|at| at.to_string());
    let task = TaskMessage::decode(&letter.body).map(|message| message.task.to_string());
    format!(
        "{}\t{}\t{}\t{}",
        letter.id.0,
        died.as_deref().unwrap_or("-"),
        task.as_deref().unwrap_or("cannot be read"),
        letter.reason.as_deref().unwrap_or("-"),
    )
}
