import Database from "better-sqlite3";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { runsInLogs } from "../../../../src/store/runs/runs-in-logs.ts";
import { spacedWordsOf, wordsOf } from "../../../../src/store/records/words.ts";
import { ADA, BOB, open, run, runEvents, tasks, wanted } from "./finished.ts";
import { letNoTimePass } from "../../no-time.ts";

letNoTimePass();

test.each(["index", "logs"] as const)(
  "runs that are over are found by who may see them, words, team, place and person, newest first: %s",
  async (kind) => {
    const opened = open();
    const { store } = opened;
    const runs = kind === "index" ? opened.runs : runsInLogs(store);
    await run(store, { task: "Look for marmots", result: "They sleep till Ostern; größer geht's kaum." });
    await run(store, {
      thread: "T1/C1/2.1",
      minute: 1,
      task: "Reckon",
      team: "sums",
      by: BOB,
      more: [{ type: "message.posted", person: ADA, text: "And add two" }],
    });
    await run(store, { thread: "T1/C2/3.1", minute: 2, task: "Secret marmots", by: BOB });
    await run(store, { thread: "T1/D9/4.1", minute: 3, task: "My own marmots" });
    await run(store, { thread: "T2/C1/5.1", minute: 4, task: "Another workspace's marmots" });
    const going = { thread: "T1/C1/6.1", workspace: "T1", afterSeq: 0, at: "2026-01-01T01:00:00.000Z", posts: [], wake: "none" as const };
    await store.commit({ ...going, events: runEvents({ task: "Goes on" }).slice(0, 3) });

    expect(await tasks(runs)).toEqual(["My own marmots", "Reckon", "Look for marmots"]);
    expect(await tasks(runs, { reader: BOB.id, places: ["T1/C2"] })).toEqual(["Secret marmots", "Reckon"]);
    expect(await tasks(runs, { words: ["MARMOT"] })).toEqual(["My own marmots", "Look for marmots"]);
    expect(await tasks(runs, { words: ["marmots", "ostern;"] })).toEqual(["Look for marmots"]);
    expect(await tasks(runs, { words: ["grö"] })).toEqual(["Look for marmots"]);
    expect(await tasks(runs, { words: ['"', "marmots"] })).toEqual([]);
    expect(await tasks(runs, { words: ["badgers"] })).toEqual([]);
    expect(await tasks(runs, { team: "sums" })).toEqual(["Reckon"]);
    expect(await tasks(runs, { place: "T1/D9" })).toEqual(["My own marmots"]);
    expect(await tasks(runs, { person: BOB.id })).toEqual(["Reckon"]);
    expect(await tasks(runs, { person: ADA.id, team: "sums", words: ["two"] })).toEqual(["Reckon"]);
    expect((await runs.search(wanted({ team: "sums" }))).found).toEqual([
      {
        thread: "T1/C1/2.1",
        seq: 1,
        startedAt: "2026-01-01T00:01:00.000Z",
        endedAt: "2026-01-01T00:01:00.000Z",
        team: "sums",
        startedBy: BOB,
        outcome: "done",
        task: "Reckon",
        turns: 1,
        elapsedMs: 0,
        usage: { inputTokens: 10, outputTokens: 5, cachedTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0, usd: 0.5, calls: 1 },
        priced: true,
      },
    ]);
  },
);

test.each(["index", "logs"] as const)(
  "each page goes on behind the one before, also between two runs of one moment and of one thread: %s",
  async (kind) => {
    const opened = open();
    const runs = kind === "index" ? opened.runs : runsInLogs(opened.store);
    for (let nth = 0; nth < 24; nth++)
      await run(opened.store, {
        thread: `T1/C1/${10 + (nth >> 1)}.1`,
        after: nth % 2 === 0 ? 0 : 5,
        minute: nth >> 2,
        task: `task ${nth}`,
      });
    const seen: string[] = [];
    let behind: string | undefined;
    do {
      const page = await runs.search(wanted({ limit: 5, behind }));
      expect(page.found.length).toBeLessThanOrEqual(5);
      seen.push(...page.found.map(({ task }) => task));
      behind = page.older;
    } while (behind !== undefined);
    expect(seen.toSorted()).toEqual(Array.from({ length: 24 }, (_, nth) => `task ${nth}`).toSorted());
  },
);

test("a place in the list that nobody wrote is its beginning", async () => {
  const { store, runs } = open();
  await run(store, {});
  expect(await tasks(runs, { behind: "') OR 1" })).toEqual(["Count"]);
});

test("each word is found by each of its beginnings", async () => {
  const { store, runs } = open();
  await run(store, { task: "Running happiness scheduling" });
  for (const word of ["running", "happiness", "scheduling"])
    for (let chars = 1; chars <= word.length; chars++) expect(await tasks(runs, { words: [word.slice(0, chars)] })).toHaveLength(1);
  expect(await tasks(runs, { person: "--" })).toEqual([]);
});

test("a text of words with spaces between them has all the words for the index that it has divided", async () => {
  const db = new Database(":memory:");
  onTestFinished(() => void db.close());
  db.exec(`CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
    CREATE VIRTUAL TABLE tokens USING fts5vocab (texts, instance)`);
  const tokensOf = (text: string): Map<string, number> => {
    db.exec("DELETE FROM texts");
    db.prepare("INSERT INTO texts (text) VALUES (?)").run(text);
    const found = db.prepare<[], string>("SELECT term FROM tokens").pluck().all();
    return new Map([...Map.groupBy(found, (term) => term)].map(([term, all]) => [term, all.length]));
  };
  const characters = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...Array.from("abzABZ019 \n'’.,:_-@/$äßéñΩжשعक्षि½²€“„…")) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 0x2400 }).map((code) => String.fromCharCode(code)) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(characters, { maxLength: 60 }), async (all) => {
      const text = all.join("");
      const [divided, entered] = [tokensOf(wordsOf(text).join(" ")), tokensOf(spacedWordsOf(text))];
      expect([...divided].filter(([term, count]) => (entered.get(term) ?? 0) < count)).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

test("only the first page enters what has ended", async () => {
  const { store, runs } = open();
  for (let nth = 0; nth < 2; nth++) await run(store, { thread: `T1/C1/${nth}.1`, minute: nth, task: `task ${nth}` });
  const { older } = await runs.search(wanted({ limit: 1 }));
  await run(store, { thread: "T1/C1/3.1", minute: 0, after: 0, task: "later" });
  expect(await tasks(runs, { behind: older })).toEqual(["task 0"]);
  expect(await tasks(runs)).toContain("later");
});
