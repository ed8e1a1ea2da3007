import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createWorkspace } from "../../../../local-slack/index.ts";
import { startHttpFixture } from "../../../fixtures/mcp-http.ts";
import { nowIn, type FastTime, type Step } from "../child.ts";
import { CONVERSATIONS, writeTeams } from "../conversations.ts";
import { createPeople, type Played } from "../people.ts";
import { containersOf, SPEED, TICK_MS, LOOK_MS, type NamedPoint, type Outcome } from "../stage.ts";
import { callsIn, type Calls } from "./calls.ts";
import { isAtRest, leftIn, logsIn, rowsOf, untilMissed, watchGone } from "./left.ts";
import { nextStepsIn, type NextStep } from "./next-steps.ts";
import { openPlace } from "./place.ts";
import { begin, type Trouble } from "./troubles.ts";
import type { World } from "./world.ts";

/** Some processes of Parley on one database and in one Slack, and what happens to them. */
export interface PlayTogether {
  readonly world: World;
  /** Which of the plays at once this is. */
  readonly slot: number;
  readonly processes: number;
  /** Each is reached by one of the processes, which then is killed or stands still. */
  readonly points?: readonly (NamedPoint & { readonly freezes?: boolean })[];
  readonly troubles?: readonly Trouble[];
  readonly reportsSteps?: boolean;
  readonly image: string | undefined;
  readonly hasEnded: (played: Played) => boolean;
}

export interface OutcomeTogether extends Outcome {
  readonly calls: Calls;
  readonly nextSteps: readonly NextStep[];
  /** The longest time for which somebody who said nothing more was not missed, in real ms by the server's clock. */
  readonly unmissedMs: number;
  /** All that the processes told, and what the tables held in the end: for whoever looks into what went wrong. */
  readonly evidence: readonly string[];
}

/** Clocks of machines that nobody sets: this far from the next one's. */
const APART_MS = 30_000;
/** Longer than the heartbeat is waited for. */
export const FROZEN_MS = 20_000;
/** So long (real ms) nothing has happened, in any process and in Slack, in a play that has not come to its end: many times the longest pause of anybody. */
const STILL_MS_MAX = 90_000;
const PLAY_MS_MAX = 600_000;
/** So long (real ms) everybody is there, and nothing happens to them, before Slack tries again what did not arrive, and before what is there is judged. */
const CALM_MS = 2_000;

