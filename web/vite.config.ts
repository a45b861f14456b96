// Three pages (dispatcher, driver, tracking) and the driver's service worker, built into one folder.

import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { brotli } from "./plugins/brotli.ts";
import { precache } from "./plugins/precache.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
// Whoever works on the pages runs `vite` beside a running server.
const server = process.env["SORTIE_URL"] ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [
    svelte(),
    precache({ worker: "driver-worker.js", page: "driver.html" }),
    brotli(),
  ],
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        dispatcher: here("index.html"),
        driver: here("driver.html"),
        tracking: here("tracking.html"),
        "driver-worker": here("src/offline/worker.ts"),
      },
      output: {
        entryFileNames: (chunk) =>
          chunk.name === "driver-worker" ? "driver-worker.js" : "assets/[name]-[hash].js",
      },
    },
  },
  worker: { format: "es" },
  server: { proxy: { "/api": { target: server, ws: true } } },
  test: {
    projects: [
      { extends: true, test: { name: "unit", include: ["src/**/*.test.ts"], environment: "node" } },
      {
        test: {
          name: "browser",
          include: ["tests/**/*.test.ts"],
          environment: "node",
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
