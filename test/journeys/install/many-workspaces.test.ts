import { expect, test } from "vitest";
import { PAIR } from "../../support/journey.ts";
import { NORTH, openMany, SOUTH } from "../../support/slack/installing.ts";

const TURNS = ["Ana: One.", "Ben: Two.", "Ana: Three.", "Ben: Four."];

test.each(["http", "sockets"] as const)(
  "over %s, two workspaces install the app and each has its own run, with the same ids",
  async (door) => {
    const many = await openMany({
      file: PAIR,
      replies: { Ana: ["One.", "Three.", "One.", "Three."], Ben: ["Two.", "Four. DONE", "Two.", "Four. DONE"] },
      door,
    });
    expect((await many.install(NORTH)).status).toBe(200);
    expect((await many.install(SOUTH)).status).toBe(200);
    const north = await many.mention(NORTH, "@parley count");
    await north.ended();
    const south = await many.mention(SOUTH, "@parley count");
    await south.ended();
    expect(north.turns()).toEqual(TURNS);
    expect(south.turns()).toEqual(TURNS);
    const threads = (await many.parley.store.recent(10)).map(({ thread, workspace }) => [workspace, thread.split("/")[0]]);
    expect(threads.toSorted()).toEqual([
      [NORTH, NORTH],
      [SOUTH, SOUTH],
    ]);
    await many.quiet();
    expect(many.problems.filter((line) => !line.startsWith("Parley is installed"))).toEqual([]);
  },
);
