import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { defineTool, z } from "../../src/index.ts";
import { createParley, isEvent, type Parley, type RunEvent } from "../../src/parley.ts";
import { folderWith } from "../config/team-files.ts";
import { startModelServer } from "../models/servers/model-server.ts";
import { sealed, THINKING_MODELS, THOUGHT, type ThinkingModel } from "../support/thinking-models.ts";

const THREAD = "T/C/1";
const MARIA = { id: "U1", name: "Maria" };
const JONAS = { id: "U2", name: "Jonas" };
const ADDRESS = "maria.huber@example.org";

interface Desk {
  readonly context?: object | string;
  readonly approval?: "always" | "never";
  readonly guards?: readonly object[];
  /** What the tool gives; until there is something, it does not come back. */
  readonly found?: (q: string) => string;
}

/** A team of one with a tool, before a server of this format, on a database of its own that is opened anew as often as the test wants. */
async function desk(thinking: ThinkingModel) {
  const server = await startModelServer();
  onTestFinished(() => server.close());
  const cwd = folderWith({});
  let opened: Parley | undefined;
  onTestFinished(async () => opened?.stop());

  async function open({ context = "all", approval = "never", guards = [], found }: Desk = {}) {
    await opened?.stop();
    const look = defineTool({
      name: "look",
      description: "Looks something up.",
      input: z.object({ q: z.string() }),
      approval,
      run: ({ q }) => found?.(q) ?? new Promise<string>(() => undefined),
    });
    const model = { ...thinking.entry, baseUrl: server.url + thinking.path, attempts: 1 };
    const data = {
      models: { m: model, minutes: { provider: "openai-compatible", model: "minutes", baseUrl: `${server.url}/v1`, attempts: 1 } },
      guards,
      sandbox: { executor: "off" },
      teams: {
        desk: {
          description: "Answers.",
          speakers: { policy: "round-robin" },
          agents: [{ name: "Ana", description: "Answers.", model: "m", tools: ["look"], handoffs: ["human"], toolRoundsMax: 20, context }],
          stop: { textMention: "DONE" },
        },
      },
    };
    const parley = await createParley({
      settings: loadSettings({ env: thinking.env, cwd, data, definitions: [look] }),
      env: thinking.env,
      dbPath: join(cwd, "parley.db"),
      log: () => undefined,
    });
    opened = parley;
    const seen: RunEvent[] = [];
    let wake = (): void => undefined;
    parley.runner.follow((_thread, item) => {
      if (isEvent(item)) seen.push(item);
      wake();
    });
    await parley.start();
    return {
      parley,
      say: (text: string, person = MARIA) => parley.runner.say({ thread: THREAD, workspace: "T", person, text, id: text, addressed: true }),
      until: (type: RunEvent["type"]) =>
        new Promise<void>((resolve) => {
          wake = () => void (seen.some((event) => event.type === type) && resolve());
          wake();
        }),
      log: async () => (await parley.runner.read(THREAD)).events,
    };
  }
  return { server, open };
}

const LOOK = { id: "c1", name: "look", args: '{"q":"tea"}' };

