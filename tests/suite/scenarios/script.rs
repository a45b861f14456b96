//! The day: twelve technicians, eighty jobs. Whoever runs it has started the demo's simulated fleet.

use super::client::{Client, Request};
use serde_json::{Value, json};
use std::collections::HashSet;

/// What the script needs to know of the sample.
pub struct Sample<'a> {
    pub email: &'a str,
    pub password: &'a str,
}

/// Plays the dispatcher's part of the day and checks what everyone sees.
pub async fn play(client: &mut Client, sample: &Sample<'_>) {
    client.log_in(sample.email, sample.password).await;
    let territory = id_of(&client.get("territories").await["items"][0]);
    let day = today(client, &territory).await;
    let day = Day { client, territory, day };

    day.tell("planned, promised, published").await;
    day.is_planned_promised_and_published().await;
    day.tell("a customer watches").await;
    let tracked = day.a_customer_is_given_a_link().await;
    day.tell("a new job").await;
    day.a_new_job_is_placed_within_the_request().await;
    day.tell("an urgent job").await;
    day.an_urgent_job_displaces_a_flexible_one_and_no_promise().await;
    day.tell("a job is cancelled on the way").await;
    day.a_job_is_cancelled_on_the_way().await;
    day.tell("a technician falls ill").await;
    day.a_technician_falls_ill_and_the_visits_move().await;
    day.tell("the customer's page").await;
    day.the_customers_page_follows(&tracked).await;
    day.tell("the end of the work").await;
    day.ends_with_the_work_done_in_order().await;
    day.tell("over").await;
}

struct Day<'a> {
    client: &'a Client,
    territory: String,
    day: String,
}

struct Tracked {
    job: String,
    cookie: String,
}

