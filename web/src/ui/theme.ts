// Light or dark: the system's choice until a person makes one; kept on this device.

export type Theme = "light" | "dark";
export type Choice = Theme | "system";

const KEY = "sortie.theme";
const listeners = new Set<(theme: Theme) => void>();
const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");

export function choice(): Choice {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function theme(): Theme {
  const chosen = choice();
  if (chosen !== "system") return chosen;
  return prefersDark.matches ? "dark" : "light";
}

export function choose(next: Choice): void {
  if (next === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, next);
  apply();
}

/** Follows changes; the returned function ends that. */
export function onTheme(listener: (theme: Theme) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function apply(): void {
  const chosen = choice();
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
  for (const listener of listeners) listener(theme());
}

prefersDark.addEventListener("change", apply);
apply();
