import { expect, test } from "vitest";
import { createRollCall, readRoll, troublesIn, type Entry, type Roll } from "../../src/alerts/roll.ts";

const START = Date.UTC(2026, 0, 5, 9);
const LOOK_MS = 30_000;
const entry = (name: string, more: Partial<Entry> = {}): Entry => ({ name, startedMs: START, beatMs: START, troubles: [], ...more });
const down = {
  kind: "provider-down",
  subject: "openai (api.openai.com)",
  detail: "5 calls in a row have failed: it is overloaded.",
} as const;

/** Half an hour of looks; `beats`: who says something before which look. What the last look leaves, and who was told to be gone, look by look. */
function looked(begin: Roll, looks: number, beats: (look: number) => Roll) {
  const call = createRollCall();
  let roll = begin;
  const gone: string[][] = [];
  for (let look = 1; look <= looks; look++) {
    roll = call.look({ ...roll, ...beats(look) }, START + look * LOOK_MS);
    // As it goes through the note.
    roll = readRoll(JSON.stringify(roll));
    gone.push(troublesIn(roll).flatMap(({ kind, subject }) => (kind === "process-gone" ? [subject] : [])));
  }
  return { roll, gone };
}

test("who says nothing for four looks in a row is gone, whatever the clocks say; a frozen one that comes back within them is not", () => {
  const beats = (look: number): Roll => ({
    a: entry("worker on a (1)", { beatMs: START + look * LOOK_MS }),
    // An hour ahead, and silent from the third look to the fifth.
    ...(look < 3 || look > 5 ? { b: entry("worker on b (1)", { beatMs: START + 3_600_000 + look * LOOK_MS }) } : {}),
  });
  expect(looked({ c: entry("door on c (1)") }, 10, beats).gone.map((names) => names.join())).toEqual([
    ...Array<string>(4).fill(""),
    ...Array<string>(6).fill("door on c (1)"),
  ]);
});

test("gone is who nobody has come after: where one of the same role has started since, it is told for a minute, and no more", () => {
  const restarted = entry("process on a (2)", { startedMs: START + 20_000 });
  const { gone, roll } = looked({ first: entry("process on a (1)") }, 12, (look) => ({
    second: { ...restarted, beatMs: START + look * LOOK_MS },
  }));
  expect(gone.filter((names) => names.length > 0)).toEqual([["process on a (1)"], ["process on a (1)"]]);
  expect(Object.keys(roll)).toEqual(["second"]);
  const begun = troublesIn({ first: entry("process on a (1)", { goneMs: START }), second: restarted });
  expect(begun).toEqual([
    {
      kind: "process-gone",
      subject: "process on a (1)",
      detail: "Its last word is of 09:00:00 UTC. Another one of its role has started since.",
      sinceMs: START,
    },
  ]);
});

test("what several see is one trouble, since the first saw it; what one saw that is gone is seen by nobody", () => {
  const roll: Roll = {
    a: entry("worker on b (1)", { troubles: [{ ...down, sinceMs: START + 5 }] }),
    b: entry("worker on a (1)", { troubles: [{ ...down, sinceMs: START }] }),
  };
  expect(troublesIn(roll)).toEqual([{ ...down, detail: `${down.detail} Seen by: worker on a (1), worker on b (1).`, sinceMs: START }]);
  const { roll: after } = looked(roll, 6, (look) => ({ b: entry("worker on a (1)", { beatMs: START + look }) }));
  expect(troublesIn(after).map(({ kind }) => kind)).toEqual(["process-gone"]);
});

test("what a newer version sees is left out, and its process is there all the same", () => {
  const roll = readRoll(JSON.stringify({ a: { ...entry("worker on a (1)"), troubles: [{ kind: "of a newer version" }], more: 1 } }));
  expect(roll).toEqual({ a: entry("worker on a (1)") });
  expect(readRoll("no JSON")).toEqual({});
});
