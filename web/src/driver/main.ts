// The driver's page; it opens without a network once it has been opened with one.

import "../ui/base.css";
import "../ui/theme";
import { mount } from "svelte";
import App from "./App.svelte";

const target = document.getElementById("app");
if (target !== null) mount(App, { target });

if ("serviceWorker" in navigator && import.meta.env.PROD) {
  // Without https (but for this machine) browsers refuse it; the page works all the same with a network.
  navigator.serviceWorker.register("/driver-worker.js", { scope: "/driver" }).catch(() => undefined);
}
