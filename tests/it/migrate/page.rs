//! The page "From Alembic": every command of the program on it, in the order in which it stands there. Those of the diesel
//! CLI are run by `scripts/alembic-workflow`.

use super::program::{Folder, answer, migrate, text};
use crate::support::TestResult;
use crate::support::place::Placed;

const PAGE: &str = include_str!("../../../src/migrate/from-alembic.md");
const NAME: &str = "2026-01-05-090000_create_users";

/// A code block: what stands between its first line and the end of it.
fn block(first: &str) -> Option<&'static str> {
    PAGE.split_once(first)?.1.split_once("```").map(|(block, _)| block)
}

/// The commands of the program that the prose and the table name: code spans that start with its name.
fn spans() -> Vec<&'static str> {
    let prose = PAGE.split("## A workflow").next().unwrap_or_default();
    prose.split('`').skip(1).step_by(2).filter_map(|span| span.strip_prefix("migrate ")).collect()
}

fn folder() -> Result<Folder, Box<dyn std::error::Error>> {
    let folder = Folder::new()?;
    let (up, down) = (block("-- up.sql\n").ok_or("no up.sql")?, block("-- down.sql\n").ok_or("no down.sql")?);
    folder.write(NAME, up, down)?;
    Ok(folder)
}

scenarios! {
    fn the_workflow(db) {
        db.conn();
        let (place, folder) = (<Conn as Placed>::place()?, folder()?);
        let mut commands = 0;
        for line in block("```sh\nmigrate").ok_or("no commands")?.lines().enumerate().map(|(i, line)| if i == 0 { format!("migrate{line}") } else { line.to_owned() }) {
            let (command, expected) = line.split_once('#').ok_or("a command without its answer")?;
            let words: Vec<_> = command.split_whitespace().skip(1).collect();
            let output = migrate(&words).env("DATABASE_URL", &place.url).env("MIGRATION_DIRECTORY", &folder.0).output()?;
            let (code, said) = answer(&output);
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!((code, said.as_str()), (Some(0), expected.trim()), "{command}: {}", text(&output.stderr));
            commands += 1;
        }
        assert_eq!(commands, 7);
    }

    fn the_table(db) {
        db.conn();
        let (place, folder) = (<Conn as Placed>::place()?, folder()?);
        let run = |span: &str| {
            let words: Vec<_> = span.split_whitespace().map(|word| if word == "VERSION" { "2026-01-05-090000" } else { word }).collect();
            migrate(&words).env("DATABASE_URL", &place.url).env("MIGRATION_DIRECTORY", &folder.0).output()
        };
        let spans = spans();
        assert!(spans.len() >= 12, "{spans:?}");
        for span in spans {
            if span.contains("--strict") {
                run("up")?;
            }
            let output = run(span)?;
            assert!(output.status.success(), "migrate {span}: {}", text(&output.stderr));
        }
    }
}

#[test]
fn every_command_of_the_program_is_on_the_page() -> TestResult {
    let help = text(&migrate(&["--help"]).output()?.stdout);
    let listed =
        help.split_once("Commands:\n").and_then(|(_, rest)| rest.split_once("\n\n")).ok_or("no list of commands")?.0;
    let names: Vec<_> =
        listed.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect();
    assert_eq!(names.len(), 9, "{names:?}");
    for name in names {
        assert!(spans().iter().any(|span| span.split_whitespace().next() == Some(name)), "{name} is not on the page");
    }
    Ok(())
}
