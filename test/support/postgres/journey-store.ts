import { createHash } from "node:crypto";
import { join } from "node:path";

/** Set by `for-journeys.ts`, where journeys are had on Postgres. */
export const JOURNEYS_ADDRESS = "PARLEY_JOURNEYS_ADDRESS";

/** Where the Parley of this folder keeps everything: in a file there, or in a schema of its own. */
export function storeIn(folder: string): string {
  if (process.env.PARLEY_TEST_STORE !== "postgres") return join(folder, "parley.db");
  const address = process.env[JOURNEYS_ADDRESS];
  if (!address) throw new Error("journeys on Postgres need the server of test/support/postgres/for-journeys.ts");
  return `${address}?schema=j${createHash("sha256").update(folder).digest("hex").slice(0, 16)}`;
}
