import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test } from "vitest";
import { openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import { createWorkspace } from "../../../local-slack/index.ts";
import { bundledChild } from "../../support/crash/bundle.ts";
import { startChild } from "../../support/children.ts";
import { nowIn, type FastTime, type Orders } from "../../support/crash/child.ts";
import { GENERAL, MARIA, PAIR } from "../../support/journey.ts";

const EXAMPLE = resolve(import.meta.dirname, "../../../docs/examples/act-once.ts");
const TICK_MS = 10;

/** The example as a server of its own; over stdio Parley starts it itself. */
async function overHttp(folder: string): Promise<object> {
  const server = startChild(process.execPath, [EXAMPLE, folder, "0"]);
  const [line] = (await once(createInterface(server.stdout), "line")) as [string];
  return { kind: "mcp", url: `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}/mcp`, approval: "never" };
}

const overStdio = async (folder: string): Promise<object> => ({
  kind: "mcp",
  command: process.execPath,
  args: [EXAMPLE, folder],
  approval: "never",
});

test.each([
  ["standard input and output", overStdio],
  ["HTTP", overHttp],
])("a tool of a server over %s that was called, and is called again after a kill, acts once", async (_, serve) => {
  const folder = mkdtempSync(join(tmpdir(), "parley-once-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const payments = join(folder, "payments");
  const file = { ...PAIR, tools: { bank: await serve(payments) }, teams: { pair: { ...PAIR.teams.pair, agents: agents() } } };
  writeFileSync(join(folder, "parley.yml"), JSON.stringify(file));
  const toolCalls = [{ name: "bank__pay", args: { to: "Ben", cents: 500 } }];
  writeFileSync(join(folder, "replies.yml"), JSON.stringify({ replies: { Ana: [{ toolCalls }, "{{last}}\nDONE"] } }));
  const time: FastTime = { epochMs: Date.UTC(2026, 0, 5, 9), startedAtMs: Date.now(), speed: 5 };
  const workspace = await createWorkspace({ port: 0, rateLimits: false, now: () => nowIn(time) });
  onTestFinished(() => workspace.close());
  const ticking = setInterval(() => workspace.control.connected() && workspace.control.tick(), TICK_MS);
  onTestFinished(() => clearInterval(ticking));
  const { ts } = await workspace.control.post({ user: MARIA, channel: GENERAL, text: "@parley pay Ben" });
  const dbPath = join(folder, "parley.db");
  const { apiUrl, botToken, appToken } = workspace;
  const program = await bundledChild();
  const key = `${workspace.teamId}/${GENERAL}/${ts}`;

  /** One process; `points`: where it is killed, with its report of it. */
  async function live(name: string, points: Orders["points"]) {
    const orders: Orders = { folder, dbPath, time, slack: { apiUrl, botToken, appToken }, points, reportPath: join(folder, name) };
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(orders));
    writeFileSync(orders.reportPath, "");
    const child = startChild(process.execPath, [program, join(folder, `${name}.json`)]);
    child.stdout.resume();
    return { child, exited: once(child, "exit") };
  }

  // Started, asked, selected, called: the fifth event would be what the call returned.
  const first = await live("first", [{ channel: GENERAL, what: "about to record", number: 5 }]);
  expect(await first.exited).toEqual([null, "SIGKILL"]);
  expect((await logOf(dbPath, key)).map(({ type }) => type)).toEqual(["run.started", "message.posted", "speaker.selected", "tool.called"]);
  expect(readdirSync(payments)).toHaveLength(1);

  const second = await live("second", []);
  await workspace.control.until(() => workspace.control.thread(GENERAL, ts).some(({ text }) => text.includes("Paid already")), 60_000);
  second.child.kill("SIGTERM");
  expect(await second.exited).toEqual([0, null]);
  const log = await logOf(dbPath, key);
  expect(log.find(({ type }) => type === "tool.returned")).toMatchObject({ output: expect.stringContaining("Paid already") as string });
  const [paid = "", ...more] = readdirSync(payments);
  expect(more).toEqual([]);
  expect(JSON.parse(readFileSync(join(payments, paid), "utf8"))).toEqual({ to: "Ben", cents: 500 });
});

const agents = () => [{ name: "Ana", description: "Pays.", model: "scripted", tools: ["bank"] }];

async function logOf(dbPath: string, thread: string) {
  const store = openSqliteReadOnly({ path: dbPath });
  try {
    return await store.load(thread, 0);
  } finally {
    await store.close();
  }
}
