import { expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { render } from "../../../src/slack/render/render.ts";
import { asks, logOf, question, ran, says, selects, started, TEAM } from "../log.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";

const t = await loadTranslator("en");

const MARIA = { id: "U0MARIA", name: "Maria" };

const TURN: readonly EventBody[] = [
  selects("Coder", "it writes code"),
  says("Coder", "Here it is.", 0.01),
  selects("Runner"),
  ran("4"),
  { type: "message.posted", agent: "Runner", text: "4" },
];

/** How often an event is looked at to render what a late turn makes, in a thread of so many turns in which much was asked and decided before. */
function looksAt(turns: number): { readonly turn: number; readonly cards: number } {
  const before: readonly EventBody[] = [
    started(),
    asks("Add two numbers"),
    selects("Coder"),
    question("Coder", "Which one?"),
    asks("Both", "m2"),
    { type: "approval.requested", agent: "Runner", call: "c1", what: "print(1)", language: "python" } as EventBody,
    { type: "approval.given", call: "c1", approved: true, person: MARIA },
    { type: "run.paused", run: "run-1", person: MARIA },
    { type: "run.unpaused", run: "run-1", person: MARIA },
  ];
  let looks = 0;
  const all = logOf(...before, ...Array.from({ length: turns }, () => TURN).flat(), ...TURN).events.map((event) =>
    Object.defineProperty({ ...event }, "type", {
      get: () => {
        looks++;
        return event.type;
      },
      enumerable: true,
    }),
  );
  const events = all.slice(0, -TURN.length);
  const log = { events };
  const counted = (posts: readonly { readonly seq: number; readonly kind: string }[]): number => {
    looks = 0;
    for (const post of posts) expect(render(t, { ...post, part: 0 }, log, TEAM).kind).toBe("message");
    return looks;
  };
  const cards = [1, 4, 6, 8].map((seq, nth) => ({ seq, kind: ["card", "question", "approval", "hold"][nth] ?? "" }));
  counted([...cards, { seq: events.length, kind: "turn" }]);
  events.push(...all.slice(-TURN.length));
  return { turn: counted([{ seq: events.length, kind: "turn" }]), cards: counted(cards) };
}

test("a turn and the cards of a thread of five thousand turns take no more looks at its log than those of one of fifty", () => {
  const [few, many] = [looksAt(50), looksAt(5_000)];
  expect(few.turn).toBeGreaterThan(0);
  expect(many).toEqual(few);
});
