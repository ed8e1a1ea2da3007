import { join } from "node:path";
import { defineConfig } from "vite";

/** Which page is built: a folder of this one. `scripts/build-web.ts` names each in turn. */
const PAGE = process.env["PARLEY_PAGE"] ?? "local-slack";

/** The pages, built for the browser: one folder each under `dist`. A page loads nothing but its own files, and runs nothing inline. */
export default defineConfig({
  root: join(import.meta.dirname, PAGE),
  base: "./",
  logLevel: "warn",
  build: {
    outDir: join(import.meta.dirname, "dist", PAGE),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000, // Kilobytes; the page comes from the same machine.
    // What the bundle brings is named with its licence.
    license: { fileName: "licenses.md" },
  },
});
