// The customer's page: opens by link, shows no more than it may, says clearly when a link is wrong.

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAccessible, openPage, PHONE, startBrowser } from "./browser";
import { startServer, type Server } from "./server";

let server: Server;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ speed: 60 }), startBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const link = (): string => {
  const url = new URL(server.tracking[0] ?? "", server.url);
  return url.pathname + url.hash;
};

describe("the customer's page", () => {
  it("follows a visit to its end, with a map only while somebody is on the way", async () => {
    const { page, complaints, strangers, close } = await openPage(browser, server, link(), { viewport: PHONE });
    const heading = page.getByRole("heading", { level: 1 });
    await heading.waitFor();
    const seen = new Set<string>();
    const maps: Record<string, number> = {};
    await expect
      .poll(
        async () => {
          // Both at one moment, so that what is seen belongs together.
          const [words, count] = await page.evaluate((): [string, number] => [
            document.querySelector("h1")?.textContent ?? "",
            document.querySelectorAll(".map").length,
          ]);
          seen.add(words);
          maps[words] = Math.max(maps[words] ?? 0, count);
          return words;
        },
        { timeout: 110_000, interval: 300 },
      )
      .toMatch(/All done|could not complete/);
    expect([...seen].some((words) => /on the way|arrived/.test(words))).toBe(true);
    for (const [words, count] of Object.entries(maps)) {
      if (!words.includes("on the way")) expect(count, words).toBe(0);
    }
    expect(complaints).toEqual([]);
    expect(strangers).toEqual([]);
    await close();
  });

  it("weighs little before the map", async () => {
    const { page, close } = await openPage(browser, server, "/t#notatokennotatokennota", { viewport: PHONE });
    await page.getByRole("alert").waitFor();
    const bytes = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .map((entry) => (entry as PerformanceResourceTiming).encodedBodySize)
        .reduce((sum, size) => sum + size, 0),
    );
    expect(bytes).toBeLessThan(45 * 1024);
    await close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    it(`says what to do when a link is wrong, and keeps nobody out (${colorScheme})`, async () => {
      const { page, close } = await openPage(browser, server, "/t#AAAAAAAAAAAAAAAAAAAAAA", { viewport: PHONE, colorScheme });
      await page.getByRole("alert").getByText(/ask/i).waitFor();
      await expectAccessible(page, "wrong link");
      await close();
    });
  }
});