impl Day<'_> {
    /// Says where the script stands, for whoever wonders where the time goes.
    async fn tell(&self, step: &str) {
        println!("{} {step}", self.at(&self.plan().await));
    }

    /// The time of day.
    fn at(&self, plan: &Value) -> String {
        let now = sortie::units::Timestamp(plan["now"].as_i64().expect("the time"));
        let midnight = sortie::units::LocalDay::parse(&self.day).expect("a day");
        let zone: chrono_tz::Tz = word(&plan["time_zone"]).parse().expect("a zone");
        let minute = now.secs_since(midnight.minute(0, zone)) / 60;
        format!("{:02}:{:02}", minute / 60, minute % 60)
    }

    async fn plan(&self) -> Value {
        self.plan_of(&self.day).await
    }

    async fn plan_of(&self, day: &str) -> Value {
        self.client.get(&format!("territories/{}/plan?day={day}", self.territory)).await
    }

    async fn job(&self, id: &str) -> Value {
        self.client.get(&format!("jobs/{id}")).await
    }

    async fn is_planned_promised_and_published(&self) {
        self.client
            .until("a published plan", 7_200.0, async || {
                let plan = self.plan().await;
                let stops = stops(&plan);
                let published = stops.iter().filter(|stop| stop["published"] == true).count();
                (stops.len() >= 55 && published >= 50).then_some(())
            })
            .await;
        let plan = self.plan().await;
        let promised = items(&plan, "jobs").iter().filter(|job| !job["promised"].is_null()).count();
        assert!(promised >= 50, "{promised} promises");
        assert_eq!(items(&plan, "technicians").len(), 12);
    }

    /// A visit that is far enough ahead to be watched from the beginning.
    async fn a_customer_is_given_a_link(&self) -> Tracked {
        let plan = self.plan().await;
        let now = plan["now"].as_i64().expect("the time");
        let mut ahead: Vec<&Value> = items(&plan, "jobs")
            .into_iter()
            .filter(|job| {
                open_visit(job)
                    .is_some_and(|visit| matches!(word(&visit["status"]), "published" | "accepted"))
            })
            .collect();
        ahead.sort_by_key(|job| {
            open_visit(job).map(|visit| {
                (visit["planned"]["from"].as_i64().unwrap_or(0) - now - 5_400_000).abs()
            })
        });
        let job = id_of(ahead.first().expect("a published visit"));
        let link = self.client.post(&format!("jobs/{job}/tracking-links"), json!({})).await;
        let open = Request {
            method: "POST",
            path: "/api/v1/tracking/open".into(),
            body: Some(json!({ "token": link["token"] })),
            ..Request::default()
        };
        let opened = (self.client.send)(open).await;
        assert_eq!(opened.status, 200, "{}", opened.body);
        assert!(opened.body["position"].is_null(), "nobody drives to this customer yet");
        let wrong = Request {
            method: "POST",
            path: "/api/v1/tracking/open".into(),
            body: Some(json!({ "token": "AAAAAAAAAAAAAAAAAAAAAA" })),
            ..Request::default()
        };
        assert_eq!((self.client.send)(wrong).await.status, 404);
        Tracked { job, cookie: opened.cookies.join("; ") }
    }

    async fn a_new_job_is_placed_within_the_request(&self) {
        let plan = self.plan().await;
        let now = plan["now"].as_i64().expect("the time");
        let made =
            self.new_job(&plan, "New screen", now, now + 6 * 3_600_000, 40, None, 1_200).await;
        assert_eq!(made["placement"]["placed"], true, "{}", made["placement"]);
        let job = self.job(&id_of(&made["job"])).await;
        assert_eq!(job["status"], "scheduled");
        let visit = open_visit(&job).expect("a visit");
        assert!(visit["planned"]["from"].as_i64() >= Some(now), "{visit}");
        assert!(visit["planned"]["from"].as_i64() <= Some(now + 6 * 3_600_000), "{visit}");
    }

    /// Fills one technician's tomorrow by hand, one visit of it promised, then asks for something urgent
    /// that only this technician may do.
    async fn an_urgent_job_displaces_a_flexible_one_and_no_promise(&self) {
        let tomorrow = next_day(&self.day);
        let plan = self.plan_of(&tomorrow).await;
        let technician = items(&plan, "technicians")
            .into_iter()
            .find(|one| {
                one["shifts"][0]["from_minute"] == 480
                    && one["active"] == true
                    && one["duty"]["status"] != "sick"
            })
            .expect("an early technician");
        let technician = id_of(technician);
        // Eight in the morning of today, a day later.
        let opening = morning(&plan, &self.plan().await);
        let (from, until) = (opening, opening + 9 * 3_600_000);
        let mut filled = Vec::new();
        for number in 0..5 {
            let made = self
                .new_job(&plan, &format!("Flexible {number}"), from, until, 20, None, 6_000)
                .await;
            let job = id_of(&made["job"]);
            let wish = json!({ "technician": technician, "day": tomorrow, "anyway": true });
            self.client.post(&format!("jobs/{job}/assign"), wish).await;
            filled.push(job);
        }
        let kept = &filled[0];
        let window = open_visit(&self.job(kept).await).expect("a visit")["planned"].clone();
        let promise = json!({ "from": window["from"].as_i64().expect("ms") - 1_800_000, "until": window["from"].as_i64().expect("ms") + 1_800_000 });
        self.client.post(&format!("jobs/{kept}/promise"), json!({ "window": promise })).await;

        let made = self
            .new_job(
                &plan,
                "Urgent",
                from + 2 * 3_600_000,
                from + 5 * 3_600_000,
                95,
                Some(&technician),
                3_600,
            )
            .await;
        assert_eq!(made["placement"]["placed"], true, "{}", made["placement"]);
        assert_eq!(made["placement"]["technician"], technician.as_str());

        let mut elsewhere = 0;
        for job in &filled {
            let view = self.job(job).await;
            assert_eq!(view["status"], "scheduled", "a displaced job finds another place: {view}");
            let visit = open_visit(&view).expect("a visit");
            if job == kept {
                assert_eq!(visit["technician"], technician.as_str(), "a promise is not broken");
                let arrival = visit["planned"]["from"].as_i64();
                // Whoever comes early waits until the window opens.
                assert!(arrival <= promise["until"].as_i64(), "{view}");
            } else if visit["technician"] != technician.as_str() {
                elsewhere += 1;
            }
        }
        assert!(elsewhere >= 1, "something had to make room");
    }

    async fn a_job_is_cancelled_on_the_way(&self) {
        let (job, technician) = self
            .client
            .until("somebody on the way", 7_200.0, async || {
                let plan = self.plan().await;
                items(&plan, "jobs").into_iter().find_map(|job| {
                    let visit = open_visit(job).filter(|visit| visit["status"] == "en_route")?;
                    Some((id_of(job), word(&visit["technician"]).to_owned()))
                })
            })
            .await;
        let cancelled = self
            .client
            .request(
                "POST",
                &format!("jobs/{job}/cancel"),
                Some(json!({ "remark": "solved by phone" })),
            )
            .await;
        if cancelled.status == 409 {
            // They arrived and finished within the blink of an eye: take the next one.
            return Box::pin(self.a_job_is_cancelled_on_the_way()).await;
        }
        assert_eq!(cancelled.status, 200, "{}", cancelled.body);
        assert_eq!(self.job(&job).await["status"], "cancelled");
        self.client
            .until("the cancelled stop to leave the work ahead", 3_600.0, async || {
                let plan = self.plan().await;
                let ahead = ahead_of(&plan, &technician);
                (!ahead.contains(&job)).then_some(())
            })
            .await;
        let again =
            self.client.request("POST", &format!("jobs/{job}/cancel"), Some(json!({}))).await;
        assert_eq!((again.status, word(&again.body["code"])), (409, "job_already_cancelled"));
    }

    async fn a_technician_falls_ill_and_the_visits_move(&self) {
        let plan = self.plan().await;
        let technicians: Vec<String> = items(&plan, "technicians").into_iter().map(id_of).collect();
        let (technician, waiting) = technicians
            .into_iter()
            .map(|technician| (technician.clone(), not_begun(&plan, &technician)))
            .max_by_key(|(_, waiting)| waiting.len())
            .expect("technicians");
        assert!(waiting.len() >= 2, "somebody still has work ahead");
        self.client
            .post(&format!("technicians/{technician}/duty"), json!({ "status": "sick" }))
            .await;
        self.ends_the_visit_at_work(&technician).await;
        let plan = self
            .client
            .until("the visits to move", 1_800.0, async || {
                let plan = self.plan().await;
                ahead_of(&plan, &technician).is_empty().then_some(plan)
            })
            .await;
        let mut moved = 0;
        for job in &waiting {
            let view = self.job(job).await;
            if let Some(visit) = open_visit(&view) {
                assert_ne!(visit["technician"], technician.as_str());
                moved += 1;
            } else {
                assert!(
                    matches!(word(&view["status"]), "open" | "cancelled" | "completed"),
                    "{view}"
                );
            }
        }
        assert!(moved >= 1, "none of {} visits found another place", waiting.len());
        let sick = items(&plan, "technicians")
            .into_iter()
            .find(|one| id_of(one) == technician)
            .expect("the technician");
        assert_eq!(sick["duty"]["status"], "sick");
    }

    /// Who falls ill at work leaves it half done: the office says so, and the job is open again.
    async fn ends_the_visit_at_work(&self, technician: &str) {
        let plan = self.plan().await;
        for job in items(&plan, "jobs") {
            let at_work = open_visit(job)
                .filter(|visit| visit["status"] == "on_site" && visit["technician"] == technician);
            let Some(visit) = at_work else { continue };
            let path = format!("jobs/{}/visits/{}/finish", id_of(job), id_of(visit));
            self.client.post(&path, json!({ "outcome": "partial", "remark": "fell ill" })).await;
        }
    }

    async fn the_customers_page_follows(&self, tracked: &Tracked) {
        let mut seen: Vec<String> = Vec::new();
        self.client
            .until("the customer's visit to end", 9.0 * 3_600.0, async || {
                let page = self.page(tracked).await;
                Some(page).filter(|page| {
                    matches!(word(&page["state"]), "done" | "could_not_complete" | "cancelled")
                })
            })
            .await;
        let page = self.page(tracked).await;
        for step in items(&page, "steps") {
            seen.push(word(&step["name"]).to_owned());
        }
        assert_eq!(seen.first().map(String::as_str), Some("booked"), "{page}");
        assert!(seen.contains(&"confirmed".to_owned()), "{page}");
        assert!(page["position"].is_null(), "once it is over nobody is shown");
        assert!(!page.to_string().contains("phone"), "no phone numbers");
        let job = self.job(&tracked.job).await;
        assert!(
            job["ended_at"].as_i64().is_some() || !matches!(word(&job["status"]), "completed"),
            "{job}"
        );
    }

    /// The page as the customer sees it; while they are driven to, and only then, with a position.
    async fn page(&self, tracked: &Tracked) -> Value {
        let request = Request {
            method: "GET",
            path: "/api/v1/tracking".into(),
            cookie: Some(tracked.cookie.clone()),
            ..Request::default()
        };
        let response = (self.client.send)(request).await;
        assert_eq!(response.status, 200, "{}", response.body);
        let page = response.body;
        if page["state"] != "on_the_way" {
            assert!(page["position"].is_null(), "{page}");
        }
        page
    }

    async fn ends_with_the_work_done_in_order(&self) {
        let plan = self
            .client
            .until("the end of the work", 12.0 * 3_600.0, async || {
                let plan = self.plan().await;
                let ahead = items(&plan, "technicians")
                    .into_iter()
                    .map(|one| ahead_of(&plan, &id_of(one)).len())
                    .sum::<usize>();
                (ahead == 0).then_some(plan)
            })
            .await;
        let jobs = items(&plan, "jobs");
        let completed = jobs.iter().filter(|job| job["status"] == "completed").count();
        assert!(completed >= 50, "{completed} of {} jobs were completed", jobs.len());
        for job in &jobs {
            for visit in items(job, "visits") {
                let stamp = |name: &str| visit[name].as_i64();
                if visit["status"] == "finished" {
                    assert!(
                        stamp("arrived_at").is_some() && stamp("finished_at").is_some(),
                        "{visit}"
                    );
                    assert!(
                        stamp("departed_at")
                            .is_none_or(|departed| Some(departed) <= stamp("arrived_at")),
                        "{visit}"
                    );
                    assert!(stamp("arrived_at") <= stamp("finished_at"), "{visit}");
                }
            }
        }
        // A visit is on one route or none.
        let mut seen = HashSet::new();
        for stop in stops(&plan) {
            assert!(seen.insert(word(&stop["visit"]).to_owned()), "{stop} stands on two routes");
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a job has that many sides")]
    async fn new_job(
        &self,
        plan: &Value,
        title: &str,
        from: i64,
        until: i64,
        priority: u8,
        technician: Option<&str>,
        duration_s: u32,
    ) -> Value {
        // Somewhere in town: where another job is.
        let near =
            items(&self.plan().await, "jobs")[usize::from(priority) % 7]["location"]["at"].clone();
        let services = self.client.get("service-types").await;
        let service = items(&services, "items")
            .into_iter()
            .find(|one| one["name"] == "Screen repair")
            .map(id_of)
            .expect("the service type");
        let _ = plan;
        self.client
            .post(
                "jobs",
                json!({
                    "territory": self.territory,
                    "new_customer": { "name": "Kim Calder", "phone": "+35621000000" },
                    "new_location": { "address": "Somewhere 1", "lat": near["lat"], "lon": near["lon"] },
                    "service_type": service,
                    "title": title,
                    "wanted": { "from": from, "until": until },
                    "priority": priority,
                    "duration_s": duration_s,
                    "technician": technician,
                }),
            )
            .await
    }
}

async fn today(client: &Client, territory: &str) -> String {
    let plan = client.get(&format!("territories/{territory}/plan")).await;
    word(&plan["day"]).to_owned()
}

fn next_day(day: &str) -> String {
    sortie::units::LocalDay::parse(day).expect("a day").next().to_string()
}

/// Eight in the morning of the day after the present one, from the plan's zone.
fn morning(tomorrow: &Value, _today: &Value) -> i64 {
    let zone: chrono_tz::Tz = word(&tomorrow["time_zone"]).parse().expect("a zone");
    sortie::units::LocalDay::parse(word(&tomorrow["day"])).expect("a day").minute(480, zone).ms()
}

pub fn items<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    value[name].as_array().unwrap_or_else(|| panic!("no {name} in {value}")).iter().collect()
}

