import { describe, expect, it } from "vitest";
import { aJob, aRoute, aStop, aVisit } from "../testing";
import { afterStep, currentStop, navigationLinks, nextAction, stopsOf } from "./visit";

describe("a driver's visit", () => {
  it("offers one next action after the other", () => {
    const verbs = (["published", "accepted", "en_route", "on_site", "finished"] as const).map(
      (status) => nextAction(aVisit({ status }))?.verb ?? null,
    );
    expect(verbs).toEqual(["Accept", "Start driving", "I'm here", "Finish", null]);
  });

  it("looks as if the waiting action were done", () => {
    const job = aJob({ visits: [aVisit({ status: "accepted" })] });
    const visit = afterStep(job, "visit-1", "depart", 77).visits[0];
    expect(visit).toMatchObject({ status: "en_route", departed_at: 77 });
  });

  it("is not set back by a waiting action that the server is past", () => {
    const job = aJob({ visits: [aVisit({ status: "on_site", arrived_at: 80 })] });
    expect(afterStep(job, "visit-1", "depart", 77).visits[0]?.status).toBe("on_site");
  });

  it("hides stops that were not announced, and starts with the one under way", () => {
    const jobs = [
      aJob({ id: "a", visits: [aVisit({ id: "va", status: "finished" })] }),
      aJob({ id: "b", visits: [aVisit({ id: "vb", status: "published" })] }),
      aJob({ id: "c", visits: [aVisit({ id: "vc", status: "en_route" })] }),
      aJob({ id: "d", visits: [aVisit({ id: "vd", status: "planned" })] }),
    ];
    const route = aRoute({ stops: jobs.map((job) => aStop({ job: job.id, visit: `v${job.id}` })) });
    const stops = stopsOf({ route, jobs });
    expect(stops.map(({ job }) => job.id)).toEqual(["a", "b", "c"]);
    expect(currentStop(stops)?.job.id).toBe("c");
  });

  it("hands over to the navigation that the phone has", () => {
    const links = navigationLinks(35.9, 14.5, "Lopez & Sons");
    expect(links.map((link) => link.href)).toEqual([
      "geo:35.900000,14.500000?q=35.900000,14.500000(Lopez%20%26%20Sons)",
      "https://www.google.com/maps/dir/?api=1&destination=35.900000,14.500000&travelmode=driving",
      "https://maps.apple.com/?daddr=35.900000,14.500000&dirflg=d",
      "https://waze.com/ul?ll=35.900000,14.500000&navigate=yes",
    ]);
  });
});
