// The driver's page drives a stop, with and without a network, and the customer's page follows.

import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible, logInAs, openPage, type OpenedPage, PHONE, startBrowser, tap } from "./browser";
import { Program, startServer, type Server } from "./server";

let server: Server;
let browser: Browser;
let owner: Program;

interface Made {
  email: string;
  password: string;
  technician: string;
  jobs: { id: string; label: string }[];
  trackingUrl: string;
}

const PLACE = { lat: 35.8989, lon: 14.5146 };

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ speed: 1 }), startBrowser()]);
  owner = await Program.login(server, "owner");
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** A driver whom no simulation drives, with jobs on the route of today, published. */
async function makeDriver(name: string, count: number): Promise<Made> {
  const { items: territories } = await owner.call<{ items: { id: string }[] }>("GET", "/territories");
  const { items: services } = await owner.call<{ items: { id: string; skills: string[] }[] }>(
    "GET",
    "/service-types",
  );
  const territory = territories[0]?.id ?? "";
  const service = services[0];
  if (service === undefined) throw new Error("the sample has no service type");
  const map = await owner.call<{ centre: { lat: number; lon: number } }>("GET", "/map");
  const start = map.centre ?? PLACE;
  const truck = idOf(
    await owner.call("POST", "/trucks", {
      territory,
      name: `Van of ${name}`,
      plate: "",
      capacity: { boxes: 100 },
      equipment: [],
    }),
  );
  const technician = idOf(
    await owner.call("POST", "/technicians", {
      territory,
      name,
      phone: "",
      skills: [...new Set(services.flatMap((each) => each.skills))],
      shifts: [0, 1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, from_minute: 0, until_minute: 1440 })),
      breaks: [],
      start,
      truck,
    }),
  );
  const email = `${name.toLowerCase().replace(/\W/g, ".")}@demo.example`;
  const password = "a long browser test password";
  await owner.call("POST", "/users", { name, email, password, role: "technician", technician });
  const { day } = await owner.call<{ day: string }>("GET", `/territories/${territory}/plan`);
  const jobs: Made["jobs"] = [];
  for (let at = 0; at < count; at += 1) {
    const { job } = await owner.call<{ job: { id: string; label: string; visits: unknown[] } }>("POST", "/jobs", {
      territory,
      new_customer: { name: `${name} Customer ${at + 1}`, phone: "+35699000000", email: "" },
      new_location: { address: `${at + 1} Test Street`, lat: start.lat, lon: start.lon, notes: "Code 4471" },
      service_type: service.id,
      title: "Browser test",
      technician,
    });
    if (job.visits.length === 0) {
      await owner.call("POST", `/jobs/${job.id}/assign`, { technician, day, anyway: true, seen: [] });
    }
    jobs.push(job);
  }
  await owner.call("POST", `/territories/${territory}/plan/publish`, { day, technicians: [technician], seen: [] });
  const link = await owner.call<{ url: string }>("POST", `/jobs/${jobs[0]?.id}/tracking-links`, {});
  return { email, password, technician, jobs, trackingUrl: new URL(link.url).pathname + new URL(link.url).hash };
}

/** Answers for a new noun carry it under its name or as it is. */
function idOf(answer: unknown): string {
  const seen = answer as Record<string, unknown>;
  for (const value of [seen, ...Object.values(seen)]) {
    const id = (value as { id?: unknown } | null)?.id;
    if (typeof id === "string") return id;
  }
  throw new Error(`no id in ${JSON.stringify(answer)}`);
}

async function openDriver(made: Made, options = {}): Promise<OpenedPage & { context: BrowserContext }> {
  const opened = await openPage(browser, server, "/driver", {
    viewport: PHONE,
    permissions: ["geolocation"],
    geolocation: { latitude: 35.9, longitude: 14.5, accuracy: 8 },
    ...options,
  });
  await logInAs(opened.page, made.email, made.password);
  await opened.page.getByRole("heading", { name: /Stop|Today/ }).waitFor();
  return { ...opened, context: opened.page.context() };
}

const big = (page: Page) => page.locator("footer .big");
async function press(page: Page, words: string): Promise<void> {
  await tap(big(page).filter({ hasText: words }));
}

