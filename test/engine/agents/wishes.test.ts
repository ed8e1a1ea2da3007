import { expect, test } from "vitest";
import { assistant } from "../../../src/engine/agents/assistant.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import type { Tool } from "../../../src/engine/tool.ts";
import { MARIA, openLog, scripted, team } from "../../support/scripted.ts";

/** Wants a model to answer what it is called with. */
const LOOK: Tool = {
  name: "look",
  description: "Looks.",
  parameters: { type: "object" },
  approval: "never",
  async run(args, _turn, origin) {
    const [said] = origin?.verdicts ?? [];
    if (!said) return { kind: "wishes", wish: { id: `of-${origin?.call}`, tool: "s/sampling", args: JSON.stringify(args) } };
    return said.approved ? { kind: "returned", output: "seen" } : { kind: "failed", error: { kind: "no", message: "No." } };
  },
};

test("a yes for the run holds for what is wanted next, and not for what was refused before: that is asked for again", async () => {
  const log = openLog();
  log.start("go");
  const asks = (...wanted: readonly string[]) => wanted.map((what) => ({ calls: [{ tool: "look", args: { what } }] }));
  const agent = assistant({
    name: "A",
    description: "",
    instructions: "",
    model: scripted(...asks("one", "two", "three", "one"), "Done."),
    tools: [LOOK],
    handoffs: [],
    toolRoundsMax: 20,
    afterTools: "prose",
  });
  const alone = team({ agents: [agent], nextSpeakers: roundRobin, limits: maxTurns(1) });
  const say = async (approved: boolean, scope?: "run") => {
    for (const { call } of currentRun(log.transcript).approvals)
      log.record({ type: "approval.given", call, approved, person: MARIA, ...(scope ? { scope } : {}) });
    await log.run(alone);
    return log.events.flatMap((event) => (event.type === "approval.requested" ? [JSON.parse(event.what.slice(11)) as unknown] : []));
  };
  await log.run(alone);
  expect(await say(false)).toEqual([{ what: "one" }, { what: "two" }]);
  expect(await say(true, "run")).toEqual([{ what: "one" }, { what: "two" }, { what: "one" }]);
  await say(true);
  const ends = log.events.filter(({ type }) => type === "tool.returned" || type === "tool.failed").map(({ type }) => type);
  expect(ends).toEqual(["tool.failed", "tool.returned", "tool.returned", "tool.returned"]);
});
