// Gives a service worker its list: the page, and every file that the page loads to start. What is loaded
// later (the map) is left out; the worker keeps it when it is first used.

import { createHash } from "node:crypto";
import type { Plugin } from "vite";

interface Options {
  /** The built worker, in which `__PRECACHE__` stands for the list. */
  worker: string;
  /** The page that is to open without a network. */
  page: string;
}

export function precache({ worker, page }: Options): Plugin {
  return {
    name: "sortie-precache",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const script = bundle[worker];
        if (script?.type !== "chunk") return;
        const names = new Set<string>();
        const visit = (name: string): void => {
          const file = bundle[name];
          if (names.has(name) || file?.type !== "chunk") return;
          names.add(name);
          for (const css of file.viteMetadata?.importedCss ?? []) names.add(css);
          for (const asset of file.viteMetadata?.importedAssets ?? []) names.add(asset);
          file.imports.forEach(visit);
        };
        for (const file of Object.values(bundle)) {
          if (file.type === "chunk" && file.facadeModuleId?.endsWith(page)) visit(file.fileName);
        }
        const hash = createHash("sha256");
        for (const name of [...names].sort()) hash.update(name);
        const html = bundle[page];
        if (html?.type === "asset") hash.update(html.source);
        const list = {
          version: hash.digest("hex").slice(0, 16),
          files: [...names].sort().map((name) => `/${name}`),
        };
        script.code = script.code.replace("__PRECACHE__", () => JSON.stringify(list));
      },
    },
  };
}
