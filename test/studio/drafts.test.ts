import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createDrafts, type Piece } from "../../src/studio/runs/drafts.ts";
import { eventsFrom } from "../../src/studio/runs/live.ts";
import { withEvent, withPiece, type Draft } from "../../web/studio/state/drafts.ts";
import { runEvents, studio, write } from "./studio.ts";
import { recorded, textOf, turnsByHand } from "./turns.ts";

const THREAD = "T1/C1/1.1";
test("whoever comes in the middle of a turn is told what has been said of it, and then the rest as it comes", async () => {
  const open = studio();
  await write(open, { events: runEvents({ over: false }).slice(0, 3) });
  const told = turnsByHand();
  const say = (words: string): void => told.tell(THREAD, textOf("Ana", words));
  const drafts = createDrafts(told);
  for (const event of await open.store.load(THREAD, 0)) told.tell(THREAD, event);
  say("There ");
  say("are ");
  told.tell("T1/C2/9.9", textOf("Ben", "elsewhere"));
  const leaving = new AbortController();
  let sight: "all" | "nothing" = "all";
  const items = eventsFrom({ thread: THREAD, seq: 1 }, 3, {
    logs: open.logs,
    clock: open.clock,
    signal: leaving.signal,
    sight: async () => (sight === "all" ? { kind: "all" } : { kind: "places", workspace: "T1", places: [] }),
    drafts,
  });
  expect((await items.next()).value).toEqual({ type: "text.delta", agent: "Ana", text: "There are ", after: 3 });
  const next = items.next();
  await setImmediate();
  say("three");
  expect((await next).value).toEqual({ type: "text.delta", agent: "Ana", text: "three", after: 3 });
  // It is said, and what comes now is behind it.
  const said = { type: "message.posted", agent: "Ana", text: "There are three", model: "m" } as const;
  await write(open, { after: 3, events: [said] });
  told.tell(THREAD, recorded(said, 4));
  say("Or ");
  expect([(await items.next()).value, (await items.next()).value]).toMatchObject([{ seq: 4 }, { text: "Or ", after: 4 }]);
  expect(drafts.follow(THREAD, () => undefined).before).toEqual([{ type: "text.delta", agent: "Ana", text: "Or ", after: 4 }]);
  // Who may see it no more is told no more.
  sight = "nothing";
  const last = items.next();
  say("four");
  expect((await last).done).toBe(true);
  leaving.abort();
});

test("the page puts together what is said by several at once, and shows nothing twice that has been recorded", () => {
  const piece = (agent: string, words: string, after: number): Piece => ({ ...textOf(agent, words), after }) as Piece;
  const selected = recorded({ type: "speaker.selected", agent: "Ana", by: "policy" }, 3);
  let drafts: readonly Draft[] = [];
  for (const one of [piece("Ana", "A ", 3), piece("Ben", "B ", 2), piece("Ana", "and more", 3)])
    drafts = withPiece(drafts, one, [selected]);
  expect(drafts.map((draft) => [draft.agent, draft.text])).toEqual([
    ["Ana", "A and more"],
    ["Ben", "B "],
  ]);
  const said = recorded({ type: "message.posted", agent: "Ana", text: "A and more", model: "m" }, 4);
  drafts = withEvent(drafts, said);
  expect(drafts.map(({ agent }) => agent)).toEqual(["Ben"]);
  // A piece that comes late, and one that comes before the event behind which it is.
  expect(withPiece(drafts, piece("Ana", "late", 3), [selected, said])).toBe(drafts);
  drafts = withPiece(drafts, piece("Ana", "next", 6), [selected, said]);
  drafts = withEvent(drafts, recorded({ type: "tool.called", agent: "Ana", call: "c", tool: "t", args: "{}" }, 6));
  expect(drafts.map((draft) => draft.text)).toEqual(["B ", "next"]);
  // What is said of choosing goes with the choice.
  drafts = withPiece(drafts, { type: "activity", agent: "selector", doing: "is choosing", after: 6 }, [said]);
  expect(withEvent(drafts, recorded({ type: "speaker.selected", agent: "Ben", by: "selector" }, 7))).toHaveLength(1);
});