describe("the driver's page", () => {
  it("drives a stop from accept to finish, and the customer's page follows", async () => {
    const made = await makeDriver("Drives One", 2);
    const driver = await openDriver(made);
    const customer = await openPage(browser, server, made.trackingUrl, { viewport: PHONE });
    await customer.page.getByRole("heading", { name: "Your visit is planned" }).waitFor();
    await press(driver.page, "Start my day");
    await press(driver.page, "Accept");
    await press(driver.page, "Start driving");
    await customer.page.getByRole("heading", { name: /Drives is on the way/ }).waitFor();
    await expectAccessible(customer.page, "on the way");
    await press(driver.page, "I'm here");
    await customer.page.getByRole("heading", { name: /Drives has arrived/ }).waitFor();
    await press(driver.page, "Finish");
    await tap(driver.page.getByRole("button", { name: "✓ Confirm" }));
    await customer.page.getByRole("heading", { name: "All done" }).waitFor();
    await driver.page.getByRole("heading", { name: "Stop 2 of 2" }).waitFor();
    expect(driver.complaints).toEqual([]);
    expect(customer.complaints).toEqual([]);
    expect([...driver.strangers, ...customer.strangers]).toEqual([]);
    await Promise.all([driver.close(), customer.close()]);
  });

  it("keeps what is done without a network, and tells it in order when it is back", async () => {
    const made = await makeDriver("Offline Two", 1);
    const { page, context, close } = await openDriver(made);
    await press(page, "Start my day");
    await expect.poll(() => page.getByText(/waiting · safe/).count()).toBe(0);
    // The worker has the page in store before the network goes.
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await big(page).filter({ hasText: "Accept" }).waitFor();
    await context.setOffline(true);
    await press(page, "Accept");
    await press(page, "Start driving");
    await press(page, "I'm here");
    await page.getByText("3 waiting · safe on this phone").waitFor();
    // Closed and opened again, still without a network: nothing is lost.
    await page.reload();
    await page.getByText("3 waiting · safe on this phone").waitFor();
    await big(page).filter({ hasText: "Finish" }).waitFor();
    await context.setOffline(false);
    await expect.poll(() => page.getByText(/waiting · safe/).count(), { timeout: 60_000 }).toBe(0);
    const job = await owner.call<{ status: string; visits: { status: string; departed_at: number; arrived_at: number }[] }>(
      "GET",
      `/jobs/${made.jobs[0]?.id}`,
    );
    expect(job.visits.at(-1)?.status).toBe("on_site");
    expect(job.visits.at(-1)?.departed_at).toBeLessThanOrEqual(job.visits.at(-1)?.arrived_at ?? 0);
    await close();
  });

  it("reports its position while on duty, and only then", async () => {
    const made = await makeDriver("Position Three", 1);
    const { page, context, close } = await openDriver(made);
    await page.getByText("Position not shared").waitFor();
    await press(page, "Start my day");
    await page.getByText("Sharing your position").waitFor();
    for (let step = 1; step <= 8; step += 1) {
      await context.setGeolocation({ latitude: 35.9 + step * 0.0008, longitude: 14.5, accuracy: 8 });
      await page.waitForTimeout(700);
    }
    await expect
      .poll(async () => (await owner.call<{ items: unknown[] }>("GET", `/technicians/${made.technician}/positions`)).items.length, {
        timeout: 40_000,
      })
      .toBeGreaterThan(0);
    await tap(page.getByRole("button", { name: "Menu" }));
    await tap(page.getByRole("button", { name: "Go off duty" }));
    await page.getByText("Position not shared").waitFor();
    await close();
  });

  it("tells the office of a problem in three taps", async () => {
    const made = await makeDriver("Trouble Four", 1);
    const { page, close } = await openDriver(made);
    await press(page, "Start my day");
    await big(page).filter({ hasText: "Accept" }).waitFor();
    await tap(page.getByRole("button", { name: /Problem/ }));
    await tap(page.getByRole("button", { name: "Missing part or tool" }));
    await tap(page.getByRole("button", { name: "Tell the office" }));
    await expect
      .poll(async () => (await owner.call<{ visits: { status: string }[] }>("GET", `/jobs/${made.jobs[0]?.id}`)).visits[0]?.status)
      .toBe("declined");
    await close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`has large targets and keeps nobody out (${colorScheme})`, async () => {
      const made = await makeDriver(`Access ${colorScheme}`, 2);
      const { page, close } = await openDriver(made, { colorScheme });
      await page.locator(".card").first().waitFor();
      await expectAccessible(page, "driver");
      for (const button of await page.locator("main button, footer button, header button").all()) {
        const box = await button.boundingBox();
        expect(box?.height ?? 99, await button.innerText()).toBeGreaterThanOrEqual(44);
      }
      await tap(page.getByRole("button", { name: /Navigate/ }));
      await expectAccessible(page, "navigation");
      await close();
    });
  }
});
