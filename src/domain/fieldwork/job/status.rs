//! The status law: which step leads where, as two tables. What is not in a table is forbidden.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $word)] $variant),* }
        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// As stored and sent.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// Where a job stands.
    JobStatus {
        /// Accepted, in no plan.
        Open = "open",
        /// A visit is in the plan.
        Scheduled = "scheduled",
        /// A technician is on the way or at work.
        InProgress = "in_progress",
        /// Work done, waits for hand-over or approval.
        Ready = "ready",
        Completed = "completed",
        /// Looked after and put away.
        Closed = "closed",
        OnHold = "on_hold",
        Cancelled = "cancelled",
    }
}

words! {
    /// Where a visit stands.
    VisitStatus {
        /// In the plan; nobody has been told.
        Planned = "planned",
        /// The technician has been told.
        Published = "published",
        Accepted = "accepted",
        EnRoute = "en_route",
        OnSite = "on_site",
        Finished = "finished",
        Declined = "declined",
        Cancelled = "cancelled",
    }
}

words! {
    /// How a visit ended.
    Outcome {
        Completed = "completed",
        /// Some of the work remains; the job wants another visit.
        Partial = "partial",
        Failed = "failed",
        NoShow = "no_show",
    }
}

/// Steps of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobStep {
    /// The plan took it in.
    Schedule,
    /// The plan let it go.
    Unschedule,
    /// A visit began (en route or on site).
    Begin,
    /// The visit was given back before work began.
    GiveBack,
    /// The visit ended and the work is done.
    Complete,
    /// The visit ended and the work is done, but somebody must approve it.
    Present,
    /// The visit ended and the work is not done.
    Reopen,
    Approve,
    Close,
    Hold,
    Resume,
    Cancel,
}

impl JobStep {
    pub const ALL: [Self; 12] = [
        Self::Schedule,
        Self::Unschedule,
        Self::Begin,
        Self::GiveBack,
        Self::Complete,
        Self::Present,
        Self::Reopen,
        Self::Approve,
        Self::Close,
        Self::Hold,
        Self::Resume,
        Self::Cancel,
    ];
}

impl JobStatus {
    /// The law of jobs: where a step leads, `None` where it is forbidden.
    pub const fn after(self, step: JobStep) -> Option<Self> {
        use JobStatus as S;
        use JobStep as T;
        Some(match (self, step) {
            (S::Open | S::Scheduled, T::Schedule) => S::Scheduled,
            (S::Scheduled, T::Unschedule) => S::Open,
            (S::Scheduled | S::InProgress, T::Begin) => S::InProgress,
            (S::InProgress, T::GiveBack) => S::Scheduled,
            (S::InProgress, T::Complete) | (S::Ready, T::Approve) => S::Completed,
            (S::InProgress, T::Present) => S::Ready,
            (S::InProgress | S::Ready | S::Completed, T::Reopen) | (S::OnHold, T::Resume) => {
                S::Open
            }
            (S::Completed, T::Close) => S::Closed,
            (S::Open | S::Scheduled, T::Hold) => S::OnHold,
            (S::Open | S::Scheduled | S::InProgress | S::OnHold, T::Cancel) => S::Cancelled,
            _ => return None,
        })
    }

    /// Nothing more will happen to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Closed | Self::Cancelled)
    }
}

/// Steps of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VisitStep {
    Publish,
    Accept,
    Decline,
    /// Sets off.
    Depart,
    /// Turns round before arriving.
    TurnBack,
    Arrive,
    Finish,
    Cancel,
}

impl VisitStep {
    pub const ALL: [Self; 8] = [
        Self::Publish,
        Self::Accept,
        Self::Decline,
        Self::Depart,
        Self::TurnBack,
        Self::Arrive,
        Self::Finish,
        Self::Cancel,
    ];
}

