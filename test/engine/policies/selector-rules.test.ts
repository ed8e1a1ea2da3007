import { expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { candidatesByRule, nextByRule, USER } from "../../../src/engine/policies/selector-rules.ts";
import { asked, ended, handed, logOf, said, skipped, started, stopped } from "../../support/facts.ts";
import { task } from "./next.ts";

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
