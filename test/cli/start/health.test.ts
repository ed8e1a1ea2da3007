import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { openHealth, type Checks } from "../../../src/cli/start/health.ts";
import { main } from "../../../src/cli/main.ts";
import { jsonLog } from "../../../src/cli/start/operator-log.ts";
import { createWorkspace } from "../../../local-slack/index.ts";
import { manualClock } from "../../support/clock.ts";
import { folderWith, SMALL } from "../../config/team-files.ts";
import { parley, terminal } from "../here.ts";

async function open(
  checks: Checks,
  clock = manualClock(),
): Promise<(path: string, method?: string) => Promise<{ status: number; body: unknown }>> {
  const health = await openHealth({ host: "127.0.0.1", port: 0 }, checks, clock);
  onTestFinished(() => health.close());
  return async (path, method = "GET") => {
    const answer = await fetch(`http://127.0.0.1:${health.port}${path}`, { method });
    return { status: answer.status, body: await answer.json() };
  };
}

test("a process that lives is healthy, and ready only when everything that it needs is there", async () => {
  let slack = false;
  const ask = await open({ slack: () => slack, database: async () => true });
  expect(await ask("/healthz")).toEqual({ status: 200, body: { ok: true } });
  expect(await ask("/readyz")).toEqual({ status: 503, body: { ok: false, slack: false, database: true } });
  slack = true;
  expect(await ask("/readyz?verbose")).toEqual({ status: 200, body: { ok: true, slack: true, database: true } });
});

test("a check that breaks or never ends counts as away, and nothing else is told", async () => {
  const clock = manualClock();
  const checks: Checks = {
    database: () => {
      throw new Error("disk full at /secret");
    },
    slack: () => new Promise(() => {}),
  };
  const ask = await open(checks, clock);
  expect(await clock.run(ask("/readyz"))).toEqual({ status: 503, body: { ok: false, database: false, slack: false } });
  expect(await ask("/")).toEqual({ status: 404, body: { ok: false } });
  expect(await ask("/readyz", "POST")).toEqual({ status: 404, body: { ok: false } });
});

test("an operator's log of JSON holds one object a line, whatever is in the message, and never what was said", () => {
  const out = new PassThrough();
  const log = jsonLog(out, () => Date.UTC(2026, 0, 5));
  log.line('two\nlines and a "quote" \u001b[31mred\u001b[0m');
  const at = "2026-01-05T00:00:00.000Z";
  log.recorded("t1", [
    { seq: 1, at, type: "run.started", run: "r1", team: "pair", startedBy: { id: "U1", name: "Maria" } },
    { seq: 2, at, type: "message.posted", person: { id: "U1", name: "Maria" }, text: "a secret" },
    { seq: 3, at, type: "turn.failed", agent: "Ana", error: { kind: "overloaded", message: "a secret" } },
    { seq: 4, at, type: "run.stopped", run: "r1", reason: "a secret", reasons: [], outcome: "failed" },
  ]);
  const lines = String(out.read()).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { at, level: "warn", message: 'two\nlines and a "quote" red' },
    { at, level: "info", message: "run started", thread: "t1", run: "r1", team: "pair" },
    { at, level: "warn", message: "turn failed", thread: "t1", seq: 3, agent: "Ana", failure: "overloaded" },
    { at, level: "info", message: "run stopped", thread: "t1", run: "r1", outcome: "failed" },
  ]);
  expect(lines.join("\n")).not.toContain("secret");
});

test("parley start tells its health while it runs: ready once Slack hears it", async () => {
  const workspace = await createWorkspace({ port: 0 });
  onTestFinished(() => workspace.close());
  const env = {
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_APP_TOKEN: workspace.appToken,
    SLACK_API_URL: workspace.apiUrl,
    ANTHROPIC_API_KEY: "k",
  };
  const here = terminal({ cwd: folderWith({ "parley.yml": `${SMALL}sandbox: { executor: off }\n` }), env });
  const ended = main(["start", "--health", "0"], here.io);
  await here.printed("Parley is in Slack with pair.");
  const port = /Health is told at port (\d+)/.exec(here.out())?.[1];
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([200, { ok: true, slack: true, database: true }]);
  here.interrupt("SIGTERM");
  expect(await ended).toBe(0);
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow("fetch failed");
});

test("without the engine that its team file asks for, Parley lives and is not ready", async () => {
  const workspace = await createWorkspace({ port: 0 });
  onTestFinished(() => workspace.close());
  const env = {
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_APP_TOKEN: workspace.appToken,
    SLACK_API_URL: workspace.apiUrl,
    ANTHROPIC_API_KEY: "k",
    DOCKER_HOST: "tcp://127.0.0.1:1",
  };
  const here = terminal({ cwd: folderWith({ "parley.yml": SMALL }), env });
  const ended = main(["start", "--health", "0"], here.io);
  await here.printed("Parley is in Slack with pair.");
  const port = /Health is told at port (\d+)/.exec(here.out())?.[1];
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([503, { ok: false, slack: true, sandbox: false, database: true }]);
  here.interrupt("SIGTERM");
  expect(await ended).toBe(0);
});

test("a log of another kind is refused with the two there are", async () => {
  const { code, err } = await parley(["start", "--log", "xml"], {
    cwd: folderWith({ "parley.yml": SMALL }),
    env: { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" },
  });
  expect([code, err]).toEqual([2, expect.stringContaining('--log is text or json, not "xml".')]);
});
