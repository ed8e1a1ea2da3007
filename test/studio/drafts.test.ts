import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { createParley } from "../../src/parley.ts";
import type { Aside } from "../../src/store/runs/aside.ts";
import { createDrafts, type Piece } from "../../src/studio/runs/drafts.ts";
import { draftsOfAll, tellOfDrafts } from "../../src/studio/runs/drafts-elsewhere.ts";
import { eventsFrom } from "../../src/studio/runs/live.ts";
import { withEvent, withPiece, type Draft } from "../../web/studio/state/drafts.ts";
import { parley as program } from "../cli/here.ts";
import { folder, TALK } from "../cli/stories.ts";
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

test("a run's stream speaks as `parley run --json --deltas` does: the same events, and between them the same words", async () => {
  const cwd = folder(TALK);
  const printed = await program(["run", "--json", "--deltas", "Talk"], { cwd });
  const lines = printed.out.trim().split("\n").map((line) => JSON.parse(line) as Told); // prettier-ignore
  const parley = await createParley({ settings: loadSettings({ env: {}, cwd }), env: {}, dbPath: ":memory:", asksAtLimits: false, log: () => undefined }); // prettier-ignore
  const shown: Piece[] = [];
  createDrafts(parley.runner).follow(THREAD, (piece) => void shown.push(piece));
  await parley.start();
  await parley.runner.say({ thread: THREAD, workspace: "T1", person: { id: "U1", name: "Ada" }, text: "Talk", id: "1", addressed: true });
  const events = async (): Promise<readonly Told[]> => parley.store.load(THREAD, 0);
  await expect.poll(async () => (await events()).at(-1)?.type).toBe("run.stopped");
  const inOrder = (items: readonly Told[]) => items.filter(({ seq }) => seq !== undefined).map(({ seq, type, agent, text }) => [seq, type, agent, text]); // prettier-ignore
  expect(inOrder(lines)).toEqual(inOrder(await events()));
  const words = (items: readonly Told[]) =>
    [...Map.groupBy(items.filter(({ seq }) => seq === undefined), ({ type, agent }) => `${type} ${agent}`)].map(([whose, of]) => [whose, of.map(({ text }) => text).join("")]); // prettier-ignore
  expect(words(lines)).toEqual(words(shown));
  expect(words(shown)).toContainEqual(["text.delta Ben", "How are you?"]);
  await parley.stop();
});

interface Told {
  readonly type: string;
  readonly seq?: number;
  readonly agent?: string;
  readonly text?: string;
}

test("what a turn says in another process is told where somebody looks, from its beginning and once, and nowhere else", async () => {
  const sides = [new Set<(said: string) => void>(), new Set<(said: string) => void>()] as const;
  const letters: string[] = [];
  let isCut = false;
  const aside = (own: 0 | 1): Aside => ({
    async say(said) {
      letters.push(said);
      if (!isCut) for (const listener of sides[1 - own]!) listener(said);
    },
    follow: (listener) => (sides[own].add(listener), () => void sides[own].delete(listener)),
  });
  let nowMs = 0;
  const sleepers: (() => void)[] = [];
  const clock = { now: () => nowMs, sleep: () => new Promise<void>((wake) => void sleepers.push(wake)) };
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    for (const wake of sleepers.splice(0)) wake();
    for (let turns = 0; turns < 5; turns++) await setImmediate();
  };
  const told = turnsByHand();
  const telling = tellOfDrafts({ drafts: createDrafts(told), aside: aside(0), clock });
  const there = draftsOfAll(createDrafts(undefined), aside(1), clock);
  const say = (words: string): void => told.tell(THREAD, textOf("Ana", words));
  const seen = (pieces: readonly Piece[]): string => pieces.map((piece) => ("text" in piece ? piece.text : "")).join("");
  say("There ");
  await pass(300);
  expect(letters).toEqual([]);
  const heard: Piece[] = [];
  const first = there.follow(THREAD, (piece) => void heard.push(piece));
  expect(first.before).toEqual([]);
  await pass(300);
  say("are ");
  say("th\u0000ree ".padEnd(9_000, "€"));
  await pass(300);
  await pass(300);
  expect(seen(heard)).toBe(`There are ${"th\u0000ree ".padEnd(9_000, "€")}`);
  expect(letters.every((letter) => Buffer.byteLength(letter) <= 6_000)).toBe(true);
  // Whoever comes later sees the beginning here, and it comes to nobody twice.
  const late = there.follow(THREAD, () => undefined);
  expect(seen(late.before)).toBe(seen(heard));
  await pass(300);
  expect(seen(heard)).toHaveLength(9_010);
  // Behind what was lost nothing is told until another turn begins.
  isCut = true;
  say("lost");
  await pass(300);
  isCut = false;
  say(" behind");
  await pass(300);
  expect(seen(heard)).toHaveLength(9_010);
  const saidNow = { type: "message.posted", agent: "Ana", text: "all", model: "m" } as const;
  told.tell(THREAD, recorded(saidNow, 4));
  say("Next");
  await pass(300);
  expect(heard.at(-1)).toEqual({ type: "text.delta", agent: "Ana", text: "Next", after: 4 });
  // Nobody looks: after a while nothing is told.
  for (const one of [first, late]) one.close();
  letters.length = 0;
  await pass(31_000);
  say("to nobody");
  await pass(300);
  await pass(300);
  expect(letters.filter((letter) => letter.includes("pieces"))).toEqual([]);
  telling.close();
  there.close();
});

test("threads that nobody looks at any more leave room for others, and what nobody takes is not kept without end", async () => {
  const hearers = new Set<(said: string) => void>();
  const letters: { readonly thread: string; readonly pieces: readonly Piece[] }[] = [];
  let told = Promise.resolve();
  const aside: Aside = {
    say: (said) => (letters.push(JSON.parse(said) as (typeof letters)[number]), told),
    follow: (hear) => (hearers.add(hear), () => void hearers.delete(hear)),
  };
  let nowMs = 0;
  const clock = { now: () => nowMs, sleep: async () => setImmediate() };
  const turns = turnsByHand();
  const telling = tellOfDrafts({ drafts: createDrafts(turns), aside, clock });
  const look = (thread: string): void => hearers.forEach((hear) => hear(JSON.stringify({ kind: "watch", thread, anew: true })));
  for (let nth = 0; nth < 1_000; nth++) look(`T1/C2/${nth}.1`);
  nowMs += 31_000;
  look(THREAD);
  turns.tell(THREAD, textOf("Ana", "There "));
  await expect.poll(() => letters.map(({ thread }) => thread)).toEqual([THREAD]);
  // The database is slow.
  const slow = Promise.withResolvers<void>();
  told = slow.promise;
  turns.tell(THREAD, textOf("Ana", "are "));
  await expect.poll(() => letters.length).toBe(2);
  for (let nth = 0; nth < 5_000; nth++) turns.tell(THREAD, textOf("Ana", "x"));
  slow.resolve();
  const count = (): number => letters.reduce((sum, { pieces }) => sum + pieces.length, 0);
  await expect.poll(count).toBe(2_002);
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  expect(count()).toBe(2_002);
  telling.close();
});
