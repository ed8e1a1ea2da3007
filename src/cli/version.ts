import { createRequire } from "node:module";

/** Of this package; it finds itself by its own name, from its sources as from what is built of them. */
export function version(): string {
  const { version } = createRequire(import.meta.url)("@parley-team/parley/package.json") as { readonly version: string };
  return version;
}
