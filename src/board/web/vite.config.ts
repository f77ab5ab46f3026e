import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** The board is the only part that is built: browsers run no TypeScript. The result is served from memory (daemon/web-files.ts). */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: fileURLToPath(new URL("../../../dist/web", import.meta.url)),
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    reportCompressedSize: false,
  },
  logLevel: "warn",
  clearScreen: false,
});
