import { describe, expect, test } from "vitest";
import type { ModelReply } from "../../src/engine/model.ts";
import { CALLS_KEPT_MAX, createReplayModels, ReplayError, ReplayFile, type ReplayOptions } from "../../src/models/replay/replay.ts";
import { withRetries } from "../../src/models/retry.ts";
import { modelContract, type ToldReply } from "../contracts/model.ts";
import { fakeClock, until } from "../../src/store/contracts/fake-clock.ts";
import { ask, failureOf, request, textOf } from "./servers/asking.ts";

modelContract("a replay", async () => {
  const replies: unknown[] = [];
  return {
    model: {
      name: "replay",
      // Each call plays a file of one reply: the next that the test has written.
      call: (asked, signal) => play({ Coder: replies.splice(0, 1) }, { wordDelayMs: 1 }).call(asked, signal),
    },
    will: (...told) => void replies.push(...told.map(written)),
    close: async () => undefined,
  };
});

function written(told: ToldReply): unknown {
  if ("fails" in told) return { error: { kind: told.fails } };
  if ("hangs" in told) return { text: `${told.hangs} ${"and on ".repeat(1_000)}` };
  const { usage } = told;
  return {
    text: told.text?.join("") ?? "",
    ...(told.calls ? { toolCalls: told.calls.map(({ name, args }) => ({ name, args: args.join("") || {} })) } : {}),
    ...(usage ? { usage } : {}),
  };
}

const play = (replies: { readonly [agent: string]: readonly unknown[] }, options: ReplayOptions = {}) =>
  createReplayModels(ReplayFile.parse({ replies }), options);
const said = (reply: ModelReply): string => (reply.kind === "answer" ? reply.text : `failed: ${reply.error.message}`);
const next = async (model: ReturnType<typeof play>, agent: string, nth?: number) =>
  said((await ask(model, request({ agent, ...(nth === undefined ? {} : { nth }) }))).reply);

describe("which reply is given", () => {
  test("each agent speaks its own lines in order", async () => {
    const model = play({ Coder: ["one", "two"], Critic: ["good"] });
    expect([await next(model, "Coder"), await next(model, "Critic"), await next(model, "Coder")]).toEqual(["one", "good", "two"]);
  });

  test("after a restart the log says which reply is next, and a turn that was lost is said again", async () => {
    const replies = { Coder: ["one", "two", "three"] };
    expect(await next(play(replies), "Coder", 0)).toBe("one");
    expect(await next(play(replies), "Coder", 1)).toBe("two");
    expect(await next(play(replies), "Coder", 1)).toBe("two");
    expect(await next(play(replies), "Coder", 2)).toBe("three");
  });

  test("threads that run at the same time do not take each other's lines", async () => {
    const model = play({ Coder: ["one", "two"] });
    expect([
      await next(model, "Coder", 0),
      await next(model, "Coder", 0),
      await next(model, "Coder", 1),
      await next(model, "Coder", 1),
    ]).toEqual(["one", "one", "two", "two"]);
  });

  test("a retry inside one call gets the line that follows, and the usage says how many lines were used", async () => {
    const replay = play({ Coder: ["before", { error: { kind: "overloaded" } }, { error: { kind: "unavailable" } }, "at last"] });
    const clock = fakeClock();
    const asked = ask(withRetries(replay, { attempts: 3, clock, random: () => 0 }), request({ nth: 1 }));
    await until(() => clock.sleepers === 1);
    await clock.advance(3_000);
    expect((await asked).reply).toMatchObject({ kind: "answer", text: "at last", usage: { calls: 3 } });
  });

  test("the case of a name matters only when two names differ by it", async () => {
    const model = play({ coder: ["small"], CODER: ["large"], Critic: ["fine"] });
    expect([await next(model, "CODER"), await next(model, "coder"), await next(model, "critic")]).toEqual(["large", "small", "fine"]);
  });

  test("a selector inside a team has its own lines, or those of `selector` where it has none", async () => {
    const model = play({ selector: ["outer"], "Panel/selector": ["inner"] });
    expect([await next(model, "selector"), await next(model, "Panel/selector")]).toEqual(["outer", "inner"]);
    expect(await next(play({ selector: ["plain"] }), "Panel/selector")).toBe("plain");
    await expect(next(play({ Panel: ["no"] }), "Panel/selector")).rejects.toThrow(/no replies for "Panel\/selector"/);
  });

  test("a call that is not foreseen is an error that names the agent and the number of the call", async () => {
    const model = play({ Coder: ["one"] });
    await next(model, "Coder");
    await expect(next(model, "Coder")).rejects.toThrow(
      new ReplayError(
        '"Coder" was called for reply number 2, but the replay file has 1 for it. Add one, or find out why it is called again.',
      ),
    );
    await expect(next(model, "Critic")).rejects.toThrow(/no replies for "Critic"; it has Coder/);
    await expect(next(model, "constructor")).rejects.toThrow(ReplayError);
  });

  test("lines that nobody asked for are left over", async () => {
    const model = play({ Coder: ["one", { error: { kind: "quota" } }], Critic: ["good"] });
    await next(model, "Coder");
    expect(model.leftovers()).toEqual([
      'Coder: reply number 2 of 2 was never asked for ({"error":{"kind":"quota"}})',
      "Critic: reply number 1 of 1 was never asked for (good)",
    ]);
    await next(model, "Coder");
    await next(model, "Critic");
    expect(model.leftovers()).toEqual([]);
  });

  test("requests are kept, up to a limit", async () => {
    const model = play({ Coder: ["again"] });
    for (let call = 0; call < CALLS_KEPT_MAX + 5; call++) await ask(model, request({ nth: 0, system: `call ${call}` }));
    expect(model.calls()).toHaveLength(CALLS_KEPT_MAX);
    expect(model.calls().at(-1)?.system).toBe(`call ${CALLS_KEPT_MAX + 4}`);
  });
});

