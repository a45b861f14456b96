//! An instance made ready to be searched, whatever format it came in.

use super::subjects::{Source, Subject, unreadable};
use crate::cli::failure::{Exit, Failure};
use crate::planning::vroom::{Asked, Prepared, VroomError};
use crate::solver::instance::{self, Convention};
use crate::solver::{Plan, Problem};
use anyhow::Context as _;
use std::path::Path;

/// A problem, and how to tell its costs.
#[derive(Debug)]
pub struct Ready {
    form: Form,
    pub convention: Convention,
    /// Costs of the problem divided by this are what is published.
    pub scale: u32,
}

#[derive(Debug)]
enum Form {
    Published(Box<Problem>),
    Vroom(Box<Prepared>),
}

/// Where tasks and technicians are in two files (`strsp`), those of the same name are read behind the tasks.
fn with_technicians(subject: &Subject, file: &Path, mut bytes: Vec<u8>) -> Vec<u8> {
    let is_tasks = std::str::from_utf8(&bytes).is_ok_and(instance::is_strsp);
    let folder = file.parent().filter(|_| is_tasks);
    let beside = folder.and_then(|folder| {
        let name = folder.file_name()?.to_str()?.replace("tasks", "technicians");
        let file = folder.with_file_name(name).join(format!("technicians_{}.txt", subject.name));
        std::fs::read(file).ok()
    });
    if let Some(technicians) = beside {
        bytes.push(b'\n');
        bytes.extend(technicians);
    }
    bytes
}

impl Ready {
    /// Reads the subject's file, or makes its city up.
    ///
    /// # Errors
    /// It cannot be read, or is no instance that the model can hold.
    pub fn read(subject: &Subject) -> Result<Self, Failure> {
        let read = match &subject.source {
            Source::File(file) => {
                let bytes = std::fs::read(file).map_err(|error| unreadable(file, error))?;
                Self::of(&with_technicians(subject, file, bytes))
            }
            Source::City(city) => Self::of_vroom(Prepared::of(city.make_up(), None)),
        };
        read.map_err(|(error, cure)| {
            Failure::of(Exit::CheckFailed, error.context(subject.place()), cure)
        })
    }

    fn of_vroom(
        prepared: Result<Prepared, VroomError>,
    ) -> Result<Self, (anyhow::Error, &'static str)> {
        let cure = "name a VROOM problem with a matrix for each profile";
        let prepared = prepared.map_err(|error| (anyhow::Error::new(error), cure))?;
        let form = Form::Vroom(Box::new(prepared));
        Ok(Self { form, convention: Convention::Explicit, scale: 1 })
    }

    fn of(bytes: &[u8]) -> Result<Self, (anyhow::Error, &'static str)> {
        if bytes.trim_ascii_start().starts_with(b"{") {
            return Self::of_vroom(Prepared::parse(bytes, Asked::default(), None));
        }
        let text = std::str::from_utf8(bytes)
            .context("this is no text")
            .map_err(|error| (error, "name a text file"))?;
        let read = instance::read(text, None).map_err(|error| {
            let cure = error.cure();
            (anyhow::Error::new(error), cure)
        })?;
        let problem = Problem::parse(read.draft).map_err(|error| {
            let cure = "set the value right: amounts, windows and prices have limits";
            (anyhow::Error::new(error), cure)
        })?;
        let form = Form::Published(Box::new(problem));
        Ok(Self { form, convention: read.convention, scale: read.scale })
    }

    pub fn problem(&self) -> &Problem {
        match &self.form {
            Form::Published(problem) => problem,
            Form::Vroom(prepared) => prepared.problem(),
        }
    }

    /// The plan to start from.
    pub fn start(&self) -> Plan {
        match &self.form {
            Form::Published(problem) => Plan::empty(problem),
            Form::Vroom(prepared) => prepared.start(),
        }
    }

    /// How many decimals a cost has.
    pub fn decimals(&self) -> usize {
        self.scale.max(1).ilog10() as usize
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) const SOLOMON: &str = "\
S2\nVEHICLE\nNUMBER CAPACITY\n2 10\nCUSTOMER\n0 0 0 0 0 100 0\n1 3 4 5 10 20 1\n2 1 1 6 0 50 2\n";

    pub(in super::super) fn ready(text: &str) -> Ready {
        Ready::of(text.as_bytes()).unwrap()
    }

    #[test]
    fn published_instances_and_vroom_documents_become_problems() {
        let published = ready(SOLOMON);
        assert_eq!((published.convention, published.decimals()), (Convention::Dimacs, 1));
        let vroom = ready(
            r#" {"matrices": {"car": {"durations": [[0, 5], [5, 0]]}},
                "vehicles": [{"id": 1, "start_index": 0}], "jobs": [{"id": 1, "location_index": 1}]}"#,
        );
        assert_eq!((vroom.convention, vroom.decimals()), (Convention::Explicit, 0));
        assert_eq!((published.problem().tasks().len(), vroom.problem().tasks().len()), (2, 1));
        assert_eq!(vroom.start().tours, [vec![]]);
    }

    #[test]
    fn what_is_no_instance_is_refused_with_a_cure() {
        let told = |bytes: &[u8]| Ready::of(bytes).unwrap_err().0.to_string();
        let no_vehicle = b"{\"vehicles\": [], \"jobs\": []}";
        assert!(told(no_vehicle).starts_with("vehicles: "), "{}", told(no_vehicle));
        let no_matrix = br#"{"vehicles": [{"id": 1, "start": [0, 0]}], "jobs": [{"id": 1, "location": [0, 1]}]}"#;
        assert!(told(no_matrix).contains("map"), "{}", told(no_matrix));
        assert!(told(b"nothing").contains("NUMBER CAPACITY"));
        assert_eq!(told(b"\xff"), "this is no text");
        let reversed = SOLOMON.replace("10 20", "30 20");
        assert!(told(reversed.as_bytes()).contains("tasks[0].windows"));
    }
}
