import { expect, test } from "vitest";
import type { AgentSetup, Scenario, Setup, Step, TeamSetup } from "./format.ts";
import { play } from "./scenario.ts";

/** Forms of scenarios that the files beside it do not have: names that the engine keeps for itself, and every type of message in a script. */
const noCode = () => Promise.reject(new Error("no code is run here"));
const script = (name: string, ...turns: NonNullable<AgentSetup["turns"]>): AgentSetup => ({ name, type: "script", turns });
const text = (source: string, content: string) => ({ source, type: "text", content });
const inTeam = (kind: TeamSetup["kind"], agents: readonly AgentSetup[], more: Partial<TeamSetup>, models?: Setup["models"]): Setup => ({
  ...(models ? { models } : {}),
  agents,
  team: { kind, participants: agents.map(({ name }) => name), ...more },
});
const run = (task: string, messages: readonly object[], stop: readonly string[]): Step => ({ op: "run", task, expect: { messages, stop } });
const plays = (setup: Setup, ...steps: readonly Step[]): Promise<string | undefined> => {
  const scenario: Scenario = { id: "here", kind: "team", setup, steps };
  return play(scenario, noCode);
};

test.each(["user", "human", "boss"])(
  "a participant who is a person may be called %s: in turn, chosen, and by a hand-over",
  async (name) => {
    const person = (...inputs: string[]): AgentSetup => ({ name, type: "user_proxy", inputs });
    const asked = { source: name, type: "user_input_requested" };
    const ends = { termination: { type: "text_mention", text: "OK" } };
    const turns = [text("user", "t"), text("a", "a1"), asked, text(name, "hm"), text("a", "a2"), asked, text(name, "OK")];
    expect(
      await plays(inTeam("round_robin", [script("a", "a1", "a2"), person("hm", "OK")], ends), run("t", turns, ["text_mention:OK"])),
    ).toBeUndefined();
    const over = { type: "handoff", target: name, content: "who?" };
    expect(
      await plays(
        inTeam("swarm", [script("a", over), person("me OK")], ends),
        run("t", [text("user", "t"), { source: "a", ...over }, asked, text(name, "me OK")], ["text_mention:OK"]),
      ),
    ).toBeUndefined();
    const chosen = inTeam("selector", [script("a", "a1"), person("hi"), script("c", "c1")], { model: "s", max_turns: 2 }, { s: { replies: [name, "a"] } }); // prettier-ignore
    expect(await plays(chosen, run("t", [text("user", "t"), asked, text(name, "hi"), text("a", "a1")], ["max_turns:2"]))).toBeUndefined();
  },
);

test.each(["user", "human", "boss"])(
  "a run ends at a hand-over to somebody outside, called %s, and their plain words go on",
  async (name) => {
    const setup = inTeam(
      "swarm",
      [{ name: "a", type: "assistant", model: "m", handoffs: [name] }],
      { termination: { or: [{ type: "handoff", target: name }, { type: "text_mention", text: "OK" }] } }, // prettier-ignore
      { m: { replies: [{ tool_calls: [{ name: `transfer_to_${name}` }] }, "thanks OK"] } },
    );
    const asks = [text("user", "t"), { type: "tool_request" }, { type: "tool_execution" }, { source: "a", type: "handoff", target: name }];
    expect(
      await plays(
        setup,
        run("t", asks, [`handoff:a>${name}`]),
        run("blue", [text("user", "blue"), text("a", "thanks OK")], ["text_mention:OK"]),
      ),
    ).toBeUndefined();
  },
);

test("a script says summaries, forms and several parts, and a model nothing", async () => {
  const turns = [
    { type: "tool_summary", content: "r1" },
    { type: "structured", content: { city: "Rome" } },
    { type: "multimodal", content: ["look", "here"] },
    "plain",
  ];
  const said = [...turns.slice(0, 3), { type: "text", content: "plain" }].map((message) => ({ source: "a", ...(message as object) }));
  expect(
    await plays(inTeam("round_robin", [script("a", ...turns)], { max_turns: 4 }), run("t", [text("user", "t"), ...said], ["max_turns:4"])),
  ).toBeUndefined();
  const silent = inTeam("round_robin", [{ name: "a", type: "assistant", model: "m" }, script("b", "b1")], { max_turns: 2 }, { m: { replies: [""] } }); // prettier-ignore
  expect(await plays(silent, run("t", [text("user", "t"), text("a", ""), text("b", "b1")], ["max_turns:2"]))).toBeUndefined();
});
