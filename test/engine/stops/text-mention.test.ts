import { expect, test } from "vitest";
import { handoffTo } from "../../../src/engine/stops/handoff.ts";
import { source } from "../../../src/engine/stops/source.ts";
import { textMention } from "../../../src/engine/stops/text-mention.ts";
import { asked, ended, floor, handed, said } from "../../support/facts.ts";
import { openLog } from "../../support/scripted.ts";
import { fires, say } from "./firing.ts";

test("the stop word is case-sensitive, anywhere a part of a word counts, and it can be limited to some agents", () => {
  const log = openLog();
  log.start("stop");
  const condition = textMention("stop", ["agent"], "anywhere");
  expect(condition(log.transcript)).toEqual([]);
  log.record(say("other", "stop"), say("agent", "STOP"));
  expect(condition(log.transcript)).toEqual([]);
  log.record(say("agent", "unstoppable"));
  expect(condition(log.transcript)).toEqual([{ kind: "textMention", text: "stop", agent: "agent" }]);
});

test.each([
  ["TERMINATE", true],
  ["It is 42. TERMINATE", true],
  ["It is 42.\n\n**TERMINATE**", true],
  ["It is 42.\nTERMINATE.", true],
  ["Verdict: TERMINATE", true],
  ["It is 42 ✅ TERMINATE", true],
  ["- checked\n- TERMINATE", true],
  ["答案是42。TERMINATE", true],
  ["```\nprint(1)\n```\nTERMINATE", true],
  ['He said "done." TERMINATE!', true],
  ["Reply with TERMINATE", false],
  ["Reply with `TERMINATE`.", false],
  ["TERMINATE is what you say at the end", false],
  ["I shall not TERMINATE yet.", false],
  ["He wrote:\n> TERMINATE", false],
  ["This is how:\n```\nTERMINATE\n```", false],
  ["NOTTERMINATE", false],
  ["Exterminate. DETERMINATE", false],
  ["## TERMINATE", true],
  ["It is 42.\n\n### **TERMINATE**", true],
  ["यह 42 है। TERMINATE", true],
  ["هل انتهينا؟ TERMINATE", true],
  ["It is 42.\u00a0TERMINATE", true],
  ["TERMINATE 🎉", true],
  ["It is 42.\n\nTERMINATE\n\n---", true],
  ["It is 42.\nTERMINATE <!-- end -->", true],
  ["<answer>42</answer> TERMINATE", true],
  ["Answer: 42 | TERMINATE", true],
  ["¡Listo! ¡TERMINATE!", true],
  ["«Готово.» «TERMINATE»", true],
  ["It is 42. TERMINATE?", false],
  ["```python\nprint(42)\nTERMINATE", false],
  ["So:\n- ```\n  TERMINATE\n  ```", false],
])("a stop word counts where it ends a message: %j", (words, ends) => {
  const log = openLog();
  log.start("t");
  log.record(say("a", words));
  expect(textMention("TERMINATE")(log.transcript).length > 0).toBe(ends);
});

test("a stop word that is all marks is looked for as it stands", () => {
  const log = openLog();
  log.start("t");
  log.record(say("a", "So be it. !!!"));
  expect(textMention("!!!")(log.transcript)).toHaveLength(1);
});

test("a stop word in the words of agents, beside a hand-over as well, and not in a person's", () => {
  const word = textMention("DONE");
  const fired = [{ kind: "textMention", text: "DONE", agent: "A" }];
  expect(fires(word, said("A", "DONE"))).toEqual(fired);
  expect(fires(word, handed("A", "B", { text: "Over. DONE" }))).toEqual(fired);
  expect(fires(word, handed("A", "B", { text: "Over.", beside: "DONE" }))).toEqual(fired);
  expect(fires(word, handed("A", "B", { text: "DONE", beside: "Over." }))).toEqual(fired);
  expect(fires(word, handed("A", "human", { text: "Shall I?", beside: "DONE" }))).toEqual([]);
  expect(fires(word, asked("DONE"), floor("A", { reason: "DONE" }), ended("A", "DONE"))).toEqual([]);
  expect(fires(textMention("DONE", ["B"]), said("A", "DONE"))).toEqual([]);
});

test("a person who is a participant ends a run with the answer that is their turn, and with no other words", () => {
  const log = openLog();
  log.start("APPROVE or not");
  const [words, spoke] = [textMention("APPROVE", ["Boss"]), source("Boss")];
  log.record({ type: "message.posted", person: { id: "u", name: "Maria" }, text: "APPROVE" });
  log.record({ type: "handoff.made", agent: "Boss", to: "human", text: "draft", turn: true });
  expect([words(log.transcript), spoke(log.transcript)]).toEqual([[], []]);
  log.record({ type: "message.posted", person: { id: "u", name: "Maria" }, text: "APPROVE", answers: 0 });
  expect(spoke(log.transcript)).toEqual([]);
  log.record({ type: "message.posted", person: { id: "u", name: "Maria" }, text: "Fine. APPROVE" });
  expect(words(log.transcript)).toEqual([{ kind: "textMention", text: "APPROVE", agent: "Boss" }]);
  expect(spoke(log.transcript)).toEqual([{ kind: "source", agent: "Boss" }]);
});

test("what a participant who is a person is asked at their turn is nobody's words and no hand-over that ends a run", () => {
  const log = openLog();
  log.start("a");
  const conditions = [textMention("APPROVE", ["Boss"]), textMention("APPROVE"), handoffTo("human")];
  log.record({ type: "handoff.made", agent: "Boss", to: "human", text: "Will you APPROVE", turn: true });
  log.record({ type: "handoff.made", agent: "Boss", to: "human", text: "Say: APPROVE", turn: true });
  expect(conditions.map((condition) => condition(log.transcript))).toEqual([[], [], []]);
  log.record({ type: "handoff.made", agent: "Ana", to: "human", text: "Well? APPROVE" });
  expect(conditions.map((condition) => condition(log.transcript).length)).toEqual([0, 1, 1]);
});
