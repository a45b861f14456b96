// The system's Chromium, without a graphics card. Nothing waits for animation frames: on a busy machine
// they may not come.

import { AxeBuilder } from "@axe-core/playwright";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { expect } from "vitest";
import { login, type Server } from "./server";

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

// Small enough that a busy machine without a graphics card keeps drawing.
export const DESK = { width: 1200, height: 740 };
export const PHONE = { width: 390, height: 844 };
/** A busy machine draws a map in software: be patient. */
export const PATIENCE_MS = 30_000;

export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: FLAGS });
}

function chromiumPath(): string {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && named !== "") return named;
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
      const path = join(folder, name);
      if (existsSync(path)) return path;
    }
  }
  throw new Error("chromium not found; install it, or name it in CHROMIUM");
}

export interface OpenedPage {
  page: Page;
  /** What the page complained of, and every address it asked that is not the server's. */
  complaints: string[];
  strangers: string[];
  close(): Promise<void>;
}

export async function openPage(
  browser: Browser,
  server: Server,
  path: string,
  options: BrowserContextOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: DESK, timezoneId: "UTC", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  const strangers: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (/content security policy/i.test(message.text())) complaints.push(message.text());
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (/^(http|ws)s?:$/.test(url.protocol) && url.host !== new URL(server.url).host) {
      strangers.push(request.url());
    }
  });
  await page.goto(server.url + path);
  return { page, complaints, strangers, close: () => context.close() };
}

/** With the keyboard alone: the first field has the focus already. */
export async function logIn(page: Page, server: Server, role: string): Promise<void> {
  const { email, password } = login(server, role);
  await logInAs(page, email, password);
}

export async function logInAs(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail").waitFor();
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
}

/** A click on a target at rest; two looks tell, since animation frames may not come. */
export async function tap(target: Locator): Promise<void> {
  await target.waitFor();
  let before = "";
  for (;;) {
    const now = JSON.stringify(await target.boundingBox());
    if (now === before) break;
    before = now;
    await target.page().waitForTimeout(60);
  }
  await target.click({ force: true });
}

/** The findings of axe that would keep somebody out. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const grave = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
  expect(grave, what).toEqual([]);
}
