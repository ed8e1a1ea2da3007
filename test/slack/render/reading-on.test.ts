import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../../../src/engine/events/events.ts";
import type { Transcript } from "../../../src/engine/reading/transcript.ts";
import { render } from "../../../src/slack/render/render.ts";
import { runsOf } from "../../support/chance.ts";
import { asks, logOf, question, ran, says, selects, started, stopped, TEAM } from "../log.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";

const t = await loadTranslator("en");

const MARIA = { id: "U0MARIA", name: "Maria" };

/** Everything that makes a message, and what is shown in it later. */
const BODIES: readonly (() => EventBody)[] = [
  () => started("run-2"),
  () => asks("Have a look at the second file", "m2"),
  () => ({ type: "message.posted", person: MARIA, text: "Blue", id: "m3", answers: 4 }),
  () => selects("Coder", "it writes code"),
  () => selects("Critic"),
  () => says("Coder", "Here it is.", 0.01),
  () => says("Critic", "# It looks good\n\nBut for line 3."),
  () => question("Coder", "Which one?", ["Red", "Blue"]),
  () => ({ type: "handoff.made", agent: "Coder", to: "Critic", text: "Have a look" }),
  () => selects("Runner"),
  () => ran("4"),
  () => ({ type: "message.posted", agent: "Runner", text: "4" }),
  () => ({ type: "turn.failed", agent: "Critic", error: { kind: "overloaded", message: "too busy" } }),
  () => ({ type: "turn.skipped", agent: "Coder", person: MARIA }),
  () => ({ type: "turn.ended", agent: "Critic", reason: "done", notices: ["nothing"] }),
  () => ({ type: "speaker.requested", speaker: "Critic", person: MARIA }),
  () => ({ type: "approval.requested", agent: "Runner", call: "c1", what: "print(1)", language: "python" }) as EventBody,
  () => ({ type: "approval.given", call: "c1", approved: true, person: MARIA }),
  () => ({ type: "approval.expired", call: "c1" }),
  () => ({ type: "question.expired", of: 4 }),
  () => ({ type: "run.paused", run: "run-1", person: MARIA }),
  () => ({ type: "run.unpaused", run: "run-1", person: MARIA }),
  () => stopped(),
];

const KINDS: { readonly [type in RunEvent["type"]]?: string } = {
  "run.started": "card",
  "message.posted": "turn",
  "handoff.made": "question",
  "approval.requested": "approval",
  "run.paused": "hold",
  "run.stopped": "end",
};

const shown = (log: Transcript): readonly unknown[] =>
  log.events.flatMap(({ seq, type }) => {
    const kind = KINDS[type];
    return kind === undefined ? [] : [render(t, { seq, kind, part: 0 }, log, TEAM)];
  });

test("what is read on as a log grows is what a log that is read afresh shows, of every message in it", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(BODIES.length - 1), { maxLength: 40 }), (picks) => {
      const { events } = logOf(started(), asks("Add two numbers"), ...picks.map((pick) => BODIES[pick]?.() ?? stopped()));
      const growing: RunEvent[] = [];
      for (const event of events) {
        growing.push(event);
        shown({ events: growing });
      }
      expect(shown({ events: growing })).toEqual(shown({ events: [...growing] }));
    }),
    { numRuns: runsOf(100) },
  );
});
