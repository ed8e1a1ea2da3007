/**
 * A second process for the tests: `node child.ts <mode> <path> [seed]`. It says what it has done, a line each, on standard output.
 * - `write`: commits until it is killed.      - `hold`: opens the database and waits to be killed.
 * - `fill`: commits until the disk is full.   - `open`: opens the database, as somebody who is not root, and says what came of it.
 */
import { writeSync } from "node:fs";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { StoreError } from "../../../src/store/store.ts";
import { commitOf, said, started, stopped } from "../../../src/store/contracts/commits.ts";
import { randomOf } from "../../support/chance.ts";
import { type Written, writtenEvent } from "./written.ts";

const [mode = "", path = "", seed = "0"] = process.argv.slice(2);
// Not `console.log`: a line must have left the process before the next commit begins.
const say = (line: string) => writeSync(1, `${line}\n`);

switch (mode) {
  case "write":
    await write();
    break;
  case "hold": {
    const held = openSqlite({ path });
    say("open");
    // Referred to as long as it waits: a database that nothing refers to is closed when its memory is collected, and its lock let go.
    setInterval(() => void held.store, 60_000);
    break;
  }
  case "fill":
    await fill();
    break;
  case "open":
    await becomeNobody();
    try {
      openSqlite({ path });
      say("opened");
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      say(error.message);
    }
    break;
  default:
    throw new Error(`no mode "${mode}"`);
}

/** Commits at random; each event says what came with it, so that the log tells what the other tables must hold. */
async function write(): Promise<void> {
  const { store } = openSqlite({ path });
  const next = randomOf(Number(seed));
  const pick = (count: number) => Math.floor(next() * count);
  for (let count = 0; ; count++) {
    const thread = `t${pick(5)}`;
    const seq = (await store.load(thread, 0)).length;
    const written: Written[] = Array.from({ length: 1 + pick(3) }, () => ({ posts: pick(3), filler: "x".repeat(pick(3_000)) }));
    const posts = written.flatMap((event, index) =>
      Array.from({ length: event.posts }, (_, part) => ({ event: index, kind: "turn", part })),
    );
    const wake = (["now", "none", "keep"] as const)[pick(3)] ?? "keep";
    const run = pick(4) === 0 ? [pick(2) === 0 ? started() : stopped()] : [];
    const events = [...written.map((event) => writtenEvent(event, wake)), ...run];
    await store.commit(commitOf(thread, seq, events, { posts, wake }));
    if (pick(3) === 0) await store.receive({ id: `Ev${seed}-${count}`, at: new Date().toISOString(), body: "{}" });
    if (pick(8) === 0) await store.putFile(new TextEncoder().encode(`${seed}-${count}`.repeat(500)));
    say(`${thread} ${seq + events.length}`);
  }
}

async function fill(): Promise<void> {
  const { store } = openSqlite({ path });
  for (let seq = 0; ; seq++) {
    try {
      await store.commit(commitOf("t", seq, [said("x".repeat(10_000))], { posts: [{ event: 0, kind: "turn", part: 0 }] }));
      say(`${seq + 1}`);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      say(error.message);
      process.exit(0);
    }
  }
}

/** Root may write everything; the driver is loaded before root is given up. */
async function becomeNobody(): Promise<void> {
  await openSqlite({ path: ":memory:" }).store.close();
  const nobody = 65_534;
  if (process.getuid?.() !== 0) return;
  process.setgroups?.([]);
  process.setgid?.(nobody);
  process.setuid?.(nobody);
}
