/**
 * A second process for the tests: `node forget-child.ts <path> <target as JSON>`, forked. Forgets it, and says so before and after each step
 * by a message, and goes on when it is answered, so that whoever listens can end it anywhere.
 */
import { once } from "node:events";
import { createForgetting } from "../../../src/runner/upkeep/forgetting.ts";
import type { Target } from "../../../src/store/forgetting.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";

const [path = "", target = "{}"] = process.argv.slice(2);
const { store, forgetter } = openSqlite({ path });

async function say(step: string): Promise<void> {
  const answered = once(process, "message");
  process.send?.(step);
  await answered;
}

async function said<T>(step: string, work: () => Promise<T>): Promise<T> {
  await say(step);
  const result = await work();
  await say(`${step} done`);
  return result;
}

const forgetting = createForgetting({
  store,
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
await say("end");