export async function playTogether(given: PlayTogether): Promise<OutcomeTogether> {
  const { world, image, processes } = given;
  const folder = mkdtempSync(join(tmpdir(), "parley-together-"));
  const database = await world.database(given.slot);
  const time: FastTime = { epochMs: Date.UTC(2026, 0, 5, 9), startedAtMs: Date.now(), speed: SPEED };
  const mcp = await startHttpFixture();
  writeTeams(folder, image, mcp.url);
  const workspace = await createWorkspace({ port: 0, rateLimits: false, now: () => nowIn(time) });
  const { control, apiUrl, botToken, appToken } = workspace;
  const people = createPeople(workspace, CONVERSATIONS);
  // Slack gives up an event after some tries, which come as fast as all else here: none is wasted while the trouble lasts that does not, nor are
  // those that became due meanwhile made at one blow.
  let calmSinceMs: number | undefined;
  const isCalm = () => calmSinceMs !== undefined && performance.now() - calmSinceMs > CALM_MS;
  const ticking = setInterval(() => {
    const isUndisturbed =
      control.connected() && !world.isDown() && !troubles.isUnderWay() && places.every((place) => place.isReady() && !place.isFrozen());
    calmSinceMs = isUndisturbed ? (calmSinceMs ?? performance.now()) : undefined;
    if (isCalm()) control.tick();
  }, TICK_MS);
  const points = (given.points ?? []).map(({ conversation, ...point }, index) => ({
    ...point,
    channel: people.channelOf(conversation),
    markPath: join(folder, `reached-${index}`),
  }));
  const slack = { apiUrl, botToken, appToken };
  const places = Array.from({ length: processes }, (_, number) =>
    openPlace({
      number,
      folder,
      orders: {
        folder,
        dbPath: database.address(number),
        slack,
        time,
        reportsSteps: given.reportsSteps ?? false,
        traces: true,
        aheadMs: number * APART_MS,
      },
      points: () => points,
      isTroubled: () => world.isTroubled() || troubles.areLeft(),
      frozenMs: FROZEN_MS,
    }),
  );
  const unfollow = world.onTrouble((what) => {
    for (const place of places) {
      if (what === undefined) place.relieved();
      else place.troubled(what);
    }
  });
  const troubles = begin(given.troubles ?? [], { world, database, places });
  const claims = watchGone(database, () => world.isTroubled());
  const trouble: string[] = [];
  try {
    const begunAtMs = performance.now();
    let [stood, movedAtMs] = [0, begunAtMs];
    for (; ; await sleep(LOOK_MS)) {
      people.speak();
      const ends = people.played().map((one) => given.hasEnded(one));
      // One that stood still may say something late, over what is shown, and others show it anew; what is still to be posted may come.
      const isOver = people.haveSaidAll() && ends.every(Boolean) && isCalm() && !troubles.areLeft();
      if (isOver && (await isAtRest(database).catch(() => false))) break;
      const now = performance.now();
      const stands = places.reduce((sum, place) => sum + place.told(), 0) + JSON.stringify(people.played()).length;
      if (stands !== stood || troubles.areLeft() || world.isTroubled()) [stood, movedAtMs] = [stands, now];
      const isStill = now - movedAtMs > STILL_MS_MAX;
      if (!isStill && now - begunAtMs < PLAY_MS_MAX && places.every(({ violations }) => violations.length === 0)) continue;
      trouble.push(
        `it did not come to the end that it should in ${Math.round(now - begunAtMs)} ms${isStill ? ", and nothing goes on" : ""}`,
      );
      break;
    }
    await troubles.end();
    trouble.push(...(await untilMissed(database, processes)));
    await Promise.all(places.map((place) => place.end()));
    const held = await claims.end();
    const played = people.played();
    const logs = await logsIn(
      database.address(0),
      played.map(({ conversation }) => people.keyOf(conversation.name)),
    );
    trouble.push(
      ...held.violations,
      ...places.flatMap(({ violations }) => violations),
      ...(await leftIn(database, logs, { couldLeave: !world.isTroubled() && places.every((place) => place.hasLeft()) })),
    );
    const tables = await rowsOf(database);
    trouble.push(...people.strays(), ...(await containersOf(database.address(0), image)));
    const told = places.map((place) => place.lives());
    const lines = told.flat(2);
    const ofWord = (word: string) => lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
    const deaths = [...places.flatMap((place) => place.deaths), ...troubles.told()];
    return {
      played: played.map((one, index) => ({ ...one, log: logs[index] ?? [] })),
      steps: ofWord("step").map((line) => {
        const { channel, ...step } = JSON.parse(line) as Step;
        return { ...step, conversation: people.nameOf(channel) };
      }),
      deaths,
      reached: (given.points ?? []).filter((_, index) => existsSync(points[index]?.markPath ?? "")),
      trouble,
      log: ofWord("log"),
      calls: callsIn(told),
      nextSteps: nextStepsIn(told, (channel) => {
        const name = people.nameOf(channel);
        return logs[played.findIndex(({ conversation }) => conversation.name === name)] ?? [];
      }),
      unmissedMs: held.longestMs,
      evidence: [...told.flatMap((lives, number) => lives.flat().map((line) => `process ${number}: ${line}`)), ...tables],
    };
  } finally {
    clearInterval(ticking);
    unfollow();
    await troubles.end();
    await Promise.all(places.map((place) => place.end()));
    await claims.end();
    await workspace.close();
    await mcp.close();
    rmSync(folder, { recursive: true, force: true });
    await world.server.sql(`DROP DATABASE IF EXISTS ${database.name} WITH (FORCE)`).catch(() => undefined);
  }
}
