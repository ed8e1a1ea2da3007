import { expect, test } from "vitest";
import { assistant } from "../../../src/engine/agents/assistant.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import type { Tool } from "../../../src/engine/tool.ts";
import { openLog, scripted, team, type Scripted } from "../../support/scripted.ts";

const calls = (...tools: readonly string[]): Scripted => ({ calls: tools.map((tool) => ({ tool })) });

/** What came of each call, in their order, when these replies follow each other. */
async function played(replies: readonly Scripted[], answerOf: (tool: string, nth: number) => string): Promise<readonly string[]> {
  const log = openLog();
  log.start("go");
  const times = new Map<string, number>();
  const named = (name: string): Tool => ({
    name,
    description: "",
    parameters: { type: "object" },
    async run() {
      const nth = (times.get(name) ?? 0) + 1;
      times.set(name, nth);
      const said = answerOf(name, nth);
      return said === "broken" ? { kind: "failed", error: { kind: "down", message: said } } : { kind: "returned", output: said };
    },
  });
  const agent = assistant({
    name: "A",
    description: "",
    instructions: "",
    handoffs: [],
    toolRoundsMax: 20,
    afterTools: "prose",
    model: scripted(...replies, "done"),
    tools: ["look", "act"].map(named),
  });
  await log.run(team({ agents: [agent], nextSpeakers: roundRobin, limits: maxTurns(1) }));
  return log.events.flatMap((event) =>
    event.type === "tool.returned" ? [event.output] : event.type === "tool.failed" ? [event.error.kind] : [],
  );
}

test("a look between two acts is no repetition, however often", async () => {
  const replies = ["look", "act", "look", "act", "look", "act", "look"].map((tool) => calls(tool));
  expect(await played(replies, (tool) => tool)).toEqual(["look", "act", "look", "act", "look", "act", "look"]);
});

test("waiting for something that changes is no repetition", async () => {
  const replies = Array.from({ length: 5 }, () => calls("look"));
  expect(await played(replies, (_, nth) => `${nth * 20} %`)).toEqual(["20 %", "40 %", "60 %", "80 %", "100 %"]);
});

test("the same call with the same answer is not run a third time in a row, and not a fourth", async () => {
  const replies = Array.from({ length: 4 }, () => calls("look"));
  expect(await played(replies, () => "nothing")).toEqual(["nothing", "nothing", "repeated", "repeated"]);
});

test("the same failure is an answer, too", async () => {
  const replies = Array.from({ length: 3 }, () => calls("look"));
  expect(await played(replies, () => "broken")).toEqual(["down", "down", "repeated"]);
});

test("another answer begins the count anew, and so does another call", async () => {
  const replies = ["look", "look", "look", "look", "look", "act", "look", "look", "look"].map((tool) => calls(tool));
  const answers = await played(replies, (tool, nth) => (tool === "act" ? "acted" : nth <= 2 ? "red" : "green"));
  expect(answers).toEqual(["red", "red", "repeated", "repeated", "repeated", "acted", "green", "green", "repeated"]);
});

test("calls of one reply are made before any of them is answered", async () => {
  expect(await played([calls("look", "look", "look")], () => "nothing")).toEqual(["nothing", "nothing", "nothing"]);
});
