import { describe, expect, it } from "vitest";
import { aJob, aPlan, aRoute, aStop, aVisit } from "../testing";
import { PlanState } from "./fold";

function state(): PlanState {
  const plan = new PlanState();
  plan.replace(
    aPlan({ jobs: [aJob()], routes: [aRoute({ stops: [aStop()] })] }),
  );
  return plan;
}

describe("the plan on a screen", () => {
  it("takes whole things in by their id", () => {
    const plan = state();
    plan.fold([{ kind: "job", value: aJob({ version: 2, status: "scheduled" }) }]);
    expect(plan.jobs.get("job-1")?.status).toBe("scheduled");
    expect(plan.jobs.size).toBe(1);
  });

  it("never goes back to an older version", () => {
    const plan = state();
    plan.fold([{ kind: "job", value: aJob({ version: 5, status: "completed" }) }]);
    plan.fold([{ kind: "job", value: aJob({ version: 4, status: "scheduled" }) }]);
    expect(plan.jobs.get("job-1")?.status).toBe("completed");
  });

  it("leaves the jobs and routes of other days alone", () => {
    const plan = state();
    const tomorrow = Date.parse("2026-11-21T09:00:00Z");
    const window = { from: tomorrow, until: tomorrow + 3_600_000 };
    plan.fold([
      { kind: "job", value: aJob({ id: "job-2", wanted: window }) },
      { kind: "route", value: aRoute({ id: "route-2", day: "2026-11-21" }) },
      { kind: "job", value: aJob({ id: "job-3", visits: [aVisit({ route: "route-2", planned: window })] }) },
    ]);
    expect([...plan.jobs.keys()]).toEqual(["job-1"]);
    expect([...plan.routes.keys()]).toEqual(["route-1"]);
  });

  it("takes in a new job that may be done on this day", () => {
    const plan = state();
    plan.fold([{ kind: "job", value: aJob({ id: "job-2" }) }]);
    expect(plan.jobs.has("job-2")).toBe(true);
  });

  it("prefers the renewed arrival to the planned one", () => {
    const plan = state();
    expect(plan.arrivalOf("visit-1", 100)).toBe(100);
    plan.foldEtas([{ visit: "visit-1", eta: 250 }]);
    expect(plan.arrivalOf("visit-1", 100)).toBe(250);
  });

  it("knows where a job stands", () => {
    expect(state().placeOf("job-1")).toMatchObject({ index: 0, stop: { visit: "visit-1" } });
    expect(state().placeOf("job-9")).toBeNull();
  });
});
