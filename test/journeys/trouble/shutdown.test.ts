import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Docker from "dockerode";
import { describe, expect, onTestFinished, test } from "vitest";
import { openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import { createWorkspace, type ThreadMessage, type Workspace } from "../../../local-slack/index.ts";
import { startChild } from "../../support/children.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";
import { instanceOf } from "../../support/sandbox/instance.ts";

const MAIN = resolve(import.meta.dirname, "../../../src/cli/main.ts");
const GENERAL = "C0GENERAL";

/** `parley start` as people run it, in a process of its own. */
interface Running {
  /** Asks it to end as `docker stop` does; what it said, once it is gone. */
  end(): Promise<{ readonly code: number | null; readonly signal: string | null; readonly said: string }>;
}

interface Stage {
  readonly slack: Workspace;
  readonly folder: string;
  start(): Promise<Running>;
  mention(text: string): Promise<() => readonly ThreadMessage[]>;
  until(done: () => boolean | Promise<boolean>): Promise<void>;
}

async function stage(file: object, replies: object, env: { readonly [name: string]: string } = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), "parley-shutdown-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const slack = await createWorkspace({ port: 0, rateLimits: false });
  onTestFinished(() => slack.close());
  await writeFile(join(folder, "parley.yml"), JSON.stringify({ models: { m: { provider: "replay", file: "replies.yml" } }, ...file }));
  await writeFile(join(folder, "replies.yml"), JSON.stringify({ replies }));
  return {
    slack,
    folder,
    async start() {
      const child = startChild(process.execPath, [MAIN, "start", "--db", "parley.db"], {
        cwd: folder,
        env: { ...process.env, ...env, SLACK_BOT_TOKEN: slack.botToken, SLACK_APP_TOKEN: slack.appToken, SLACK_API_URL: slack.apiUrl },
      });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (said += data.toString()));
      await expect.poll(() => said).toContain("Parley is in Slack");
      return {
        async end() {
          child.kill("SIGTERM");
          const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
          return { code, signal, said };
        },
      };
    },
    async mention(text) {
      const { ts } = await slack.control.post({ user: "U0MARIA", channel: GENERAL, text });
      return () => slack.control.thread(GENERAL, ts).filter(({ ephemeralTo }) => ephemeralTo === undefined);
    },
    async until(done) {
      await expect.poll(done, { interval: 20 }).toBe(true);
    },
  };
}

const team = (...agents: readonly object[]) => ({
  teams: { solo: { description: "d", speakers: { policy: "round-robin" }, agents, stop: { textMention: "ENOUGH" } } },
});
const EVE = { name: "Eve", description: "Speaks.", model: "m" };
const kinds = (messages: readonly ThreadMessage[]) =>
  messages.flatMap(({ metadata }) => (metadata ? [String(metadata.event_payload["o"])] : []));
/** In a message of its own, or in the answer, which then names the event of the end. */
const hasEnded = (thread: () => readonly ThreadMessage[]) => () =>
  kinds(thread()).some((id) => id.includes(".end.")) || thread().some(({ metadata }) => metadata?.event_payload["e"] !== undefined);
/** Each once; the end may have needed a message of its own. */
const expectAnswerOnce = (messages: readonly ThreadMessage[]): void =>
  expect(["1.card.0,4.turn.0", "1.card.0,4.turn.0,5.end.0"]).toContain(kinds(messages).join());

/** It ended by itself, in good order, within its ten seconds. */
function expectGoodEnd({ code, signal, said }: Awaited<ReturnType<Running["end"]>>): void {
  expect({ code, signal }).toEqual({ code: 0, signal: null });
  expect(said).not.toContain("did not end in time");
  expect(said).not.toContain("    at ");
}

test("asked to end in the middle of a model's answer, it ends, and the next start has the turn", async () => {
  const world = await stage({ ...team(EVE), sandbox: { executor: "off" } }, { Eve: [{ text: "Here I am. ENOUGH", delayMs: 3_000 }] });
  const first = await world.start();
  const thread = await world.mention("@parley speak");
  await world.until(() => world.slack.control.calls("assistant.threads.setStatus").length > 0);
  expectGoodEnd(await first.end());
  expect(kinds(thread())).not.toContain("4.turn.0");
  const second = await world.start();
  await world.until(hasEnded(thread));
  expectAnswerOnce(thread());
  expectGoodEnd(await second.end());
});