describe("what a reply holds", () => {
  test("text comes word by word, and words are counted when no usage is written", async () => {
    const { deltas, reply } = await ask(play({ Coder: ["  Six times\nseven  is 42. "] }), request());
    expect(deltas.map((delta) => delta.text)).toEqual(["  Six", " times", "\nseven", "  is", " 42.", " "]);
    expect(reply).toMatchObject({ text: textOf(deltas), usage: { inputTokens: 9, outputTokens: 5 } });
    expect((await ask(play({ Coder: [""] }), request({ system: "", messages: [] }))).reply.usage).toEqual({
      inputTokens: 1,
      outputTokens: 1,
    });
  });

  test("tool calls have ids that are the same after a restart; arguments in quotes are sent as they are", async () => {
    const reply = {
      toolCalls: [{ name: "search", args: { q: "x" } }, { name: "search", args: "{broken" }, { name: "stop" }],
      usage: { input: 10, output: 5 },
    };
    const once = await ask(play({ "The Coder": [reply] }), request({ agent: "The Coder", nth: 0 }));
    expect(once.reply).toEqual({
      kind: "answer",
      text: "",
      usage: { inputTokens: 10, outputTokens: 5 },
      toolCalls: [
        { call: "call_The_Coder_1_1", tool: "search", args: '{"q":"x"}' },
        { call: "call_The_Coder_1_2", tool: "search", args: "{broken" },
        { call: "call_The_Coder_1_3", tool: "stop", args: "{}" },
      ],
    });
    expect((await ask(play({ "The Coder": [reply] }), request({ agent: "The Coder", nth: 0 }))).reply).toEqual(once.reply);
  });

  test("a selector's choice is the JSON that a selector answers with", async () => {
    const { reply } = await ask(play({ selector: [{ next: "Runner", reason: "there is code to run" }] }), request({ agent: "selector" }));
    expect(JSON.parse(said(reply))).toEqual({ next: "Runner", reason: "there is code to run", instruction: "", progress: true });
  });

  test("a failure has its kind, and a wait when one is written", async () => {
    const { reply } = await ask(
      play({ Coder: [{ error: { kind: "rate_limited", message: "Slow down.", retryAfterMs: 1_500 } }] }),
      request(),
    );
    expect(failureOf(reply)).toEqual({ kind: "rate_limited", message: "Slow down.", retryAfterMs: 1_500 });
  });

  test("a delay passes on the clock, and stopping the call ends it", async () => {
    const clock = fakeClock();
    const model = play(
      {
        Coder: [
          { text: "Late.", delayMs: 200 },
          { text: "Never.", delayMs: 200 },
        ],
      },
      { clock },
    );
    const late = ask(model, request());
    await until(() => clock.sleepers === 1);
    await clock.advance(200);
    expect(said((await late).reply)).toBe("Late.");
    const stop = new AbortController();
    const never = ask(model, request(), stop.signal);
    await until(() => clock.sleepers === 1);
    stop.abort();
    expect(failureOf((await never).reply).kind).toBe("aborted");
  });
});

