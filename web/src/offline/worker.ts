// The driver's service worker: the page opens without a network. The list of files is written in by the
// build (plugins/precache.ts). It never answers for the API: what a driver did waits in the outbox, and
// what a driver sees of the day is kept by the page.

/// <reference lib="webworker" />

declare const self: ServiceWorkerGlobalScope;
declare const __PRECACHE__: { version: string; files: string[] };

const { version, files } = __PRECACHE__;
const SHELL = `sortie-driver-${version}`;
const PAGE = "/driver";

self.addEventListener("install", (event) => {
  const fill = async () => {
    const cache = await caches.open(SHELL);
    await cache.addAll([PAGE, "/favicon.svg", "/driver.webmanifest", ...files]);
    await self.skipWaiting();
  };
  event.waitUntil(fill());
});

self.addEventListener("activate", (event) => {
  const clean = async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("sortie-driver-") && name !== SHELL);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(clean());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") {
    if (url.pathname === PAGE) event.respondWith(page(request));
  } else if (url.pathname.startsWith("/assets/") || files.includes(url.pathname)) {
    event.respondWith(asset(request));
  }
});

/** The newest page, or without a network the kept one. */
async function page(request: Request): Promise<Response> {
  const cache = await caches.open(SHELL);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) return fresh;
    // A proxy that has lost its server is no page.
    return (await cache.match(PAGE)) ?? fresh;
  } catch {
    return (await cache.match(PAGE)) ?? Response.error();
  }
}

/** Files have their hash in their name: what is kept is right for ever. */
async function asset(request: Request): Promise<Response> {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(request);
  if (kept !== undefined) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
}

export {};
