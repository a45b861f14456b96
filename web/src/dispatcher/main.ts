// The dispatcher's page.

import "../ui/base.css";
import "../ui/theme";
import { mount } from "svelte";
import App from "./App.svelte";

const target = document.getElementById("app");
if (target !== null) mount(App, { target });
