import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { stringify } from "yaml";
import { systemClock } from "../../../src/engine/clock.ts";
import { startChild } from "../../support/children.ts";
import { openParley, PAIR } from "../../support/journey.ts";

/**
 * A local Slack that others have written (https://github.com/parvalabs/local-slack). Its program is 95 MB, and so no dependency:
 * `npm install --no-save local-slack-linux-x64`, then `PARLEY_OTHER_SLACK=node_modules/local-slack-linux-x64/bin/local-slack`.
 */
const PROGRAM = process.env["PARLEY_OTHER_SLACK"] ?? "";

interface Message {
  readonly ts: string;
  readonly thread_ts?: string;
  readonly user?: string;
  readonly username?: string;
  readonly text: string;
}

const CONFIG = {
  workspace: { name: "Test", domain: "test", teamId: "T01TEST" },
  app: { appId: "A01", botUserId: "U0BOT", botName: "parley", botToken: "xoxb-o", appToken: "xapp-o", signingSecret: "s", mode: "socket" },
  users: [{ id: "U01ALICE", name: "alice", real_name: "Alice" }],
  channels: [{ id: "C01GEN", name: "general", members: ["U01ALICE", "U0BOT"] }],
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function open() {
  const folder = await mkdtemp(join(tmpdir(), "parley-other-slack-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "config.yaml"), stringify(CONFIG));
  const port = await freePort();
  startChild(PROGRAM, ["--config", join(folder, "config.yaml"), "--port", String(port)]);
  const url = `http://localhost:${port}`;
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const init = body ? { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) } : {};
    return (await fetch(`${url}/_control/${path}`, init)).json();
  };
  await expect.poll(() => ask("state").then(Boolean, () => false), { timeout: 30_000 }).toBe(true);
  return {
    apiUrl: `${url}/api/`,
    say: async (text: string) => ((await ask("message", { channel: "C01GEN", user: "U01ALICE", text })) as { message: Message }).message.ts,
    messages: async (): Promise<readonly Message[]> => {
      const answer = (await ask("messages/C01GEN")) as readonly Message[] | { readonly messages: readonly Message[] };
      return "messages" in answer ? answer.messages : answer;
    },
  };
}

describe.skipIf(PROGRAM === "")("a Slack that others have written", () => {
  test("the same story is told there: each turn once, under its name, in its thread, and no mark of it in any other post", async () => {
    const slack = await open();
    const { parley } = await openParley(
      { file: PAIR, replies: { Ana: ["What is it?"], Ben: ["It is {{task}}. DONE"] } },
      { clock: systemClock, slack: { botToken: "xoxb-o", appToken: "xapp-o", apiUrl: slack.apiUrl } },
    );
    await expect.poll(() => parley.connected(), { timeout: 30_000 }).toBe(true);
    const root = await slack.say("<@U0BOT> a riddle");
    const posts = async () => (await slack.messages()).filter(({ ts }) => ts !== root);
    await expect.poll(async () => (await posts()).some(({ text }) => text.startsWith("Done: ")), { timeout: 60_000 }).toBe(true);
    const all = await posts();
    expect(all.map(({ thread_ts }) => thread_ts)).toEqual(all.map(() => root));
    const said = all.map(({ username = "app", text }) => `${username}: ${text}`);
    expect(said.filter((line) => line.includes("What is it?"))).toHaveLength(1);
    expect(said.filter((line) => /^Ben: .*It is a riddle/.test(line))).toHaveLength(1);
    expect(new Set(all.map(({ ts }) => ts)).size).toBe(all.length);
    // What marks a post for whoever looks for it again stands in metadata, which this server drops: nowhere else either.
    expect(JSON.stringify(all)).not.toMatch(/event_payload|parley_msg/);
  }, 120_000);
});
