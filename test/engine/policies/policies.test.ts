import { describe, expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { graph, type Edge } from "../../../src/engine/policies/graph.ts";
import { ledBy } from "../../../src/engine/policies/led-by.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { candidatesByRule, nextByRule, USER } from "../../../src/engine/policies/selector-rules.ts";
import { swarm } from "../../../src/engine/policies/swarm.ts";
import type { SpeakerPolicy } from "../../../src/engine/team.ts";
import { asked, ended, floor, handed, logOf, said, skipped, started, stopped } from "../../support/facts.ts";
import { says } from "../../support/scripted.ts";

// A policy reads the log and names who is next: each test is a log and a name.

const AGENTS = ["A", "B", "C"].map((name) => says(name));
const ALONE = { to: "C" } as const;

const next = (policy: SpeakerPolicy, ...facts: readonly EventBody[]) => policy(logOf(...facts), AGENTS).map(({ name }) => name);

const task = asked("t");

describe("a graph", () => {
  const line = (more: Partial<Edge> = {}) => graph([{ from: "A", to: "B", ...more }], ["A", "B"]);
  const begun = [started(), task, floor("A")];

  test("begins where no other node leads, in a new run as well, and its own loop makes no node wait", () => {
    expect(next(line(), started(), task)).toEqual(["A"]);
    expect(
      next(
        graph(
          [
            { ...ALONE, from: "C" },
            { from: "B", to: "A" },
          ],
          ["A", "B", "C"],
        ),
        started(),
        task,
      ),
    ).toEqual(["B", "C"]);
    expect(next(line(), ...begun, said("A"), floor("B"), said("B"), stopped, started(), task)).toEqual(["A"]);
    expect(next(line())).toEqual([]);
  });

  test("goes on where it was stopped: who was speaking first, then who was ready", () => {
    expect(next(line(), ...begun, said("A"), stopped, started(), task)).toEqual(["B"]);
    expect(next(line(), ...begun, stopped, started(), task)).toEqual(["A"]);
    // What they say when they have the floor again counts.
    expect(next(line(), ...begun, stopped, started(), task, floor("A"), said("A"))).toEqual(["B"]);
    // Without it, they say it to nobody.
    expect(next(line(), ...begun, stopped, started(), task, said("A"))).toEqual(["A"]);
  });

  test("begins anew where its run does, whatever was pending, and waits again for what had spoken", () => {
    expect(next(line(), ...begun, said("A"), stopped, started({ anew: true }), task)).toEqual(["A"]);
    const both = graph(
      [
        { from: "A", to: "C" },
        { from: "B", to: "C" },
      ],
      ["A", "B", "C"],
    );
    const oneSpoke = [started(), task, floor("A"), floor("B"), said("A"), stopped];
    expect(next(both, ...oneSpoke, started({ anew: true }), floor("A"), floor("B"), said("B"))).toEqual([]);
    expect(next(both, ...oneSpoke, started(), floor("B"), said("B"))).toEqual(["C"]);
  });

  test("a turn without words, and one that a person breaks off, lead on; conditions read the words that there were", () => {
    expect(next(line(), ...begun, skipped("A"))).toEqual(["B"]);
    expect(next(line({ ifContains: "yes" }), ...begun, skipped("A"))).toEqual([]);
    expect(next(line({ ifContains: "yes" }), ...begun, ended("A", "said yes"))).toEqual(["B"]);
    expect(next(line({ ifContains: "yes" }), ...begun, said("A", "no"))).toEqual([]);
    expect(next(line(), started(), task, skipped("A"))).toEqual(["A"]);
    expect(next(line(), started(), task, ended("A", ""))).toEqual(["A"]);
  });

  test("a hand-over to an agent is the end of a turn, and a question to a person is not", () => {
    expect(next(line(), ...begun, handed("A", "C"))).toEqual(["B"]);
    expect(next(line(), ...begun, handed("A", "human"))).toEqual([]);
    expect(next(line(), ...begun, handed("A", "human"), asked("an answer"), said("A"))).toEqual(["B"]);
  });

  test("whoever has the floor is not ready again by that, and others that are ready stay so", () => {
    const fork = graph(
      [
        { from: "A", to: "B" },
        { from: "A", to: "C" },
      ],
      ["A", "B", "C"],
    );
    expect(next(fork, ...begun, said("A"))).toEqual(["B", "C"]);
    expect(next(fork, ...begun, said("A"), floor("B"))).toEqual(["C"]);
    expect(next(fork, ...begun, said("A"), floor("B"), said("B"), floor("C"))).toEqual([]);
  });

  test("what an agent says to a person of its own accord is its turn, whatever it is called", () => {
    const all = graph(
      [
        { from: "A", to: "human" },
        { from: "human", to: "A" },
      ],
      ["A", "human"],
      "A",
    );
    expect(all(logOf(started(), task, floor("A"), said("A")), [...AGENTS, says("human")]).map(({ name }) => name)).toEqual(["human"]);
  });

  test("a turn leads on once, and what is said inside a participant leads nowhere", () => {
    const again = graph(
      [
        { from: "A", to: "B" },
        { from: "B", to: "A", ifContains: "never" },
      ],
      ["A", "B"],
      "A",
    );
    expect(next(again, ...begun, said("A"), floor("B"), said("A"), said("B"))).toEqual([]);
    expect(next(line(), ...begun, said("A", "A", { within: "A" }))).toEqual([]);
    expect(next(line(), ...begun, { ...floor("A"), within: "A" }, said("A"))).toEqual(["B"]);
  });

  test("whoever a person asks for out of order speaks beside the graph; in order, within it", () => {
    const byPerson = { by: "person" } as const;
    expect(next(line(), ...begun, floor("B", byPerson), said("B"), said("A"))).toEqual(["B"]);
    expect(next(line(), started(), task, floor("A", byPerson), said("A"))).toEqual(["B"]);
    // One whom the policy takes out of order, such as a graph that was changed meanwhile, is heard.
    expect(next(line(), started(), task, stopped, started(), floor("A"), said("A"))).toEqual(["B"]);
    const chain = graph(
      [
        { from: "A", to: "B" },
        { from: "B", to: "C" },
      ],
      ["A", "B", "C"],
    );
    expect(next(chain, ...begun, floor("B", byPerson), said("B"))).toEqual([]);
    expect(next(chain, ...begun, floor("B"), said("B"))).toEqual(["C"]);
  });

  test("a person with an agent's name leads nowhere", () => {
    expect(next(line(), ...begun, { ...task, person: { id: "U1", name: "A" }, text: "A" } as EventBody)).toEqual([]);
  });
});

describe("a swarm", () => {
  test("begins with its first agent, keeps the floor with whoever has it, and gives it to whom it is handed", () => {
    expect(next(swarm)).toEqual(["A"]);
    expect(next(swarm, started(), task, floor("B"), said("B"))).toEqual(["B"]);
    expect(next(swarm, started(), task, floor("A"), handed("A", "C"))).toEqual(["C"]);
    expect(next(swarm, started(), task, floor("A"), handed("A", "C"), floor("C"), said("C"))).toEqual(["C"]);
    expect(swarm(logOf(), [])).toEqual([]);
  });

  test("a hand-over to a person, or to nobody of the team, leaves the floor where it is", () => {
    expect(next(swarm, started(), task, floor("B"), handed("B", "human"))).toEqual(["B"]);
    expect(next(swarm, started(), task, floor("B"), handed("B", "Nobody"))).toEqual(["B"]);
  });

  test("a hand-over holds over what is said and over a new run, until somebody else has the floor", () => {
    const handedToC = [started(), task, floor("A"), handed("A", "C")];
    expect(next(swarm, ...handedToC, stopped, started(), task)).toEqual(["C"]);
    expect(next(swarm, ...handedToC, floor("B", { by: "person" }), said("B"))).toEqual(["B"]);
    expect(next(swarm, ...handedToC, floor("C"), said("C"), floor("B", { by: "person" }))).toEqual(["B"]);
  });

  test("begins anew where its run does", () => {
    expect(next(swarm, started(), task, floor("B"), handed("B", "C"), stopped, started({ anew: true }), task)).toEqual(["A"]);
  });

  test("hand-overs inside a participant, and those outside the team, are none of its own", () => {
    const before = [started(), task, floor("B"), said("B")];
    expect(next(swarm, ...before, handed("A", "C", { within: "B" }))).toEqual(["B"]);
    expect(next(swarm, ...before, handed("A", "C", { outside: true }))).toEqual(["B"]);
    expect(next(swarm, ...before, handed("B", "C"), { ...floor("A"), within: "B" })).toEqual(["C"]);
  });
});

describe("round-robin and a leader", () => {
  test("one after the other; anew where the run begins anew; nobody in a team without agents", () => {
    expect(next(roundRobin)).toEqual(["A"]);
    expect(next(roundRobin, started(), task, floor("A"), said("A"))).toEqual(["B"]);
    expect(next(roundRobin, started(), task, floor("C"), said("C"))).toEqual(["A"]);
    expect(next(roundRobin, started(), task, floor("A"), { ...floor("C"), within: "A" })).toEqual(["B"]);
    expect(next(roundRobin, started(), task, floor("B"), stopped, started({ anew: true }))).toEqual(["A"]);
    expect(roundRobin(logOf(), [])).toEqual([]);
  });

  test("a leader leads whoever there is", () => {
    const leader = says("Leader");
    expect(next(ledBy(leader), started())).toEqual(["Leader"]);
    expect(ledBy(leader)(logOf(), [])).toEqual([]);
  });
});

describe("a selector's rules", () => {
  const by = (rules: Parameters<typeof nextByRule>[0], ...facts: readonly EventBody[]) => nextByRule(rules, ["python"])(logOf(...facts));
  const afterA = { after: "A", next: "B" };
  const CODE = "```python\nprint(1)\n```";

  test("the first that fits the last words of the run", () => {
    expect(by([afterA], started(), task)).toBeUndefined();
    expect(by([afterA], started(), task, said("A"))).toBe("B");
    expect(by([afterA, { after: "A", next: "C" }], started(), task, said("A"))).toBe("B");
    expect(by([{ after: USER, next: "A" }], started(), task)).toBe("A");
    expect(by([{ after: "user", next: "A" }], started(), task)).toBe("A");
    expect(by([{ after: USER, next: "A" }], started(), task, said("B"))).toBeUndefined();
    // What does not speak changes nothing.
    expect(by([afterA], started(), task, said("A"), { type: "run.resumed", run: "r" })).toBe("B");
  });

  test("nobody has spoken in a new run, nor before any", () => {
    expect(by([afterA], started(), task, said("A"), stopped, started())).toBeUndefined();
    expect(by([afterA])).toBeUndefined();
    expect(by([{ after: "A", when: { contains: "A" }, next: "B" }], started(), said("A", "A"), started(), ended("A", ""))).toBeUndefined();
  });

  test("words and code, both where both are asked for", () => {
    const rule = (when: { readonly hasCode?: true; readonly contains?: string }) => [{ after: "A", when, next: "B" }];
    expect(by(rule({ contains: "done" }), started(), said("A", "all done"))).toBe("B");
    expect(by(rule({ contains: "done" }), started(), said("A", "not yet"))).toBeUndefined();
    expect(by(rule({ hasCode: true }), started(), said("A", CODE))).toBe("B");
    expect(by(rule({ hasCode: true }), started(), said("A", "```rust\nfn main() {}\n```"))).toBeUndefined();
    expect(by(rule({ hasCode: true }), started(), said("A", "print(1)"))).toBeUndefined();
    expect(by(rule({ hasCode: true, contains: "done" }), started(), said("A", CODE))).toBeUndefined();
    // A hand-over tells of code and brings none.
    expect(by(rule({ hasCode: true }), started(), { ...handed("A", "B"), text: CODE } as EventBody)).toBeUndefined();
  });

  test("a participant that is a team has said what its members said last, in its own name; and no code once it has ended", () => {
    const inside = { within: "A" };
    expect(by([afterA], started(), task, said("Member", "done", inside))).toBe("B");
    expect(by([afterA], started(), task, said("Member", "done", { within: "A/Inner" }))).toBe("B");
    const spoke = [started(), task, said("Member", `done ${CODE}`, inside), ended("A", "enough")];
    expect(by([{ ...afterA, when: { contains: "done" } }], ...spoke)).toBe("B");
    expect(by([{ ...afterA, when: { hasCode: true } }], ...spoke)).toBeUndefined();
    expect(by([afterA], started(), task, ended("A", "had nothing to say"))).toBe("B");
    // A person who is a participant ends a turn with an answer: it was theirs, and what was said is what counts.
    const answered = [started(), task, said("B", "Well?"), asked("done"), ended("A", "")];
    expect(by([{ ...afterA, when: { contains: "done" } }], ...answered)).toBe("B");
    // The end of a turn inside it is not its own.
    expect(by([{ after: "Member", next: "C" }], started(), said("X", "x", inside), ended("Member", "", inside))).toBeUndefined();
  });

  test("an agent whose turn is broken off was the last one, and has said nothing", () => {
    expect(by([afterA], started(), task, said("B"), skipped("A"))).toBe("B");
    expect(by([{ ...afterA, when: { contains: "B" } }], started(), task, said("B"), skipped("A"))).toBeUndefined();
    expect(by([{ after: "C", next: "B" }], started(), task, said("C"), skipped("Member", { within: "A" }))).toBe("B");
  });

  test("what was said outside the team is a person's word to it", () => {
    expect(by([{ after: USER, next: "A" }], started(), said("Boss", "Go on.", { outside: true }))).toBe("A");
  });

  test("candidates are those of every rule for the last speaker, and all where no rule speaks", () => {
    const rules = [
      { after: "A", next: ["B"] },
      { after: "A", next: ["C"] },
      { after: "B", next: [] },
    ];
    const offered = (...facts: readonly EventBody[]) => candidatesByRule(rules)(logOf(...facts));
    expect(offered(started(), said("A"))).toEqual(["B", "C"]);
    expect(offered(started(), said("B"))).toBeUndefined();
    expect(offered(started(), said("C"))).toBeUndefined();
  });
});