describe("templates", () => {
  const messages = [
    { role: "user", text: "Ada Lovelace: Compute 6 × 7: quickly" },
    { role: "assistant", text: "I do.", toolCalls: [] },
    { role: "user", text: "[code output] Runner: checks: 3 passed\n| result = 42\n|" },
  ] as const;
  const filled = async (reply: unknown, more: object = {}) => (await ask(play({ Coder: [reply] }), request({ messages, ...more }))).reply;

  test("quote the task and what was said last, without names in front", async () => {
    expect(said(await filled("Asked: {{task}}. Ran: {{ last }}"))).toBe(
      "Asked: Compute 6 × 7: quickly. Ran: checks: 3 passed\nresult = 42",
    );
  });

  test("quote a part of what was said last, and say so when it is not there", async () => {
    expect(said(await filled("It printed {{last:/result = (\\d+)/}}, {{last:/^\\w+: \\d/}}, {{last:/missing/}}."))).toBe(
      "It printed 42, checks: 3, (no match).",
    );
  });

  test("are filled in arguments and choices, and other braces are left alone", async () => {
    expect(await filled({ toolCalls: [{ name: "note", args: { deep: ["{{last:/\\d+$/}}"] } }], text: "{{name}} {{}}" })).toMatchObject({
      text: "{{name}} {{}}",
      toolCalls: [{ args: '{"deep":["42"]}' }],
    });
    expect(said(await filled({ next: "Coder", reason: "{{last:/result.*/}}" }))).toContain('"reason":"result = 42"');
  });

  test("a tool's output is quoted whole", async () => {
    const tool = { role: "tool", call: "c", tool: "search", text: "[failure] no luck\n| at all", failed: true } as const;
    expect(said(await filled("{{last}}", { messages: [...messages, tool] }))).toBe("no luck\nat all");
  });

  test("a pattern that would never end is given up", async () => {
    expect(said(await filled("{{last:/^(a+)+$/}}", { messages: [{ role: "user", text: `[agent] Runner: ${"a".repeat(60)}b` }] }))).toBe(
      "(no match)",
    );
  });

  test("a quoted text with dollar signs is quoted as it is", async () => {
    expect(said(await filled("{{last}}", { messages: [{ role: "user", text: "[agent] Runner: $& $1 $$" }] }))).toBe("$& $1 $$");
  });
});

describe("the file", () => {
  const trouble = (reply: unknown): string => ReplayFile.safeParse({ replies: { Coder: [reply] } }).error?.message ?? "";

  test("a pattern that is too long or no regular expression is a mistake in the file, wherever it is", () => {
    expect(trouble(`{{last:/${"a".repeat(201)}/}}`)).toContain("201 characters; at most 200");
    expect(trouble({ toolCalls: [{ name: "note", args: { text: "{{last:/(/}}" } }] })).toContain("is not a regular expression");
  });

  test("unknown keys, kinds and mixtures are mistakes", () => {
    for (const reply of [{ txt: "x" }, { error: { kind: "tired" } }, { next: "Coder", toolCalls: [] }, { toolCalls: [] }, 42, null])
      expect(trouble(reply)).not.toBe("");
  });
});
