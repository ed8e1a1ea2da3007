import { expect, test } from "vitest";
import { teamAsTool } from "../../../src/engine/agents/as-tool.ts";
import { isEvent, type EventBody, type RunEvent } from "../../../src/engine/events/events.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import type { Agent } from "../../../src/engine/team.ts";
import type { CallOrigin } from "../../../src/engine/tool.ts";
import { MARIA, says, team } from "../../support/scripted.ts";
import { aside } from "../../support/turn.ts";

/** The tool of a team of these; who does `yields` notes what it reads. */
function toolOf(yields: readonly EventBody[], ...others: readonly Agent[]) {
  let read: readonly RunEvent[] = [];
  const member: Agent = {
    name: "X",
    description: "",
    async *turn({ transcript }) {
      read = transcript.events.slice();
      yield* yields;
    },
  };
  const agents = [...others, member];
  const panel = team({ name: "panel", agents, nextSpeakers: roundRobin, limits: maxTurns(agents.length) });
  return { tool: teamAsTool(panel, { name: "ask", description: "Asks.", clock: { now: () => 0 } }), read: () => read };
}
const words: EventBody = { type: "message.posted", agent: "X", text: "Seven." };

test("it takes a task, and nothing that is none", async () => {
  const { tool } = toolOf([words]);
  expect(tool.parameters).toEqual({
    type: "object",
    properties: { task: { type: "string", description: "The task, complete in itself: nothing else of the conversation is known." } },
    required: ["task"],
    additionalProperties: false,
  });
  for (const args of [null, "count", undefined, {}, { task: " " }, { task: 7 }])
    expect(await tool.run(args, aside())).toMatchObject({
      kind: "failed",
      error: { kind: "bad_arguments", message: 'ask needs {"task": "…"}: what is to be done, in words.' },
    });
  expect(await tool.run({ task: "count" }, aside())).toEqual({ kind: "returned", output: "Seven." });
});

test("files that tools gave inside are given on, each once, as many as a result may have", async () => {
  const file = (nth: number, bytes = 10) => ({ hash: String(nth), name: `${nth}.png`, mediaType: "image/png", bytes });
  const gave = (...files: readonly ReturnType<typeof file>[]): EventBody => ({
    type: "tool.returned",
    agent: "X",
    call: "c",
    tool: "shot",
    output: "",
    files,
  });
  const ask = (...yields: readonly EventBody[]) => toolOf([...yields, words]).tool.run({ task: "count" }, aside());
  expect(await ask(gave(file(1)), gave(file(1), file(2)))).toEqual({ kind: "returned", output: "Seven.", files: [file(1), file(2)] });
  const many = Array.from({ length: 30 }, (_, nth) => file(nth));
  expect(await ask(gave(...many))).toMatchObject({ files: many.slice(0, 20) });
  expect(await ask(gave(file(1, 15_000_000), file(2, 15_000_000), file(3)))).toMatchObject({ files: [file(1, 15_000_000), file(3)] });
});

test("the run inside is told who asks, in which call, by which rules, and what people hold back", async () => {
  const held = [{ language: "sh", code: "rm", why: "refused", seq: 4 }] as const;
  const origin: CallOrigin = { run: "r", agent: "A", call: "c1", askedBy: MARIA, held, policy: { code: "ask" } };
  const { tool, read } = toolOf([words]);
  await tool.run({ task: "count" }, aside(), origin);
  const started = {
    type: "run.started",
    run: "r/A/c1",
    team: "panel",
    startedBy: MARIA,
    unkept: true,
    code: "ask",
    held,
    seq: 1,
    at: "1970-01-01T00:00:00.000Z",
  };
  expect(read()[0]).toEqual(started);
  await tool.run({ task: "count" }, aside(), { ...origin, held: [], policy: {} });
  expect(read()[0]).toMatchObject({ held: [] });
  await tool.run({ task: "count" }, aside());
  expect(read()[0]).toMatchObject({ run: "tool", startedBy: { id: expect.any(String) as string } });
  expect(read()[0]).not.toHaveProperty("held");
  expect(read().filter(isEvent).at(1)).toMatchObject({ type: "message.posted", text: "count" });
});

test("code that waits for a person's yes cannot be had, a call is asked for; a run that failed has no result, whatever was said in it", async () => {
  const wants: EventBody = { type: "approval.requested", agent: "X", call: "c", what: "rm", language: "sh" };
  expect(await toolOf([wants]).tool.run({ task: "count" }, aside())).toEqual({
    kind: "failed",
    error: { kind: "needs_person", message: "ask needed a person's yes for code and could not ask for it." },
  });
  const calls: EventBody = { type: "approval.requested", agent: "X", call: "c", what: 'rm {"all":true}', tool: "rm" };
  expect(await toolOf([calls]).tool.run({ task: "count" }, aside())).toMatchObject({
    kind: "wishes",
    wish: { tool: "rm", args: '{"all":true}' },
  });
  const failed: EventBody = { type: "turn.failed", agent: "X", error: { kind: "quota", message: "No credit." } };
  const after = await toolOf([failed], says("B", "Six so far.")).tool.run({ task: "count" }, aside());
  expect(after).toMatchObject({
    kind: "failed",
    error: { kind: "failed", message: expect.stringMatching(/^ask gave no result: .*No credit/) as string },
  });
  const silent = await toolOf([{ type: "turn.ended", agent: "X", reason: "" }]).tool.run({ task: "count" }, aside());
  expect(silent).toMatchObject({ kind: "failed", error: { kind: "failed" } });
});