impl VisitStatus {
    /// The law of visits: where a step leads, `None` where it is forbidden. A driver without signal may
    /// arrive or finish without having said so before, so the steps forward may be skipped; a plan that
    /// was not published cannot have been driven.
    pub const fn after(self, step: VisitStep) -> Option<Self> {
        use VisitStatus as S;
        use VisitStep as T;
        Some(match (self, step) {
            (S::Planned | S::Published | S::Accepted, T::Publish) => match self {
                S::Accepted => S::Accepted,
                _ => S::Published,
            },
            (S::Published, T::Accept) | (S::EnRoute, T::TurnBack) => S::Accepted,
            (S::Published | S::Accepted, T::Decline) => S::Declined,
            (S::Published | S::Accepted, T::Depart) => S::EnRoute,
            (S::Published | S::Accepted | S::EnRoute, T::Arrive) => S::OnSite,
            (S::EnRoute | S::OnSite, T::Finish) => S::Finished,
            (S::Planned | S::Published | S::Accepted | S::EnRoute | S::OnSite, T::Cancel) => {
                S::Cancelled
            }
            _ => return None,
        })
    }

    /// The technician is on the way or at work: the plan may not move it.
    pub const fn is_under_way(self) -> bool {
        matches!(self, Self::EnRoute | Self::OnSite)
    }

    /// Nothing more will happen to it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Finished | Self::Declined | Self::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole law, step by step, as people read it.
    #[test]
    fn the_law_of_jobs_is_this_table_and_nothing_else() {
        use JobStatus::*;
        use JobStep::*;
        let allowed = [
            (Open, Schedule, Scheduled),
            (Scheduled, Schedule, Scheduled),
            (Scheduled, Unschedule, Open),
            (Scheduled, Begin, InProgress),
            (InProgress, Begin, InProgress),
            (InProgress, GiveBack, Scheduled),
            (InProgress, Complete, Completed),
            (InProgress, Present, Ready),
            (InProgress, Reopen, Open),
            (Ready, Reopen, Open),
            (Completed, Reopen, Open),
            (Ready, Approve, Completed),
            (Completed, Close, Closed),
            (Open, Hold, OnHold),
            (Scheduled, Hold, OnHold),
            (OnHold, Resume, Open),
            (Open, Cancel, Cancelled),
            (Scheduled, Cancel, Cancelled),
            (InProgress, Cancel, Cancelled),
            (OnHold, Cancel, Cancelled),
        ];
        for &status in JobStatus::ALL {
            for step in JobStep::ALL {
                let expected =
                    allowed.iter().find(|row| (row.0, row.1) == (status, step)).map(|row| row.2);
                assert_eq!(status.after(step), expected, "{status:?} {step:?}");
            }
        }
    }

    #[test]
    fn the_law_of_visits_is_this_table_and_nothing_else() {
        use VisitStatus::*;
        use VisitStep::*;
        let allowed = [
            (Planned, Publish, Published),
            (Published, Publish, Published),
            (Accepted, Publish, Accepted),
            (Published, Accept, Accepted),
            (Published, Decline, Declined),
            (Accepted, Decline, Declined),
            (Published, Depart, EnRoute),
            (Accepted, Depart, EnRoute),
            (EnRoute, TurnBack, Accepted),
            (Published, Arrive, OnSite),
            (Accepted, Arrive, OnSite),
            (EnRoute, Arrive, OnSite),
            (EnRoute, Finish, Finished),
            (OnSite, Finish, Finished),
            (Planned, Cancel, Cancelled),
            (Published, Cancel, Cancelled),
            (Accepted, Cancel, Cancelled),
            (EnRoute, Cancel, Cancelled),
            (OnSite, Cancel, Cancelled),
        ];
        for &status in VisitStatus::ALL {
            for step in VisitStep::ALL {
                let expected =
                    allowed.iter().find(|row| (row.0, row.1) == (status, step)).map(|row| row.2);
                assert_eq!(status.after(step), expected, "{status:?} {step:?}");
            }
        }
    }

    #[test]
    fn every_word_reads_back() {
        for &status in JobStatus::ALL {
            assert_eq!(JobStatus::parse(status.word()), Some(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.word());
        }
    }
}
