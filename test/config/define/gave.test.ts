import { expect, test } from "vitest";
import { z } from "zod";
import { defineAgent } from "../../../src/config/define/agent.ts";
import { defineGuard } from "../../../src/config/define/guard.ts";
import { defineModel } from "../../../src/config/define/model.ts";
import { definePolicy } from "../../../src/config/define/policy.ts";
import { defineStop } from "../../../src/config/define/stop.ts";
import { defineTool } from "../../../src/config/define/tool.ts";
import { callTool, conversation, play, whyStop } from "../../../src/index-testing.ts";

/** What a file of JavaScript gives, where nobody has looked at its types. */
const none = <Wanted>(value: unknown): Wanted => value as Wanted;

const teamOf = (team: object) => ({
  models: { m: { provider: "replay", file: "replies.yml" } },
  teams: {
    pair: {
      description: "Two.",
      speakers: { policy: "round-robin" },
      agents: [{ name: "Ana", model: "m", description: "Asks." }],
      stop: { maxTurns: 1 },
      ...team,
    },
  },
});

async function reasonOf(given: Omit<Parameters<typeof play>[0], "task">): Promise<string> {
  const end = (await play({ ...given, task: "Begin." })).at(-1);
  return end?.type === "run.stopped" ? `${end.outcome}: ${end.reason}` : `no end, but ${end?.type}`;
}

test("a policy that gives no name says what it gave", async () => {
  for (const [value, says] of [
    [{ name: "Ana" }, "an object with name"],
    [Promise.resolve("Ana"), "a promise, and may not wait"],
    [7, "7"],
  ] as const) {
    const policy = definePolicy({ name: "mine", next: () => none(value) });
    expect(await reasonOf({ teams: teamOf({ speakers: { policy: "mine" } }), extensions: [policy] })).toContain(
      `The policy "mine" failed: \`next\` gave ${says}; a name is wanted, several, or nothing.`,
    );
  }
});

test("a stop that gives no line ends the run, and says what it gave", () => {
  const said = conversation("User: Go.", "Ana: Done.");
  for (const [value, says] of [
    [true, "true"],
    [Promise.resolve("Done."), "a promise, and may not wait"],
  ] as const)
    expect(whyStop(defineStop({ name: "mine", schema: z.literal(true), reached: () => none(value) }), said, true)).toBe(
      `the stop "mine" failed: \`reached\` gave ${says}; a line that says why is wanted, or nothing`,
    );
});

test("a model that gives no reply says where it is none, and what is wanted", async () => {
  const teams = { ...teamOf({}), models: { m: { provider: "mine" } } };
  for (const [value, says] of [
    [7, "(7: "],
    [{ txt: "x" }, "(text: "],
    [{ text: "", toolCalls: [{ call: "1", tool: "x" }] }, "(toolCalls.0.args: "],
  ] as const) {
    const reason = await reasonOf({ teams, extensions: [defineModel({ name: "mine", reply: () => none(value) })] });
    expect(reason).toContain(`Model "m" gave no reply that can be read ${says}`);
    expect(reason).toContain("; text is wanted, or { text, toolCalls: [{ call, tool, args }], usage: { inputTokens, outputTokens } }.");
  }
});

test("an agent that gives no text has failed in its turn, and nothing else is recorded of it", async () => {
  const agent = defineAgent({ name: "mine", reply: () => none(undefined) });
  const teams = teamOf({ agents: [{ name: "Ana", kind: "mine", description: "Asks." }] });
  expect(await reasonOf({ teams, extensions: [agent] })).toContain("`reply` gave nothing; text is wanted");
});

test("a guard whose verdict cannot be read stops what it was asked about, and what it gave is not told", async () => {
  for (const [value, says] of [
    ["the secret 4711", "text"],
    [{ word: "4711" }, "an object with word"],
  ] as const) {
    const guard = defineGuard({ name: "mine", look: () => none(value) });
    const reason = await reasonOf({
      teams: { ...teamOf({}), guards: [{ guard: "mine" }] },
      extensions: [guard],
      replies: { Ana: ["Hello."] },
    });
    expect(reason).toContain(`\`look\` gave ${says}; nothing is wanted, { words }, or { stop }`);
    expect(reason).not.toContain("4711");
  }
});

test("null is nothing, as of a policy: a stop goes on, and a guard lets pass", async () => {
  const stop = defineStop({ name: "mine", schema: z.literal(true), reached: () => none(null) });
  expect(whyStop(stop, conversation("User: Go."), true)).toBeUndefined();
  const guard = defineGuard({ name: "mine", look: () => none(null) });
  const looked = await guard.build({}).look("Hello.", { to: "people", agent: "Ana" });
  expect(looked).toBeUndefined();
});

test("of a guard that is made of its settings once, a verdict that cannot be read is none either", async () => {
  const guard = defineGuard({ name: "mine", schema: z.strictObject({}), build: () => () => none({ word: "4711" }) });
  await expect(guard.build({}).look("Hello.", { to: "people", agent: "Ana" })).rejects.toThrow("`look` gave an object with word");
});

test("a tool whose files are none fails, and data with files of another kind is data", async () => {
  const giving = (value: unknown) => defineTool({ name: "mine", description: "Gives.", input: z.object({}), run: () => value });
  expect(await callTool(giving({ text: "x", files: [{ name: "a.png", content: new Uint8Array(3) }] }), {})).toMatchObject({
    kind: "failed",
    error: { message: expect.stringContaining("files.0.mediaType") as string },
  });
  expect(await callTool(giving({ text: "x", files: ["a.png"] }), {})).toEqual({
    kind: "returned",
    output: '{"text":"x","files":["a.png"]}',
  });
});

test("a tool whose arguments no model can be told of is refused where it is defined", () => {
  expect(() => defineTool({ name: "mine", description: "Gives.", input: z.object({ day: z.date() }), run: () => 1 })).toThrow(
    /`input` of the tool "mine" cannot be put as JSON, by which a model is told of it \(Date cannot be represented/,
  );
});
