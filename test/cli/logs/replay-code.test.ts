import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadSettings } from "../../../src/config/load.ts";
import { createParley, currentRun, isWaiting } from "../../../src/parley.ts";
import type { CodeResult } from "../../../src/sandbox/executor.ts";
import { fakeExecutor, ran } from "../../config/fake-executor.ts";
import { missingParts, SANDBOX_IMAGE } from "../../support/report/requirements.ts";
import { parley } from "../here.ts";
import { eventsIn, folder } from "../stories.ts";

const team = (executor: string, approval = "auto") => `models: { m: { provider: replay, file: replies.yml } }
sandbox: { executor: ${executor}, image: "${SANDBOX_IMAGE}", timeoutSeconds: 20 }
teams:
  main:
    description: Writes code and runs it.
    speakers: { policy: round-robin }
    agents:
      - { name: Coder, description: Writes., model: m }
      - { name: Runner, description: Runs., kind: code-runner, runs: [Coder], approval: ${approval} }
      - { name: Solo, description: Does both., kind: coder, model: m, retriesMax: 1, approval: ${approval} }
    stop: { textMention: DONE }
`;
const python = (code: string): string => `\`\`\`python\n${code}\n\`\`\``;
const sh = (code: string): string => `\`\`\`sh\n${code}\n\`\`\``;
const REPLIES = JSON.stringify({
  Coder: [
    `Two, and what is expected:\n${python("print(6 * 7)\nopen('out/kept.txt', 'w').write('kept')")}\n${python("print('again')")}\n\`\`\`text\n42\n\`\`\``,
    `One that fails, and one behind it.\n${python("raise SystemExit(3)")}\n${python("print('never')")}\n${sh("echo never")}`,
  ],
  Solo: [python("import sys; sys.exit(2)"), '{ "reason": "it failed", "retry": true }', python("print('mended')"), "It works.", "DONE"],
});

/** Those of this machine; what it lacks is named at the end of the suite. */
const lacks = (name: string): boolean => missingParts().some((part) => part.name === name);

const replayed = (cwd: string) => parley(["replay", "last", "--db", "log.db"], { cwd });

describe.each(["docker", "os", "wasm"])("a run whose code ran in %s", (executor) => {
  test.skipIf(lacks(executor))("comes out again with what its code took and was held to", async () => {
    const cwd = folder(REPLIES, team(executor));
    const { out, code } = await parley(["run", "--json", "--db", "log.db", "Work"], { cwd, env: process.env as Record<string, string> });
    const events = eventsIn(out);
    const runs = events.filter((event) => event.type === "code.ran");
    expect({ code, outcomes: runs.map(({ outcome }) => outcome) }).toEqual({ code: 0, outcomes: ["ok", "ok", "error", "ok", "error"] });
    expect(runs.map(({ limits }) => limits?.timeoutMs)).toEqual(runs.map(() => 20_000));
    expect(await replayed(cwd)).toEqual({ code: 0, out: `${events.length} events, identical\n`, err: "" });
  });

  test.skipIf(lacks(executor))("and still waits for a yes to it, waits again", async () => {
    const cwd = folder(REPLIES, team(executor, "ask"));
    const { out } = await parley(["run", "--json", "--db", "log.db", "Work"], {
      cwd,
      typed: "",
      env: process.env as Record<string, string>,
    });
    const events = eventsIn(out);
    expect(events.at(-1)).toMatchObject({ type: "approval.requested", language: "python" });
    expect(await replayed(cwd)).toEqual({ code: 0, out: `${events.length} events, identical\n`, err: "" });
  });
});

