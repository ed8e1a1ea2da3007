import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/engine/clock.ts";
import { newConcessions } from "../../../src/models/refusals/conceding.ts";
import { lessonsIn } from "../../../src/models/refusals/kept-lessons.ts";
import { BARE, lessonsInMemory, type Lesson } from "../../../src/models/refusals/lessons.ts";
import { editNote } from "../../../src/store/notes.ts";
import { openSqlite, openSqliteNotes } from "../../../src/store/sqlite/store.ts";
import type { Store } from "../../../src/store/store.ts";
import { folderWith } from "../../config/team-files.ts";
import { fakeClock } from "../../../src/store/contracts/fake-clock.ts";
import { ask, request } from "../servers/asking.ts";
import { chatServer, modelAt, refuses, says } from "../servers/chat-server.ts";
import { notesIn } from "../servers/notes.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const ofStore = (store: Pick<Store, "note" | "swapNote">) =>
  lessonsIn({ note: (key) => store.note(key), editNote: (key, change) => editNote(store, key, change) });

const lesson = (what: Lesson["what"], at = "2026-11-01T00:00:00Z"): Lesson => ({ what, at });

describe("what was learnt of a server", () => {
  test("none of it is lost when several processes write it down at once", async () => {
    const one = openSqlite({ path: ":memory:", ...systemClock });
    onTestFinished(() => one.store.close());
    const [mine, other] = [ofStore(one.store), ofStore(one.beside().store)];
    const all = ["seed", "temperature", "tools", "images", "stream", "strict", "limit", "roles"] as const;
    await Promise.all(all.map((what, at) => (at % 2 ? mine : other).learn("m", lesson(what))));
    expect((await mine.of("m")).map(({ what }) => what).toSorted()).toEqual(all.toSorted());
  });

  test("is forgotten also while Parley runs on the database, by another process, which says what it was", async () => {
    const path = join(folderWith({}), "log.db");
    const running = openSqlite({ path, ...systemClock });
    onTestFinished(() => running.store.close());
    await ofStore(running.store).learn("m", lesson("seed"));
    const beside = openSqliteNotes({ path });
    expect(await ofStore(beside).forget("m")).toEqual([lesson("seed")]);
    await beside.close();
    expect(await ofStore(running.store).of("m")).toEqual([]);
    expect(() => openSqliteNotes({ path: `${path}-none` })).toThrow(/there is no database/);
  });

  test("what cannot be read, or what only a newer version knows, is learnt anew", async () => {
    const kept = new Map([
      ["model-lessons m", "broken {"],
      ["model-lessons n", JSON.stringify([lesson("seed"), { what: "telepathy", at: "2026-11-01" }, null])],
    ]);
    const lessons = lessonsIn(notesIn(kept));
    expect([await lessons.of("m"), await lessons.of("n")]).toEqual([[], [lesson("seed")]]);
  });

  test("what has run out is not written on", async () => {
    const lessons = lessonsInMemory();
    await lessons.learn("m", lesson("seed", "2026-10-01T00:00:00Z"));
    await lessons.learn("m", lesson("temperature", "2026-11-02T00:00:00Z"));
    expect((await lessons.of("m")).map(({ what }) => what)).toEqual(["temperature"]);
  });
});

describe("a process that goes on", () => {
  /** A server that takes no seed until it is brought up to date. */
  async function upgraded(words = "body.seed: Extra inputs are not permitted") {
    const server = { takesSeeds: false };
    const { url, asked } = await chatServer((body, response) =>
      "seed" in body && !server.takesSeeds ? refuses(response, 400, { error: { message: words } }) : says(response, "Blue."),
    );
    const clock = fakeClock();
    const kept = new Map<string, string>();
    const model = modelAt(url, { seed: 7 }, { lessons: lessonsIn(notesIn(kept)), clock });
    const seeds = async () => {
      const before = asked.length;
      expect((await ask(model, request())).reply).toMatchObject({ kind: "answer" });
      return asked.slice(before).map((body) => "seed" in body);
    };
    return { server, clock, kept, seeds };
  }

  test("asks anew within a minute of a person's having it forgotten", async () => {
    const { server, clock, kept, seeds } = await upgraded();
    expect(await seeds()).toEqual([true, false]);
    expect(await seeds()).toEqual([false]);
    server.takesSeeds = true;
    await lessonsIn(notesIn(kept)).forget([...kept.keys()][0]?.replace("model-lessons ", "") ?? "");
    expect(await seeds()).toEqual([false]);
    await clock.advance(60_000);
    expect(await seeds()).toEqual([true]);
  });

  test("asks anew after thirty days", async () => {
    const { clock, seeds } = await upgraded();
    expect(await seeds()).toEqual([true, false]);
    await clock.advance(29 * DAY_MS);
    expect(await seeds()).toEqual([false]);
    await clock.advance(DAY_MS);
    expect(await seeds()).toEqual([true, false]);
  });

  test("does without everything for an hour where no reason was given, and the next process, too", async () => {
    const { clock, kept, seeds } = await upgraded("Bad Request");
    expect(await seeds()).toEqual([true, false]);
    expect(JSON.parse([...kept.values()][0] ?? "")).toEqual([{ what: BARE, at: expect.any(String) as string }]);
    const next = newConcessions("x", { lessons: lessonsIn(notesIn(kept)), key: [...kept.keys()][0]?.replace("model-lessons ", "") ?? "", clock }); // prettier-ignore
    await next.ready();
    expect(next.isBare).toBe(true);
    await clock.advance(HOUR_MS);
    expect(await seeds()).toEqual([true, false]);
  });

  test("keeps what could not be written down, whatever is read meanwhile", async () => {
    const clock = fakeClock();
    const lessons = { of: () => Promise.resolve([]), learn: () => Promise.reject(new Error("full")), forget: () => Promise.resolve([]) };
    const concessions = newConcessions("x", { lessons, key: "k", clock }, ["images"]);
    await concessions.ready();
    concessions.learn({ what: "seed" });
    await clock.advance(120_000);
    await concessions.ready();
    expect([...concessions.refused]).toEqual(["images", "seed"]);
  });
});
