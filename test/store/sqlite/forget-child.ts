/**
 * A second process for the tests: `node forget-child.ts <path> <target as JSON>`. Forgets it, and says so before and after each step, a line
 * each on standard output, so that whoever listens can end it anywhere.
 */
import { writeSync } from "node:fs";
import { createForgetting } from "../../../src/runner/forgetting.ts";
import type { Target } from "../../../src/store/forgetting.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";

const [path = "", target = "{}"] = process.argv.slice(2);
const { forgetter } = openSqlite({ path });

async function said<T>(step: string, work: () => Promise<T>): Promise<T> {
  writeSync(1, `${step}\n`);
  const result = await work();
  writeSync(1, `${step} done\n`);
  return result;
}

const forgetting = createForgetting({
  rewrite: (thread, job) => said(`rewrite ${thread}`, job),
  forgetter: {
    ...forgetter,
    begin: (what, by) => said("begin", () => forgetter.begin(what, by)),
    finish: (begun) => said("finish", () => forgetter.finish(begun)),
    compact: (when) => said("compact", () => forgetter.compact(when)),
  },
  compacts: "now",
});
const person = { id: "operator", name: "Operator" };
await forgetting.forget(JSON.parse(target) as Target, { workspace: "T1", person, deed: "forget", subject: "it", allowed: true });
writeSync(1, "end\n");
setInterval(() => {}, 60_000);
