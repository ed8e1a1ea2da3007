import { expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { source } from "../../../src/engine/stops/source.ts";
import { textMention } from "../../../src/engine/stops/text-mention.ts";
import { asked, ended, handed, said, started } from "../../support/facts.ts";
import { fires } from "./firing.ts";

test("comes true by the first event that does it, and holds for the run", () => {
  const first = [{ kind: "source", agent: "B" }];
  expect(fires(source("B", "C"), said("A"), said("B"), said("C"))).toEqual(first);
  expect(fires(source("B"), said("A"))).toEqual([]);
  expect(fires(source("B"), ended("B"))).toEqual([]);
  expect(fires(source("B"), said("B"), started())).toEqual([]);
});

test("does not come true by what nobody outside hears, or by what was said outside the team", () => {
  expect(fires(source("B"), said("B", "x", { within: "A", quiet: true } as object))).toEqual([]);
  expect(fires(source("B"), said("B", "x", { outside: true } as object))).toEqual([]);
});

test("of people who are participants each ends the turn that they answer", () => {
  const turn = (agent: string) => handed(agent, "human", { turn: true });
  const both = [turn("Boss"), turn("Chief")]; // Seq 3 and 4.
  const spoke = (name: string, ...facts: readonly EventBody[]) => fires(source(name), ...both, ...facts).length > 0;
  expect([spoke("Boss", asked("x", { answers: 3 })), spoke("Chief", asked("x", { answers: 3 }))]).toEqual([true, false]);
  expect([spoke("Boss", asked("x")), spoke("Chief", asked("x"))]).toEqual([true, true]);
  // Answered already: a second answer ends nothing.
  expect(spoke("Chief", asked("x", { answers: 3 }), asked("y", { answers: 3 }))).toBe(false);
  expect(spoke("Chief", asked("x", { answers: 3 }), asked("y"))).toBe(true);
  expect(fires(source("Boss"), handed("Boss", "human"), asked("x"))).toEqual([]);
  expect(fires(source("Boss"), ...both, started(), asked("x"))).toEqual([]);
  expect(fires(textMention("OK", ["Chief"]), ...both, asked("OK"))).toEqual([{ kind: "textMention", text: "OK", agent: "Chief" }]);
  expect(fires(textMention("OK"), ...both, asked("OK"))).toEqual([{ kind: "textMention", text: "OK", agent: "Boss" }]);
});
