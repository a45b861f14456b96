// Jobs from a CSV file in the dispatcher's console, in a real browser against the real server.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible, logIn, openPage, type OpenedPage, PHONE, startBrowser } from "./browser";
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
  await opened.page.locator(".connection.live").waitFor();
  return opened;
}

const dialog = (page: Page) => page.getByRole("dialog", { name: "Import jobs" });
const importButton = (page: Page) => dialog(page).getByRole("button", { name: /^Import \d+ job/ });

async function centre(): Promise<{ lat: number; lon: number }> {
  const office = await Program.login(server, "dispatcher");
  return (await office.call<{ centre: { lat: number; lon: number } }>("GET", "/map")).centre;
}

/** Two rows ready (of one customer), one with a street only, one repeated, two with errors. */
async function dirtyFile(mark: string): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const { lat, lon } = await centre();
  const office = await Program.login(server, "dispatcher");
  const { items } = await office.call<{ items: { kind: string; name: string }[] }>(
    "GET",
    `/places/search?q=triq&lat=${lat}&lon=${lon}`,
  );
  const street = items.find((place) => place.kind === "street")?.name ?? "";
  const decimal = (degrees: number) => degrees.toFixed(5).replace(".", ",");
  const rows = [
    "Kunde;Telefon;Adresse;Breite;Länge;Leistung;Priorität",
    `${mark} One;+356 9900 1100;By the church;${decimal(lat)};${decimal(lon)};screen repair;70`,
    `${mark} One;;By the bridge;${decimal(lat + 0.001)};${decimal(lon)};Screen Repair;`,
    `${mark} Two;;"${street}";;;Screen repair;`,
    `${mark} Three;call me;Qwxyzzy Vbnmqwx;;;Rocket launch;900`,
    `${mark} One;;By the bridge;${decimal(lat + 0.001)};${decimal(lon)};Screen Repair;`,
    `;;By the church;${decimal(lat)};${decimal(lon)};Screen repair;`,
  ];
  // As a spreadsheet on Windows writes it.
  return { name: "jobs.csv", mimeType: "text/csv", buffer: Buffer.from(rows.join("\r\n"), "latin1") };
}

interface Job {
  status: string;
  customer: { id: string; name: string };
}

async function jobsOf(mark: string): Promise<Job[]> {
  const office = await Program.login(server, "dispatcher");
  return (await office.call<{ items: Job[] }>("GET", `/jobs?q=${mark}`)).items;
}

/** Chosen and read. */
async function choose(page: Page, mark: string): Promise<void> {
  await dialog(page).getByLabel("CSV file, chosen or dropped here").setInputFiles(await dirtyFile(mark));
  await dialog(page).getByText("2 ready", { exact: true }).waitFor();
}

describe("importing jobs", () => {
  it("goes from a dirty file to jobs and back again by keyboard alone", async () => {
    const { page, complaints, close } = await openConsole();
    await page.keyboard.press("Control+k");
    await page.getByRole("combobox", { name: "Search or command" }).fill("import jobs");
    await page.keyboard.press("Enter");
    await choose(page, "Quay");
    await dialog(page).getByText("2 to look at", { exact: true }).waitFor();
    await dialog(page).getByText("2 with errors", { exact: true }).waitFor();
    // What is wrong stands at its cell.
    const cell = (text: string) => dialog(page).locator("td", { hasText: text });
    await cell("call me").getByText(/phone number such as/).waitFor();
    await cell("Rocket launch").getByText(/no such service; write one of/).waitFor();
    await cell("900").getByText(/from 0 to 100/).waitFor();
    await cell("Qwxyzzy Vbnmqwx").getByText(/does not know this address/).waitFor();
    await dialog(page).getByText(/says the same as row 3/).waitFor();
    expect(await dialog(page).getByText("Unsure", { exact: true }).count()).toBe(1);
    expect(await dialog(page).getByText("Not found", { exact: true }).count()).toBe(1);

    await dialog(page).getByRole("button", { name: "With errors 2" }).focus();
    await page.keyboard.press("Enter");
    expect(await dialog(page).locator("tbody tr").count()).toBe(2);
    await dialog(page).getByRole("button", { name: "To look at 2" }).focus();
    await page.keyboard.press("Enter");
    expect(await dialog(page).locator("tbody tr").count()).toBe(2);
    // The one with the street alone is good enough.
    await dialog(page).getByLabel("Import row 4").focus();
    await page.keyboard.press("Space");
    await dialog(page).getByRole("button", { name: "Import 3 jobs" }).focus();
    await page.keyboard.press("Enter");
    await dialog(page).getByText("3 jobs imported.").waitFor();
    const made = await jobsOf("Quay");
    expect(made.map((job) => job.customer.name).sort()).toEqual(["Quay One", "Quay One", "Quay Two"]);
    expect(new Set(made.map((job) => job.customer.id)).size).toBe(2);

    await dialog(page).getByRole("button", { name: "Undo import" }).focus();
    await page.keyboard.press("Enter");
    await dialog(page).getByText("3 jobs cancelled.").waitFor();
    expect((await jobsOf("Quay")).map((job) => job.status)).toEqual(["cancelled", "cancelled", "cancelled"]);
    await page.keyboard.press("Enter");
    await dialog(page).waitFor({ state: "hidden" });
    expect(complaints).toEqual([]);
    await close();
  });

  it("takes columns otherwise, and tells what is no CSV", async () => {
    const { page, close } = await openConsole();
    await page.keyboard.press("i");
    const file = dialog(page).getByLabel("CSV file, chosen or dropped here");
    await file.setInputFiles({ name: "photo.csv", mimeType: "text/csv", buffer: Buffer.from("\x89PNG\r\n", "latin1") });
    await dialog(page).getByText(/is an image and not CSV/).waitFor();
    await choose(page, "Dock");
    // Nobody has a service then.
    await dialog(page).getByLabel("Leistung").selectOption({ label: "Not imported" });
    await dialog(page).getByText("0 ready", { exact: true }).waitFor();
    await dialog(page).getByLabel("Service where none is given").selectOption({ label: "Screen repair" });
    await dialog(page).getByText("2 ready", { exact: true }).waitFor();
    await importButton(page).waitFor();
    expect(await jobsOf("Dock")).toEqual([]);
    await close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`keeps nobody out, and fits a phone (${colorScheme})`, async () => {
      const { page, close } = await openConsole({ colorScheme, viewport: PHONE });
      await page.keyboard.press("i");
      await dialog(page).getByLabel("CSV file, chosen or dropped here").waitFor();
      await expectAccessible(page, "choosing a file");
      await choose(page, "Pier");
      await expectAccessible(page, "looking through the rows");
      const box = await dialog(page).boundingBox();
      expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 999) <= PHONE.width).toBe(true);
      await close();
    });
  }
});