pub fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub fn id_of(value: &Value) -> String {
    value["id"].as_str().unwrap_or_else(|| panic!("no id in {value}")).to_owned()
}

pub fn stops(plan: &Value) -> Vec<&Value> {
    items(plan, "routes").into_iter().flat_map(|route| items(route, "stops")).collect()
}

pub fn open_visit(job: &Value) -> Option<&Value> {
    job["visits"]
        .as_array()?
        .last()
        .filter(|visit| !matches!(word(&visit["status"]), "finished" | "declined" | "cancelled"))
}

/// Jobs on a technician's route of the day whose visit is not over.
fn ahead_of(plan: &Value, technician: &str) -> HashSet<String> {
    let jobs = items(plan, "jobs");
    items(plan, "routes")
        .into_iter()
        .filter(|route| route["technician"] == technician)
        .flat_map(|route| items(route, "stops"))
        .filter_map(|stop| {
            let job = jobs.iter().find(|job| job["id"] == stop["job"])?;
            let visit =
                items(job, "visits").into_iter().find(|visit| visit["id"] == stop["visit"])?;
            (!matches!(word(&visit["status"]), "finished" | "declined" | "cancelled"))
                .then(|| id_of(job))
        })
        .collect()
}

/// Those of them that nobody has set off to.
fn not_begun(plan: &Value, technician: &str) -> HashSet<String> {
    let jobs = items(plan, "jobs");
    ahead_of(plan, technician)
        .into_iter()
        .filter(|id| {
            jobs.iter().find(|job| id_of(job) == *id).and_then(|job| open_visit(job)).is_some_and(
                |visit| matches!(word(&visit["status"]), "planned" | "published" | "accepted"),
            )
        })
        .collect()
}