test("neither token is in the database, in what is written beside it, or in what is said to the operator, also when Slack refuses it", async () => {
  const world = await stage({ ...team(EVE), sandbox: { executor: "off" } }, { Eve: ["Here I am. ENOUGH"] });
  const first = await world.start();
  world.slack.control.fault({ method: "users.info", kind: "error", code: "invalid_auth" });
  const thread = await world.mention("@parley speak");
  await world.until(hasEnded(thread));
  world.slack.control.fault({ method: "chat.postMessage", kind: "error", code: "token_revoked" });
  await world.mention("@parley speak again");
  await world.until(() => world.slack.control.calls("chat.postMessage").some(({ error }) => error === "token_revoked"));
  const files = (await readdir(world.folder)).filter((name) => name.startsWith("parley.db"));
  const kept = Buffer.concat(await Promise.all(files.map((name) => readFile(join(world.folder, name)))));
  const { said } = await first.end();
  expect(said).toContain("Slack refuses SLACK_BOT_TOKEN (token_revoked)");
  for (const token of [world.slack.botToken, world.slack.appToken]) {
    expect(said).not.toContain(token);
    expect(kept.includes(token)).toBe(false);
  }
});

test("asked to end while a post has no answer, it ends, and the next start finds the post and does not make it again", async () => {
  const world = await stage({ ...team(EVE), sandbox: { executor: "off" } }, { Eve: ["Here I am. ENOUGH"] });
  const first = await world.start();
  world.slack.control.fault({ method: "chat.postMessage", kind: "timeout_after" });
  const thread = await world.mention("@parley speak");
  await world.until(() => kinds(thread()).length === 1);
  expectGoodEnd(await first.end());
  const store = openSqliteReadOnly({ path: join(world.folder, "parley.db") });
  expect((await store.duePosts(undefined, 10))[0]).toMatchObject({ seq: 1, kind: "card", sendingSince: expect.any(String) as string });
  await store.close();
  const second = await world.start();
  await world.until(hasEnded(thread));
  expectAnswerOnce(thread());
  expectGoodEnd(await second.end());
});

describe.skipIf(!(await dockerAvailable()))("with a Docker engine", () => {
  test("asked to end in the middle of a code run, it ends, leaves no container, and the next start runs the code", async () => {
    const code = "Run this.\n\n```python\nimport time\nprint('begun', flush=True)\ntime.sleep(4)\nprint('done')\n```";
    const agents = [{ ...EVE, name: "Coder" }, { name: "Runner", kind: "code-runner", description: "Runs it.", runs: ["Coder"] }, EVE];
    const sandbox = { executor: "docker", image: sandboxImage(), memoryMb: 64, timeoutSeconds: 30 };
    const world = await stage({ ...team(...agents), sandbox }, { Coder: [code], Eve: ["It ran. ENOUGH"] });
    let instance: string | undefined;
    const containers = () => new Docker().listContainers({ all: true, filters: { label: [`parley.instance=${instance}`] } });
    const isRunning = async () => {
      const tables = await Promise.all(
        (await containers()).map(({ Id }) =>
          new Docker()
            .getContainer(Id)
            .top()
            .catch(() => undefined),
        ),
      );
      return JSON.stringify(tables).includes("main.py");
    };
    const first = await world.start();
    instance = await instanceOf(join(world.folder, "parley.db"));
    expect(instance).toMatch(/^[0-9a-f-]{36}$/);
    const thread = await world.mention("@parley run it");
    await world.until(isRunning);
    expectGoodEnd(await first.end());
    expect(await containers()).toEqual([]);
    const second = await world.start();
    await world.until(hasEnded(thread));
    expect(JSON.stringify(thread().map(({ blocks }) => blocks))).toContain("done");
    expect(new Set(kinds(thread())).size).toBe(kinds(thread()).length);
    expectGoodEnd(await second.end());
    expect(await containers()).toEqual([]);
  });
});
