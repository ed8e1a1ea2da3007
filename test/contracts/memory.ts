import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Memory, NOTE_CHARS_MAX, type NoteDraft, NOTES_PER_SCOPE_MAX, type Remembered } from "../../src/engine/memory.ts";

const HERE = "T1/C1";
let calls = 0;

/** A note that nobody has kept yet. */
export const draft = (text: string, more: Partial<NoteDraft> = {}): NoteDraft => ({
  scope: HERE,
  agent: "Ana",
  text,
  thread: "T1/C1/1",
  call: `call-${calls++}`,
  askedBy: { id: "U0MARIA", name: "Maria" },
  ...more,
});

/** What every memory does. `open` makes an empty one, for which it is always the same time. */
export function memoryContract(name: string, open: (at: number) => Promise<{ memory: Memory; close: () => Promise<void> }>): void {
  describe(`${name}, as a memory`, () => {
    let memory: Memory;
    let close: () => Promise<void>;
    beforeEach(async () => ({ memory, close } = await open(Date.UTC(2026, 0, 5, 9))));
    afterEach(() => close());
    const keep = async (text: string, more: Partial<NoteDraft> = {}) => idOf(await memory.remember(draft(text, more)));
    const recalled = async (query: string, scope = HERE, limit = 5) =>
      (await memory.recall(scope, { query, limit })).map((note) => note.text);

    test("a note comes back with who kept it, for whom, where and when", async () => {
      const { call: _call, ...said } = draft("We deploy on Tuesdays.");
      const id = await keep(said.text);
      const note = { ...said, id, at: "2026-01-05T09:00:00.000Z" };
      expect(await memory.recall(HERE, { query: "when do we deploy?", limit: 5 })).toEqual([note]);
      expect(await memory.list(HERE, { limit: 10, offset: 0 })).toEqual({ notes: [note], total: 1 });
      expect(await memory.scopes()).toEqual([{ scope: HERE, notes: 1 }]);
    });

    test("a place knows nothing of another one's notes, and cannot delete them", async () => {
      const id = await keep("The launch is on Friday.");
      await keep("The launch is a secret.", { scope: "T1/C2" });
      expect(await recalled("launch")).toEqual(["The launch is on Friday."]);
      expect(await recalled("launch", "T1/C2")).toEqual(["The launch is a secret."]);
      expect(await recalled("launch", "T1/C3")).toEqual([]);
      expect(await memory.forget("T1/C2", id)).toBeUndefined();
      expect((await memory.list(HERE, { limit: 10, offset: 0 })).total).toBe(1);
      expect(await memory.scopes()).toEqual([
        { scope: "T1/C1", notes: 1 },
        { scope: "T1/C2", notes: 1 },
      ]);
    });

    test("what is forgotten is found no more, is told once, and its number is never given again", async () => {
      const id = await keep("The password of the printer is on the printer.");
      expect(await memory.forget(HERE, id)).toMatchObject({ id, text: "The password of the printer is on the printer." });
      expect(await memory.forget(HERE, id)).toBeUndefined();
      expect(await recalled("printer")).toEqual([]);
      expect(await memory.list(HERE, { limit: 10, offset: 0 })).toEqual({ notes: [], total: 0 });
      expect(await memory.scopes()).toEqual([]);
      expect(await keep("Something else.")).toBeGreaterThan(id);
      for (const odd of [0, -1, 1.5, Number.NaN, Number.MAX_VALUE]) expect(await memory.forget(HERE, odd)).toBeUndefined();
    });

    test("the same call again, as after a crash, keeps nothing twice", async () => {
      const once = draft("Tabs, not spaces.");
      const first = await memory.remember(once);
      expect(await memory.remember(once)).toEqual(first);
      expect(first.kind).toBe("kept");
      expect((await memory.list(HERE, { limit: 10, offset: 0 })).total).toBe(1);
    });

    test("a text that is there is not kept twice, and the note that has it is given", async () => {
      const id = await keep("Tabs, not spaces.");
      expect(await memory.remember(draft("Tabs, not spaces.", { agent: "Ben", thread: "T1/C1/2" }))).toMatchObject({
        kind: "known",
        note: { id, agent: "Ana" },
      });
      expect(await keep("Tabs, not spaces.", { scope: "T1/C2" })).not.toBe(id);
    });

    test("the best match comes first: the rarer word counts more, endings and accents do not, and so many are given as were asked for", async () => {
      await keep("The team meets in the kitchen.");
      await keep("The team eats in the kitchen.");
      await keep("The team deploys from the kitchen, in the café.");
      expect((await recalled("the team is deploying"))[0]).toBe("The team deploys from the kitchen, in the café.");
      expect(await recalled("CAFE")).toEqual(["The team deploys from the kitchen, in the café."]);
      expect(await recalled("kitchen", HERE, 2)).toHaveLength(2);
      expect(await recalled("zebra")).toEqual([]);
      expect(await recalled("kitch")).toHaveLength(3);
    });

    test("words are found in languages that put no spaces between them", async () => {
      await keep("会議は金曜日に東京で開きます。");
      await keep("Sitzung am Freitag in Berlin.");
      expect(await recalled("東京")).toEqual(["会議は金曜日に東京で開きます。"]);
      expect(await recalled("freitag")).toEqual(["Sitzung am Freitag in Berlin."]);
    });

    test("without words to look for, the newest notes are given", async () => {
      for (const text of ["one", "two", "three"]) await keep(text);
      for (const query of ["", "  ", "?!"]) expect(await recalled(query, HERE, 2)).toEqual(["three", "two"]);
    });

    test.each([
      '"', '""', "'", "*", "a*", "^a", "-a", "+", "(", ")", "a AND", "OR", "NOT a", "NEAR(a b", "scope:1", "words : x", "{scope words} : a", "a\0b",
      "\ud800", "'); DROP TABLE memories; --", 'x" OR scope : "1', "%", "_", "🙂", "a".repeat(100_000), "a b ".repeat(10_000),
    ])("a query is text and never syntax: %j", async (query) => {
      await keep("a word of ours");
      await keep("a word of theirs", { scope: "T1/C2" });
      expect(await recalled(query)).not.toContain("a word of theirs");
    }); // prettier-ignore

    test("any text can be kept and looked for, and is found by itself", async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), async (some) => {
          const text = `zeta ${some}`.toWellFormed();
          const id = await keep(text);
          expect((await memory.recall(HERE, { query: text, limit: 1 }))[0]?.text).toBe(text);
          expect((await memory.recall(HERE, { query: some, limit: 1 })).length).toBeLessThanOrEqual(1);
          expect((await memory.forget(HERE, id))?.text).toBe(text);
        }),
        { numRuns: 200, examples: [['don\'t "quote" me'], ["a:b AND (c)"], ["naïve café"]] },
      );
    });

    test("a full place keeps no more, and drops nothing; with a note less there is room again", async () => {
      for (let n = 0; n < NOTES_PER_SCOPE_MAX; n++) await keep(`number ${n}`);
      expect(await memory.remember(draft("one too many"))).toEqual({ kind: "full" });
      expect(await memory.remember(draft("elsewhere", { scope: "T1/C2" }))).toMatchObject({ kind: "kept" });
      const { notes, total } = await memory.list(HERE, { limit: 1, offset: NOTES_PER_SCOPE_MAX - 1 });
      expect([total, notes[0]?.text]).toEqual([NOTES_PER_SCOPE_MAX, "number 0"]);
      await memory.forget(HERE, notes[0]?.id ?? 0);
      expect(await memory.remember(draft("one too many"))).toMatchObject({ kind: "kept" });
    });

    test("a note that is too long is refused whole", async () => {
      await expect(memory.remember(draft("x".repeat(NOTE_CHARS_MAX + 1)))).rejects.toThrow(/has 1001 characters; at most 1000/);
      expect((await memory.list(HERE, { limit: 10, offset: 0 })).total).toBe(0);
    });
  });
}

function idOf(remembered: Remembered): number {
  if (remembered.kind === "full") throw new Error("the memory is full");
  return remembered.note.id;
}
