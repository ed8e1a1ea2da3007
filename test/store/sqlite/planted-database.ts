import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { readEvent } from "../../../src/cli/logs/event-shape.ts";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { createForgetting } from "../../../src/runner/upkeep/forgetting.ts";
import type { Target } from "../../../src/store/forgetting.ts";
import type { Opened } from "../../../src/store/own-store.ts";
import { openSqlite, openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import { checkSqlite } from "../../../src/store/sqlite/upkeep/check.ts";
import { everyEvent, PLANTED } from "./planted.ts";

export const WORD = "XYLOPHONE";
export const MINE = "T1/C1/1.1";
export const SAME_PLACE = "T1/C1/2.2";
export const ELSEWHERE = "T1/C2/3.3";
export const OPERATOR = { id: "operator", name: "Operator" };

export function newFolder(): { readonly folder: string; readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), "parley-forget-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, path: join(folder, "parley.db") };
}

/** All bytes of all files beside the database, as one text. */
export const bytesIn = (folder: string): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name)).toString("latin1"))
    .join("\n");

/** How often it stands in any of the files. */
export const hits = (folder: string, words: string): number => bytesIn(folder).split(words).length - 1;

export async function planted(path: string) {
  const opened = openSqlite({ path });
  return { ...opened, hash: await plant(opened) };
}

/** Three threads, in each of which a word of its own is planted wherever words can be, and much that makes pages split; gives the file of the first. */
export async function plant({ store, memory, settings }: Pick<Opened, "store" | "memory" | "settings">): Promise<string> {
  const put = async (thread: string, word: string, person = PLANTED) => {
    const [, place = "", ts = ""] = thread.split("/");
    const hash = await store.putFile(Buffer.from(`the file of ${word}`));
    const file = { hash, name: "a.txt", mediaType: "text/plain", bytes: 20 };
    const events = everyEvent(word, file, person);
    const filler = Array.from({ length: 40 }, (_, index) => ({
      type: "message.posted" as const,
      agent: "Ana",
      text: `${word} ${"x".repeat(index * 90)}`,
    }));
    const [started, ...rest] = [...events.slice(0, -1), ...filler, ...events.slice(-1)];
    await store.commit({
      thread,
      workspace: "T1",
      afterSeq: 0,
      at: "2026-11-23T10:00:00.000Z",
      wake: "now",
      events: [started!, ...rest],
      posts: [{ event: 1, kind: "turn", part: 0 }],
      accounts: ["workspace", `person/${person.id}`],
    });
    await store.putNote(`card/${thread}/1`, `mark of ${thread}`);
    await store.receive({
      id: `e${thread}`,
      at: "2026-11-23T10:00:00.000Z",
      body: JSON.stringify({ team_id: "T1", user: person.id, text: word, channel: place, thread_ts: ts }),
    });
    await store.receive({
      id: `done ${thread} ${person.id}`,
      at: "2026-11-23T10:00:00.000Z",
      body: JSON.stringify({ text: `handled ${word}` }),
    });
    await store.handled(`done ${thread} ${person.id}`);
    await memory.remember({ scope: `T1/${place}`, agent: "Ana", text: `remember ${word}`, thread, call: `m-${word}`, askedBy: person });
    await settings.record({
      workspace: "T1",
      person,
      deed: "deny",
      subject: `${thread} c1`,
      allowed: true,
      detail: `because ${word}`,
      key: `${thread}#7`,
    });
    return hash;
  };
  const hash = await put(MINE, WORD);
  await put(SAME_PLACE, "MARIMBA", { id: "U0OTHER", name: "Otto Other" });
  await put(ELSEWHERE, "GLOCKEN", { id: "U0THIRD", name: "Thea Third" });
  await settings.put({ name: "channel/C1", value: { prompt: "MARIMBA" }, revision: 0, decision: decision("set channel") });
  await settings.put({ name: `person/${PLANTED.id}`, value: { team: WORD }, revision: 0, decision: decision("set person") });
  await settings.put({
    name: "workspace",
    value: { allow: { approve: [PLANTED.id, "admins"] } },
    revision: 0,
    decision: decision("set allow"),
  });
  return hash;
}

export const usageOf = (event: RunEvent) => ("usage" in event ? event.usage : undefined);
export const usdOf = (log: readonly RunEvent[]): number => log.reduce((sum, event) => sum + (usageOf(event)?.usd ?? 0), 0);
export const decision = (deed: string) => ({ workspace: "T1", person: OPERATOR, deed, subject: "of this test", allowed: true });

export async function forgotten(path: string, target: Target): Promise<void> {
  const { store, forgetter } = openSqlite({ path });
  // A runner that holds nothing: nobody else is there.
  const forgetting = createForgetting({ store, rewrite: (_thread, job) => job(), forgetter, compacts: "now" });
  await forgetting.forget(target, decision("forget"));
  await store.close();
}

export const troubleOf = (events: readonly unknown[]): string | undefined => {
  for (const event of events) {
    const read = readEvent(event);
    if ("trouble" in read) return read.trouble;
  }
  return undefined;
};

export async function expectWhole(path: string): Promise<void> {
  const reader = openSqliteReadOnly({ path });
  expect(await reader.forgetter.underWay()).toEqual([]);
  expect((await reader.audit.check()).problems).toEqual([]);
  await reader.close();
  expect((await checkSqlite({ path, troubleOf })).problems).toEqual([]);
}
