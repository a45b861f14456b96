//! Which tasks are linked with which.

use crate::solver::draft::{After, Draft, TaskId};
use std::collections::BTreeMap;

/// The most people one job can have.
pub(in crate::solver) const CREW_MAX: usize = 4;

/// Tasks of one number, in their order; a number that only one task has links nothing.
pub(super) fn crews(draft: &Draft) -> Vec<Vec<TaskId>> {
    let mut by_number: BTreeMap<u32, Vec<TaskId>> = BTreeMap::new();
    for (at, task) in draft.tasks.iter().enumerate() {
        if let Some(number) = task.crew {
            by_number.entry(number).or_default().push(TaskId(at as u32));
        }
    }
    by_number.into_values().filter(|crew| crew.len() > 1).collect()
}

/// The links of a problem; empty if there are none.
#[derive(Debug, Clone, Default)]
pub(in crate::solver) struct Links {
    by_task: Vec<LinksOf>,
}

/// The links of one task.
#[derive(Debug, Clone, Default)]
struct LinksOf {
    /// The others of its crew.
    mates: Vec<TaskId>,
    /// The one that speaks for the crew.
    head: Option<TaskId>,
    before: Vec<After>,
    behind: Vec<TaskId>,
}

impl Links {
    /// Of a crew the first one that is free speaks for it, and those that are pinned for themselves.
    pub(in crate::solver) fn of(draft: &Draft, is_pinned: impl Fn(TaskId) -> bool) -> Self {
        let crews = crews(draft);
        if crews.is_empty() && draft.tasks.iter().all(|task| task.after.is_empty()) {
            return Self::default();
        }
        let mut by_task = vec![LinksOf::default(); draft.tasks.len()];
        for crew in &crews {
            let head = crew.iter().copied().find(|task| !is_pinned(*task));
            for task in crew {
                let of = &mut by_task[task.index()];
                of.mates = crew.iter().copied().filter(|mate| mate != task).collect();
                of.head = head.filter(|_| !is_pinned(*task));
            }
        }
        for (at, task) in draft.tasks.iter().enumerate() {
            by_task[at].before.clone_from(&task.after);
            for before in &task.after {
                by_task[before.task.index()].behind.push(TaskId(at as u32));
            }
        }
        Self { by_task }
    }

    /// The same for a part that has these tasks, which `inside` numbers anew. Who speaks for a crew stays.
    pub(in crate::solver) fn within(&self, tasks: &[TaskId], inside: &[Option<TaskId>]) -> Self {
        if self.are_none() {
            return Self::default();
        }
        let of = |outside: &TaskId| inside[outside.index()];
        let by_task = tasks.iter().map(|task| {
            let LinksOf { mates, head, before, behind } = &self.by_task[task.index()];
            let before = before
                .iter()
                .filter_map(|before| Some(After { task: of(&before.task)?, gap_s: before.gap_s }));
            LinksOf {
                mates: mates.iter().filter_map(of).collect(),
                head: head.as_ref().and_then(of),
                before: before.collect(),
                behind: behind.iter().filter_map(of).collect(),
            }
        });
        Self { by_task: by_task.collect() }
    }

    pub(in crate::solver) fn are_none(&self) -> bool {
        self.by_task.is_empty()
    }

    /// Whether it has any.
    #[inline]
    pub(in crate::solver) fn has(&self, task: TaskId) -> bool {
        self.by_task.get(task.index()).is_some_and(|of| {
            !of.mates.is_empty() || !of.before.is_empty() || !of.behind.is_empty()
        })
    }

    /// The others of its crew.
    pub(in crate::solver) fn mates(&self, task: TaskId) -> &[TaskId] {
        self.by_task.get(task.index()).map_or(&[], |of| &of.mates)
    }

    /// Who speaks for it: itself, or another one of its crew.
    #[inline]
    pub(in crate::solver) fn head(&self, task: TaskId) -> TaskId {
        self.by_task.get(task.index()).and_then(|of| of.head).unwrap_or(task)
    }

    /// The others for whom it speaks.
    pub(in crate::solver) fn followers(&self, head: TaskId) -> impl Iterator<Item = TaskId> + '_ {
        let of_crew = move |mate: &TaskId| self.head(*mate) == head;
        self.mates(head).iter().copied().filter(of_crew)
    }

    /// What has to be over before it starts.
    pub(in crate::solver) fn before(&self, task: TaskId) -> &[After] {
        self.by_task.get(task.index()).map_or(&[], |of| &of.before)
    }

    /// What may start only when it is over.
    pub(in crate::solver) fn behind(&self, task: TaskId) -> &[TaskId] {
        self.by_task.get(task.index()).map_or(&[], |of| &of.behind)
    }

    /// All that it is linked with.
    pub(in crate::solver) fn around(&self, task: TaskId) -> impl Iterator<Item = TaskId> + '_ {
        let before = self.before(task).iter().map(|before| before.task);
        self.mates(task).iter().copied().chain(before).chain(self.behind(task).iter().copied())
    }
}
