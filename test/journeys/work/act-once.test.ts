import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { startChild } from "../../support/children.ts";
import { openLives } from "../../support/crash/lives.ts";
import { GENERAL, MARIA, PAIR } from "../../support/journey.ts";

const EXAMPLE = resolve(import.meta.dirname, "../../../docs/examples/act-once.ts");

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
  const { folder, workspace, live, log } = await openLives(async (own) => ({
    file: {
      ...PAIR,
      tools: { bank: await serve(join(own, "payments")) },
      teams: { pair: { ...PAIR.teams.pair, agents: agents() } },
    },
    replies: { Ana: [{ toolCalls: [{ name: "bank__pay", args: { to: "Ben", cents: 500 } }] }, "{{last}}\nDONE"] },
  }));
  const payments = join(folder, "payments");
  const { ts } = await workspace.control.post({ user: MARIA, channel: GENERAL, text: "@parley pay Ben" });

  // Started, asked, selected, called: the fifth event would be what the call returned.
  const first = await live("first", [{ channel: GENERAL, what: "about to record", number: 5 }]);
  expect(await first.exited).toEqual([null, "SIGKILL"]);
  expect((await log(GENERAL, ts)).map(({ type }) => type)).toEqual(["run.started", "message.posted", "speaker.selected", "tool.called"]);
  expect(readdirSync(payments)).toHaveLength(1);

  const second = await live("second");
  await workspace.control.until(() => workspace.control.thread(GENERAL, ts).some(({ text }) => text.includes("Paid already")), 60_000);
  second.child.kill("SIGTERM");
  expect(await second.exited).toEqual([0, null]);
  expect((await log(GENERAL, ts)).find(({ type }) => type === "tool.returned")).toMatchObject({
    output: expect.stringContaining("Paid already") as string,
  });
  const [paid = "", ...more] = readdirSync(payments);
  expect(more).toEqual([]);
  expect(JSON.parse(readFileSync(join(payments, paid), "utf8"))).toEqual({ to: "Ben", cents: 500 });
});

const agents = () => [{ name: "Ana", description: "Pays.", model: "scripted", tools: ["bank"] }];
