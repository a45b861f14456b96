// Closed and slow streets in the dispatcher's console, in a real browser against the real server.

import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible, logIn, openPage, type OpenedPage, PATIENCE_MS, startBrowser, tap } from "./browser";
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
  await opened.page.locator(".maplibregl-canvas").waitFor();
  return opened;
}

const panel = (page: Page) => page.getByRole("complementary", { name: "Streets" });
const toast = (page: Page, text: RegExp) => page.locator(".toast", { hasText: text });

/** A click so far from the middle of the map, as shares of its size. */
async function clickMap(page: Page, east: number, south: number): Promise<void> {
  const box = await page.locator(".maplibregl-canvas").boundingBox();
  if (box === null) throw new Error("no map");
  await page.mouse.click(box.x + box.width * (0.5 + east), box.y + box.height * (0.5 + south));
}

/** The same until it is heard: the map may not listen yet. */
async function clickMapUntil(page: Page, east: number, south: number, heard: Locator): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    await clickMap(page, east, south);
    if (await heard.waitFor({ timeout: PATIENCE_MS / 10 }).then(() => true, () => false)) return;
  }
  throw new Error("the map does not hear a click");
}

interface Change {
  reason: string;
  effect: { kind: string };
  extent: { kind: string; corners?: unknown[] };
  until: number | null;
}

async function inForce(): Promise<Change[]> {
  const office = await Program.login(server, "dispatcher");
  return (await office.call<{ items: Change[] }>("GET", "/street-changes")).items;
}

describe("closed and slow streets", () => {
  it("closes a street by a click, shows it to the other dispatcher, and opens it again", async () => {
    const [one, two] = await Promise.all([openConsole(), openConsole()]);
    await one.page.keyboard.press("s");
    await panel(one.page).getByText("All streets are open").waitFor();
    await tap(panel(one.page).getByRole("button", { name: "Close a street" }));
    // The preview names the street before anything is set.
    await clickMapUntil(one.page, 0, 0, panel(one.page).locator(".found"));
    await panel(one.page).getByLabel("Why").fill("Burst pipe");
    expect(await inForce()).toEqual([]);
    await tap(panel(one.page).getByRole("button", { name: "Close it" }));
    await toast(one.page, /The street is closed/).waitFor();
    await panel(one.page).getByText("Closed, until lifted").waitFor();

    await two.page.getByRole("button", { name: "Closed and slow streets: 1" }).waitFor();
    await two.page.keyboard.press("s");
    await panel(two.page).getByText("Burst pipe").waitFor();
    await tap(panel(two.page).getByRole("button", { name: "Lift: Burst pipe" }));
    await toast(two.page, /open again/).waitFor();
    await panel(one.page).getByText("All streets are open").waitFor();
    expect(await inForce()).toEqual([]);
    await Promise.all([one.close(), two.close()]);
  });

  it("slows a zone down that is drawn with clicks; Escape puts it away", async () => {
    const { page, complaints, close } = await openConsole();
    await page.keyboard.press("s");
    await tap(panel(page).getByRole("button", { name: "Slow zone" }));
    await clickMapUntil(page, -0.2, -0.2, panel(page).getByText(/[12] more/));
    await page.keyboard.press("Escape");
    await tap(panel(page).getByRole("button", { name: "Slow zone" }));
    for (const [east, south] of [[-0.15, -0.2], [0.15, -0.2], [0.15, 0.2], [-0.15, 0.2]] as const) {
      await clickMap(page, east, south);
    }
    await panel(page).getByText("4 corners").waitFor();
    await panel(page).locator(".found").waitFor();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("street-reason");
    await page.keyboard.type("Festa");
    await page.keyboard.press("Enter");
    await toast(page, /The street is slower/).waitFor();
    const [zone] = await inForce();
    expect([zone?.reason, zone?.effect.kind, zone?.extent.corners?.length]).toEqual(["Festa", "factor", 4]);
    expect(zone?.until).not.toBeNull();
    await tap(panel(page).getByRole("button", { name: "Lift: Festa" }));
    await toast(page, /driven as usual/).waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it("needs no mouse: an address, or coordinates and a radius", async () => {
    const { page, close } = await openConsole();
    const office = await Program.login(server, "dispatcher");
    const { centre } = await office.call<{ centre: { lat: number; lon: number } }>("GET", "/map");
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search or command" }).fill("slow zone");
    await page.keyboard.press("Enter");
    await panel(page).getByRole("combobox", { name: "Address" }).fill(`${centre.lat}, ${centre.lon}`);
    await panel(page).getByLabel("Radius in metres").fill("600");
    await panel(page).locator(".found").waitFor({ timeout: PATIENCE_MS });
    await panel(page).getByLabel("What").selectOption({ label: "Limit of 10 km/h" });
    await panel(page).getByLabel("Why").fill("Marathon");
    await panel(page).getByLabel("Until").selectOption({ label: "The end of today" });
    await panel(page).getByLabel("Until").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await panel(page).getByText(/At most 10 km\/h, until/).waitFor();
    await tap(panel(page).getByRole("button", { name: "Lift: Marathon" }));
    await close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`keeps nobody out (${colorScheme})`, async () => {
      const { page, close } = await openConsole({ colorScheme });
      await page.keyboard.press("s");
      await tap(panel(page).getByRole("button", { name: "Close a street" }));
      await clickMapUntil(page, 0.1, 0.1, panel(page).locator(".found"));
      await expectAccessible(page, "choosing a street");
      await panel(page).getByLabel("Why").fill(`Works ${colorScheme}`);
      await tap(panel(page).getByRole("button", { name: "Close it" }));
      await panel(page).getByRole("button", { name: `Lift: Works ${colorScheme}` }).waitFor();
      await expectAccessible(page, "streets in force");
      await close();
    });
  }
});