describe("a run on any executor", () => {
  /** Holds a conversation in a database, on an executor of one's own. */
  async function held(
    file: string,
    replies: string,
    run: () => CodeResult,
    act: (parley: Awaited<ReturnType<typeof createParley>>, thread: string) => Promise<void>,
  ) {
    const cwd = folder(replies, file);
    const settings = loadSettings({ env: {}, cwd });
    const here = await createParley({
      settings,
      env: {},
      dbPath: join(cwd, "log.db"),
      executor: fakeExecutor(run),
      log: (line) => expect.fail(line),
    });
    const thread = "a thread";
    await act(here, thread);
    const { events } = await here.runner.read(thread);
    await here.stop();
    return { cwd, events };
  }

  const FULL: Partial<CodeResult> = { limits: { timeoutMs: 5, memoryMb: 64, outputBytesMax: 100 }, memoryPeakBytes: 12_345 };
  const person = { id: "terminal", name: "Maria" };

  async function quiet(here: Awaited<ReturnType<typeof createParley>>, thread: string) {
    const settled = Promise.withResolvers<void>();
    const look = async () => {
      const transcript = await here.runner.read(thread);
      if (transcript.events.length > 1 && (!currentRun(transcript).running || isWaiting(transcript))) settled.resolve();
    };
    const release = here.runner.follow(() => void look());
    await look();
    await settled.promise;
    release();
  }

  test("with a file that a person posted, which the code was given", async () => {
    const { cwd, events } = await held(
      team("off"),
      JSON.stringify({ Coder: [python("print(1)")], Solo: ["DONE"] }),
      () => ran("fine\n", { ...FULL, files: [{ name: "a.txt", mediaType: "text/plain", content: Buffer.from("a") }] }),
      async (here, thread) => {
        await here.start();
        const hash = await here.store.putFile(Buffer.from("data"));
        const files = [{ hash, name: "data.csv", mediaType: "text/csv", bytes: 4 }];
        await here.runner.say({
          thread,
          workspace: "terminal",
          person,
          text: "Work",
          id: randomUUID(),
          addressed: true,
          team: "main",
          files,
        });
        await quiet(here, thread);
      },
    );
    const run = events.find((event) => event.type === "code.ran");
    expect(run).toMatchObject({ ...FULL, files: [{ name: "a.txt" }], executor: "a fake sandbox" });
    expect(await replayed(cwd)).toEqual({ code: 0, out: `${events.length} events, identical\n`, err: "" });
  });

  const ASKING = (agents: string, speakers = "{ policy: round-robin }") => `models: { m: { provider: replay, file: replies.yml } }
tools:
  web: { kind: web-fetch, approval: always }
  helper: { kind: agent, description: Helps., agent: { model: m, tools: [web] } }
  panel: { kind: agent, description: Thinks., team: inner }
teams:
  main:
    description: Asks first.
    speakers: ${speakers}
    agents: [${agents}]
    stop: { textMention: DONE }
  inner:
    description: Inner.
    speakers: { policy: round-robin }
    agents:
      - { name: Ina, description: Writes., model: m, tools: [web] }
      - { name: Ivo, description: Runs., kind: code-runner, runs: [Ina], approval: ask }
    stop: { textMention: DONE }
`;
  const fetch = (url: string) => ({ name: "web_fetch", args: { url } });

  test.each([
    [
      "a call",
      "{ name: Ana, description: A., model: m, tools: [web] }",
      { Ana: [{ toolCalls: [fetch("https://a.example"), { name: "nothing" }, fetch("https://b.example")], text: "Both?" }] },
    ],
    [
      "a block of a team inside",
      "{ name: Panel, description: P., kind: team, team: inner }, { name: Ana, description: A., model: m }",
      { Ina: [`${python("print(1)")}\n${sh("ls")}`] },
    ],
    [
      "a call of a team inside",
      "{ name: Panel, description: P., kind: team, team: inner, voice: { model: m } }, { name: Ana, description: A., model: m }",
      { Ina: [{ toolCalls: [fetch("https://a.example")] }] },
    ],
    [
      "calls of two who speak side by side, and a question",
      ["Ana", "Ben", "Eva", "End"]
        .map((name) => `{ name: ${name}, description: ${name}., model: m, tools: [web], handoffs: [human] }`)
        .join(", "),
      {
        Ana: [{ toolCalls: [fetch("https://a.example")] }],
        Ben: [{ toolCalls: [{ name: "transfer_to_human", args: { question: "Well?" } }] }],
        Eva: [{ toolCalls: [fetch("https://e.example")], text: "Please." }],
      },
      "{ policy: graph, edges: [{ from: Ana, to: End }, { from: Ben, to: End }, { from: Eva, to: End }] }",
    ],
  ])("that waits for a yes to %s", async (_what, agents, replies, speakers?: string) => {
    const { cwd, events } = await held(
      ASKING(agents, speakers),
      JSON.stringify(replies),
      () => ran(""),
      async (here, thread) => {
        await here.start();
        await here.runner.say({ thread, workspace: "terminal", person, text: "Work", id: randomUUID(), addressed: true, team: "main" });
        await quiet(here, thread);
      },
    );
    expect(events.some(({ type }) => type === "approval.requested")).toBe(true);
    expect(await replayed(cwd)).toEqual({ code: 0, out: `${events.length} events, identical\n`, err: "" });
  });
});
