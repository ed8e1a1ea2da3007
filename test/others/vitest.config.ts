import { join, resolve } from "node:path";
import { defineConfig } from "vitest/config";

const ROOT = resolve(import.meta.dirname, "../..");

/** Where `npm run test:others` has put the programs, by npm. */
const packages = join(process.env["PARLEY_OTHERS"] ?? "", "node_modules");

declare module "vitest" {
  export interface ProvidedContext {
    programs: { readonly local: string; readonly emulate: string };
  }
}

export default defineConfig({
  test: {
    root: ROOT,
    include: ["test/others/*.others.ts"],
    setupFiles: ["test/support/end-children.ts"],
    provide: {
      programs: { local: join(packages, "local-slack-linux-x64/bin/local-slack"), emulate: join(packages, "emulate/dist/index.js") },
    },
  },
});
