import { closeSync, openSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { quickCheckSqlite } from "../../../src/store/sqlite/upkeep/quick-check.ts";
import { commitOf } from "../../../src/store/contracts/commits.ts";
import { folderWith, SMALL } from "../../config/team-files.ts";
import { runChild } from "../../support/children.ts";
import { parley } from "../here.ts";

const MAIN = resolve(import.meta.dirname, "../../../src/cli/main.ts");
const LONG = "x".repeat(30_000);
const TALK = `models: { m: { provider: replay, file: ana.yml } }
teams:
  solo:
    description: One who talks a lot.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Talks., model: m }]
    stop: { maxTurns: 60 }
    limits: { turns: 60 }
sandbox: { executor: off }
`;

test("a run whose disk fills up ends with one sentence, and what was said before is kept", async () => {
  const words = Array.from({ length: 30 }, (_, nth) => `${nth} ${LONG}`);
  const cwd = folderWith({
    "parley.yml": TALK,
    "ana.yml": JSON.stringify({ replies: { Ana: words } }),
  });
  const path = join(cwd, "p.db");
  // A limit on the size of files, in blocks of 512 bytes: a write past it fails as on a full disk.
  const limited = ["-c", 'ulimit -f 3200 && exec "$0" "$@"', process.execPath, MAIN, "run", "--db", path, "talk"];
  const { code, out, err } = await runChild("sh", limited, { cwd });
  expect(err.trim()).toMatch(/^\S+p\.db: the disk (is full|failed)[^\n]*what was recorded so far is safe\.$/);
  expect(code).toBe(1);
  const { store } = openSqlite({ path, now: () => 0 });
  const [run] = await store.recent(1);
  const events = await store.load(run?.thread ?? "", 0);
  await store.close();
  const said = events.flatMap((event) => (event.type === "message.posted" && "agent" in event ? [event.text] : []));
  expect(said.length).toBeGreaterThan(3);
  // What was shown is what was recorded.
  for (const words of said) expect(out).toContain(words.slice(0, 60));
});

/** A database with some pages, one of them overwritten. */
async function damaged(cwd: string): Promise<string> {
  const path = join(cwd, "p.db");
  const { store } = openSqlite({ path, now: () => 0 });
  for (let seq = 0; seq < 40; seq++)
    await store.commit(
      commitOf("t", seq, [{ type: "message.posted", person: { id: "U1", name: "Maria" }, text: `${seq} ${LONG}`, id: `m${seq}` }]),
    );
  await store.close();
  const file = openSync(path, "r+");
  for (let at = 8; at < 20; at++) writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, at * 4096);
  closeSync(file);
  return path;
}

test("start looks the database through, and does not begin on a damaged one", async () => {
  const cwd = folderWith({ "parley.yml": SMALL });
  const path = await damaged(cwd);
  const env = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1", SLACK_API_URL: "http://127.0.0.1:9/api/", ANTHROPIC_API_KEY: "k" };
  const { code, err } = await parley(["start", "--db", path], { cwd, env });
  expect(err.trim().split("\n").at(-1)).toMatch(
    /^\S+p\.db: is damaged \(.+\), and nothing was started on it\. `parley doctor --db` says more; .*restore a backup\.$/,
  );
  expect(code).toBe(1);
});

test("a whole database is found whole, one that is not there too, and what takes too long is let go", async () => {
  const cwd = folderWith({ "parley.yml": SMALL });
  const path = join(cwd, "p.db");
  expect(await quickCheckSqlite({ path, timeoutMs: 10_000 })).toBe("ok");
  const { store } = openSqlite({ path, now: () => 0 });
  await store.commit(commitOf("t", 0, [{ type: "stop.requested", person: { id: "U1", name: "Maria" } }]));
  // Also while somebody writes to it.
  expect(await quickCheckSqlite({ path, timeoutMs: 10_000 })).toBe("ok");
  expect(await quickCheckSqlite({ path, timeoutMs: 1 })).toBe("late");
  await store.close();
  writeFileSync(path, "");
  expect([statSync(path).size, await quickCheckSqlite({ path, timeoutMs: 10_000 })]).toEqual([0, "ok"]);
});