describe.each(THINKING_MODELS)("$name", (thinking) => {
  const want = [{ kept: thinking.kept(1), calls: [LOOK] }];

  test("go back with their call when the process ended before its result", async () => {
    const { server, open } = await desk(thinking);
    server.will({ body: thinking.calls(1, [LOOK]) }, { body: thinking.says("Tea. DONE") });
    const first = await open();
    await first.say("Drink?");
    await first.until("tool.called");
    const second = await open({ found: () => "green" });
    await second.until("run.stopped");
    expect(thinking.given(server.requests[1]?.body ?? {})).toEqual(want);
  });

  test("go back with all calls of a reply, each with its own", async () => {
    const { server, open } = await desk(thinking);
    const other = { id: "c2", name: "look", args: '{"q":"milk"}' };
    server.will({ body: thinking.calls(1, [LOOK, other]) }, { body: thinking.says("Tea. DONE") });
    const first = await open();
    await first.say("Drink?");
    await first.until("tool.called");
    const second = await open({ found: (q) => q });
    await second.until("run.stopped");
    expect(thinking.given(server.requests[1]?.body ?? {})).toEqual([{ kept: thinking.kept(1), calls: [LOOK, other] }]);
  });

  test("go back behind a person's answer to a question", async () => {
    const { server, open } = await desk(thinking);
    const question = { id: "c1", name: "transfer_to_human", args: '{"question":"Which?"}' };
    server.will({ body: thinking.calls(1, [question]) }, { body: thinking.says("Tea. DONE") });
    const first = await open();
    await first.say("Drink?");
    await first.until("handoff.made");
    const second = await open();
    await second.say("green");
    await second.until("run.stopped");
    expect(thinking.given(server.requests[1]?.body ?? {})).toEqual([{ kept: thinking.kept(1), calls: [question] }]);
    expect(JSON.stringify(server.requests[1]?.body)).toContain("green");
  });

  test.each([
    ["a person's yes", { approved: true }, "tea"],
    ["a person's no", { approved: false, reason: "Too late." }, "Too late."],
    ["a yes to other arguments, which are told with the result", { approved: true, edited: '{"q":"milk"}' }, "milk"],
  ])("go back behind %s, with the call as the model made it", async (_what, verdict, told) => {
    const { server, open } = await desk(thinking);
    server.will({ body: thinking.calls(1, [LOOK]) }, { body: thinking.says("Tea. DONE") });
    const first = await open({ approval: "always" });
    await first.say("Drink?");
    await first.until("approval.requested");
    const second = await open({ approval: "always", found: (q) => `found ${q}` });
    expect(await second.parley.runner.approve(THREAD, { call: "c1", person: MARIA, ...verdict })).toBe(true);
    await second.until("run.stopped");
    expect(thinking.given(server.requests[1]?.body ?? {})).toEqual(want);
    expect(JSON.stringify(server.requests[1]?.body)).toContain(told);
  });

  test("go back unchanged where guards find nothing in them, however much what is sealed looks like a key", async () => {
    const { server, open } = await desk(thinking);
    server.will({ body: thinking.calls(1, [LOOK]) }, { body: thinking.says("Tea. DONE") });
    const { say, until } = await open({ guards: [{ guard: "secrets" }, { guard: "personal-data" }], found: () => "green" });
    await say("Drink?");
    await until("run.stopped");
    expect(thinking.given(server.requests[1]?.body ?? {})).toEqual(want);
  });

  test.each(["mask", "stop"])(
    "are left out of the log where a guard finds in them what it has to %s, and the turn goes on",
    async (found) => {
      const { server, open } = await desk(thinking);
      server.will({ body: thinking.calls(1, [LOOK], `I write to ${ADDRESS}.`) }, { body: thinking.says("Tea. DONE") });
      const { say, until, log } = await open({ guards: [{ guard: "personal-data", found }], found: () => "green" });
      await say("Drink?");
      await until("run.stopped");
      expect(JSON.stringify(await log())).not.toContain(ADDRESS);
      expect(JSON.stringify(server.requests[1]?.body)).not.toContain(ADDRESS);
      expect(thinking.given(server.requests[1]?.body ?? {})).toMatchObject([{ calls: [LOOK] }]);
      expect(await log()).toContainEqual(expect.objectContaining({ type: "message.posted", text: "Tea. DONE" }));
    },
  );

  test("do not go back where a guard before the model finds something in them by then", async () => {
    const { server, open } = await desk(thinking);
    server.will({ body: thinking.calls(1, [LOOK], `I write to ${ADDRESS}.`) }, { body: thinking.says("Tea. DONE") });
    const first = await open();
    await first.say("Drink?");
    await first.until("tool.called");
    const second = await open({ guards: [{ guard: "personal-data", at: ["model"], found: "stop" }], found: () => "green" });
    await second.until("run.stopped");
    expect(JSON.stringify(server.requests[1]?.body)).not.toContain(ADDRESS);
    expect(thinking.given(server.requests[1]?.body ?? {})).toMatchObject([{ calls: [LOOK] }]);
  });

  test("go out of the log with the words of a person who was heard there: nobody can read what is sealed in them", async () => {
    const { server, open } = await desk(thinking);
    const question = { id: "c1", name: "transfer_to_human", args: '{"question":"Which?"}' };
    server.will({ body: thinking.calls(1, [question]) }, { body: thinking.says("Tea. DONE") });
    const { parley, say, until, log } = await open();
    await say("Drink?", JONAS);
    await until("handoff.made");
    await say("green");
    await until("run.stopped");
    const kept = async () => (await log()).filter((event) => event.type === "tool.called" && event.kept !== undefined);
    expect(await kept()).toHaveLength(1);
    const by = { workspace: "T", person: JONAS, deed: "forget person", subject: MARIA.id, allowed: true };
    await parley.forgetting.forget({ kind: "person", person: MARIA.id }, by);
    expect(await kept()).toEqual([]);
    expect(await log()).toContainEqual(expect.objectContaining({ type: "tool.called", args: question.args }));
  });

  test.each([
    ["a window of messages", { lastMessages: 4 }],
    ["the first and the last", { head: 1, tail: 3 }],
    ["a budget of tokens", { tokens: 500 }],
    ["a summary", { summary: { model: "minutes", tokensMax: 500 } }],
  ])("are handed over with their calls or not at all, in %s", async (_what, context) => {
    const { server, open } = await desk(thinking);
    const rounds = Array.from({ length: 8 }, (_, nth) => nth + 1);
    const call = (nth: number) => ({ id: `c${nth}`, name: "look", args: `{"q":"tea ${nth}"}` });
    const minutes = THINKING_MODELS.at(-1)?.says("Tea was looked at.") ?? [];
    server.answer = ({ model }) => {
      if (model === "minutes") return { body: minutes };
      const nth = server.requests.filter(({ body }) => body["model"] !== "minutes").length;
      return { body: nth <= rounds.length ? thinking.calls(nth, [call(nth)]) : thinking.says("Tea. DONE") };
    };
    const { say, until } = await open({ context, found: (q) => `${q} `.repeat(60) });
    await say("Drink?");
    await until("run.stopped");
    const asked = server.requests.filter(({ body }) => body["model"] !== "minutes");
    expect(asked).toHaveLength(rounds.length + 1);
    let leftOut = 0;
    asked.forEach(({ body }, at) => {
      const given = thinking.given(body);
      const from = at - given.length;
      leftOut += from;
      expect(given).toEqual(rounds.slice(from, at).map((nth) => ({ kept: thinking.kept(nth), calls: [call(nth)] })));
    });
    expect(leftOut).toBeGreaterThan(0);
    // What was thought is no part of what was said.
    const summed = JSON.stringify(server.requests.filter(({ body }) => body["model"] === "minutes"));
    expect(summed.includes("tea 1")).toBe(typeof context === "object" && "summary" in context);
    for (const words of [THOUGHT, sealed(1)]) expect(summed).not.toContain(words);
  });
});
