// Writes a `.br` beside each text asset that gains from it; the server hands it to browsers that accept it.

import { brotliCompressSync, constants } from "node:zlib";
import type { Plugin } from "vite";

const TEXTS = /\.(js|mjs|css|html|svg|json|webmanifest)$/;

export function brotli(): Plugin {
  // Cargo names its profile: a release may take its time.
  const quality = process.env["PROFILE"] === "release" ? 11 : 5;
  return {
    name: "sortie-brotli",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const [name, file] of Object.entries(bundle)) {
          if (!TEXTS.test(name)) continue;
          const bytes = Buffer.from(file.type === "chunk" ? file.code : file.source);
          if (bytes.length < 1024) continue;
          const source = brotliCompressSync(bytes, {
            params: { [constants.BROTLI_PARAM_QUALITY]: quality },
          });
          this.emitFile({ type: "asset", fileName: `${name}.br`, source });
        }
      },
    },
  };
}
