// The dispatcher's console in a real browser, against the real server.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DESK, expectAccessible, logIn, openPage, type OpenedPage, PATIENCE_MS, PHONE, startBrowser, tap } from "./browser";
import { Program, startServer, type Server } from "./server";

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ speed: 1 }), startBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function openConsole(options = {}): Promise<OpenedPage> {
  const opened = await openPage(browser, server, "/", options);
  await logIn(opened.page, server, "dispatcher");
  await opened.page.locator(".job").first().waitFor();
  return opened;
}

const lanes = (page: Page) => page.locator(".lane:not(.open)");
const toast = (page: Page, text: RegExp) => page.locator(".toast", { hasText: text });

/** Fills the form; the address comes from the map's own search. */
async function createJob(page: Page, customer: string): Promise<void> {
  await page.keyboard.press("n");
  const panel = page.getByRole("complementary", { name: "New job" });
  await panel.getByRole("combobox", { name: "Customer" }).waitFor();
  await page.keyboard.type(customer);
  await panel.getByLabel("Phone").fill("+356 9900 0000");
  await panel.getByRole("combobox", { name: "Address" }).fill("triq");
  await panel.getByRole("option").first().waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  // Everyone in the sample can do it.
  await panel.getByLabel("Service").selectOption({ label: "Screen repair" });
  await tap(panel.getByRole("button", { name: "Create and place" }));
}

/** Sends technicians across the town for what others pass by. */
async function makePlanWorse(): Promise<void> {
  const office = await Program.login(server, "dispatcher");
  const { items: territories } = await office.call<{ items: { id: string }[] }>("GET", "/territories");
  const { items: services } = await office.call<{ items: { id: string; name: string }[] }>("GET", "/service-types");
  const territory = territories[0]?.id;
  const plan = await office.call<{
    day: string;
    technicians: { id: string; duty: { status: string }; start: { lat: number; lon: number } }[];
  }>("GET", `/territories/${territory}/plan`);
  const onDuty = plan.technicians.filter((each) => each.duty.status === "on").slice(0, 4);
  for (const [at, technician] of onDuty.entries()) {
    const { start } = onDuty[(at + 1) % onDuty.length] ?? technician;
    const { job } = await office.call<{ job: { id: string } }>("POST", "/jobs", {
      territory,
      new_customer: { name: `Detour ${at}`, phone: "", email: "" },
      new_location: { address: "Across the town", lat: start.lat, lon: start.lon, notes: "" },
      service_type: services.find((each) => each.name === "Screen repair")?.id,
      title: "Detour",
    });
    await office.call("POST", `/jobs/${job.id}/assign`, { technician: technician.id, day: plan.day, anyway: true, seen: [] });
  }
}

describe("the dispatcher's console", () => {
  it("opens by keyboard alone and shows the day on all panes", async () => {
    const { page, complaints, strangers, close } = await openConsole();
    await page.locator(".maplibregl-canvas").waitFor();
    expect(await lanes(page).count()).toBeGreaterThan(3);
    expect(await page.locator(".bar").count()).toBeGreaterThan(10);
    await page.getByText("© OpenStreetMap contributors").first().waitFor();
    await page.locator(".connection.live").waitFor();
    expect(complaints).toEqual([]);
    expect(strangers).toEqual([]);
    await close();
  });

  it("creates a job from the form and shows where it was placed", async () => {
    const { page, close } = await openConsole();
    await createJob(page, "Browser Customer");
    await toast(page, /is placed with .+ about \d\d:\d\d/).waitFor();
    const drawer = page.getByRole("complementary", { name: "Job details" });
    await drawer.getByText("Browser Customer").waitFor();
    await drawer.getByText("Recorded").waitFor();
    // Selected once, marked on every pane.
    await page.locator('.job[aria-selected="true"]', { hasText: "Browser Customer" }).waitFor();
    await page.locator(".bar.current", { hasText: "Browser Customer" }).waitFor();
    await close();
  });

  it("names the field and the cure when the form is wrong, and loses nothing typed", async () => {
    const { page, close } = await openConsole();
    await page.keyboard.press("n");
    const panel = page.getByRole("complementary", { name: "New job" });
    await panel.getByRole("combobox", { name: "Customer" }).waitFor();
    await page.keyboard.type("Somebody");
    await panel.getByRole("combobox", { name: "Address" }).fill("zz nowhere at all");
    await tap(panel.getByRole("button", { name: "Create and place" }));
    await panel.getByRole("alert").getByText(/choose the address/i).waitFor();
    expect(await panel.getByRole("combobox", { name: "Customer" }).inputValue()).toBe("Somebody");
    await close();
  });

  it("takes a click on the map for an address", async () => {
    const { page, close } = await openConsole();
    await page.locator(".maplibregl-canvas").waitFor();
    await page.keyboard.press("n");
    const field = page.getByRole("combobox", { name: "Address" });
    await field.waitFor();
    const box = await page.locator(".maplibregl-canvas").boundingBox();
    if (box === null) throw new Error("no map");
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await expect.poll(() => field.inputValue(), { timeout: PATIENCE_MS }).not.toBe("");
    await close();
  });

  it("gives a job to somebody else by drag, and takes it back by undo", async () => {
    const { page, close } = await openConsole();
    await createJob(page, "Dragged Customer");
    await toast(page, /is placed with/).waitFor();
    const bar = page.locator(".bar", { hasText: "Dragged Customer" });
    const from = page.locator(".lane", { has: bar });
    const fromName = await from.locator(".name b").textContent();
    const other = lanes(page).filter({ hasNot: bar }).first();
    const toName = (await other.locator(".name b").textContent()) ?? "";
    await page.locator(".job", { hasText: "Dragged Customer" }).first().dragTo(other.locator(".name"), { force: true });
    // It may be against a rule; then the console says which and offers to do it anyway.
    const done = toast(page, new RegExp(`given to ${toName}`));
    const anyway = page.locator(".toast").getByRole("button", { name: "Assign anyway" });
    await done.or(anyway).first().waitFor();
    if (await anyway.isVisible()) await tap(anyway);
    await done.waitFor();
    await page.locator(".lane", { hasText: toName }).locator(".bar", { hasText: "Dragged Customer" }).waitFor();
    await tap(done.getByRole("button", { name: "Undo" }));
    await page
      .locator(".lane", { hasText: fromName ?? "" })
      .locator(".bar", { hasText: "Dragged Customer" })
      .or(page.locator(".toast").getByRole("button", { name: "Assign anyway" }))
      .first()
      .waitFor();
    await close();
  });

  it("assigns by menu, the best first, with keys alone", async () => {
    const { page, close } = await openConsole();
    await createJob(page, "Menu Customer");
    await toast(page, /is placed with/).waitFor();
    await tap(page.getByRole("button", { name: "Unassign" }));
    await page.getByRole("button", { name: /^Assign/ }).focus();
    await page.keyboard.press("Enter");
    const menu = page.getByRole("group", { name: /Technicians for/ });
    await menu.getByRole("button").first().waitFor();
    const costs = await menu.locator(".cost").allTextContents();
    const minutes = costs.map((cost) => Number(cost.replace("−", "-").replace(/[^\d-]/g, "")));
    expect(minutes.length).toBeGreaterThan(0);
    await page.keyboard.press("Enter");
    await toast(page, /given to/).waitFor();
    await close();
  });

  it("offers a better plan, says whose day changes, what moves and why, and applies it", async () => {
    const { page, close } = await openConsole();
    await makePlanWorse();
    await tap(page.getByRole("button", { name: "Improve" }));
    const proposal = page.getByRole("region", { name: "Proposal" });
    await proposal.waitFor({ timeout: 60_000 });
    // Minutes, kilometres, money, promises.
    await proposal.getByText(/−.+ driving · −.+ km · −€\d.+ · (all promises kept|\d promises? moved)/).waitFor();
    await tap(proposal.getByRole("button", { name: /\d+ moves?/ }));
    const days = proposal.getByRole("table", { name: "Whose day changes" });
    expect(await days.getByRole("row").count()).toBeGreaterThan(1);
    await days.getByText("becomes").first().waitFor({ state: "attached" });
    const moves = proposal.getByRole("list", { name: "What moves, and why" });
    expect(await moves.getByRole("listitem").count()).toBeGreaterThan(0);
    const reasons = await moves.locator(".why").allTextContents();
    for (const reason of reasons) expect(reason).toMatch(/detour|on time|late|place|room|another time/);
    // A move leads to its job on every pane.
    const first = moves.getByRole("listitem").first().getByRole("button");
    const label = ((await first.textContent()) ?? "").split(" ")[0] ?? "";
    await tap(first);
    await page.locator('.job[aria-selected="true"]', { hasText: label }).waitFor();
    await expectAccessible(page, "console with a proposal");
    await tap(proposal.getByRole("button", { name: "Apply" }));
    await toast(page, /better plan is in force/).waitFor();
    await proposal.waitFor({ state: "detached" });
    await close();
  });

  it("shows a better plan's differences and answers it with keys alone", async () => {
    const { page, close } = await openConsole();
    await page.keyboard.press("p");
    await toast(page, /no better plan on offer/).waitFor();
    await makePlanWorse();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search or command" }).fill("improve");
    await page.keyboard.press("Enter");
    const proposal = page.getByRole("region", { name: "Proposal" });
    await proposal.waitFor({ timeout: 60_000 });
    await page.keyboard.press("p");
    const focused = () => page.evaluate(() => document.activeElement?.id ?? "");
    await expect.poll(focused).toBe("proposal-details");
    await page.keyboard.press("Escape");
    await expect.poll(focused).toBe("proposal-toggle");
    expect(await proposal.getByRole("table").count()).toBe(0);
    await page.keyboard.press("Enter");
    await proposal.getByRole("table").waitFor();
    await page.keyboard.press("Control+Enter");
    await toast(page, /better plan is in force/).waitFor();
    await proposal.waitFor({ state: "detached" });
    await close();
  });

  it("shows a better plan on a phone whatever pane is open", async () => {
    const { page, close } = await openPage(browser, server, "/", { viewport: PHONE });
    await logIn(page, server, "dispatcher");
    await makePlanWorse();
    await page.getByRole("navigation", { name: "Panes" }).waitFor();
    const office = await Program.login(server, "dispatcher");
    const { items } = await office.call<{ items: { id: string }[] }>("GET", "/territories");
    const { day } = await office.call<{ day: string }>("GET", `/territories/${items[0]?.id}/plan`);
    await office.call("POST", `/territories/${items[0]?.id}/plan/improve`, { day });
    const proposal = page.getByRole("region", { name: "Proposal" });
    await proposal.waitFor({ timeout: 60_000 });
    await tap(proposal.getByRole("button", { name: /\d+ moves?/ }));
    await proposal.getByRole("table").waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await expectAccessible(page, "phone with a proposal");
    await tap(proposal.getByRole("button", { name: "Discard" }));
    await toast(page, /put away/).waitFor();
    await close();
  });

  it("shows one dispatcher's change to the other without a reload", async () => {
    const [one, two] = await Promise.all([openConsole(), openConsole()]);
    await createJob(one.page, "Shared Customer");
    await two.page.getByLabel("Search jobs").fill("Shared Customer");
    await two.page.locator(".job", { hasText: "Shared Customer" }).waitFor();
    await Promise.all([one.close(), two.close()]);
  });

  it("moves through list, timeline and palette with keys", async () => {
    const { page, close } = await openConsole();
    await page.keyboard.press("/");
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("job-search");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    const first = await page.locator('.job[aria-selected="true"] b').textContent();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => page.locator('.job[aria-selected="true"] b').textContent()).not.toBe(first);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.locator('.job[aria-selected="true"]').count()).toBe(0);
    await page.locator('.bar[tabindex="0"]').focus();
    const label = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
    const before = await label();
    await page.keyboard.press("ArrowRight");
    expect(await label()).not.toBe(before);
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search or command" }).fill("shortcuts");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    await close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`keeps nobody out (${colorScheme})`, async () => {
      const { page, close } = await openPage(browser, server, "/", { colorScheme });
      await page.getByLabel("E-mail").waitFor();
      await expectAccessible(page, "login");
      await logIn(page, server, "dispatcher");
      await tap(page.locator(".job").first());
      await page.locator(".maplibregl-canvas").waitFor();
      await page.getByRole("complementary", { name: "Job details" }).getByText("Recorded").waitFor();
      await expectAccessible(page, "console with details");
      await page.keyboard.press("n");
      await page.getByRole("complementary", { name: "New job" }).waitFor();
      await expectAccessible(page, "new job");
      await close();
    });

    it(`fits a phone, one pane at a time (${colorScheme})`, async () => {
      const { page, close } = await openPage(browser, server, "/", { colorScheme, viewport: PHONE });
      await logIn(page, server, "dispatcher");
      const panes = page.getByRole("navigation", { name: "Panes" });
      for (const pane of ["Jobs", "Timeline", "Attention", "Map"]) {
        await tap(panes.getByRole("button", { name: pane }));
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow, pane).toBeLessThanOrEqual(0);
        await expectAccessible(page, `phone ${pane}`);
      }
      await close();
    });
  }

  it("resumes by itself after the server was killed and started again", async () => {
    const { page, close } = await openConsole({ viewport: DESK });
    const jobs = await page.locator("#jobs-title .muted").textContent();
    await server.kill();
    await page.getByText(/Connection lost/).waitFor();
    await server.restart();
    await page.locator(".connection.live").waitFor({ timeout: 60_000 });
    await page.getByText(/Connection lost/).waitFor({ state: "detached" });
    expect(await page.locator("#jobs-title .muted").textContent()).toBe(jobs);
    // And it is live again, not only connected.
    await createJob(page, "After The Crash");
    await page.locator(".job", { hasText: "After The Crash" }).waitFor();
    await close();
  });
});
