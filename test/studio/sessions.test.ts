import { expect, test } from "vitest";
import { createAddressSessions } from "../../src/studio/door/address-sessions.ts";
import { createAttempts } from "../../src/studio/door/attempts.ts";
import { createSignedInSessions } from "../../src/studio/door/signed-in-sessions.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ADA = { id: "U1", name: "Ada", workspace: "T1" };

function clockAt(startMs = Date.UTC(2026, 0, 5)) {
  let nowMs = startMs;
  return { now: () => nowMs, pass: (ms: number) => void (nowMs += ms) };
}

/** A store's notes, and how often one was put. */
function notes(before: { readonly [key: string]: string } = {}) {
  const kept = new Map(Object.entries(before));
  let puts = 0;
  return {
    kept,
    puts: () => puts,
    note: async (key: string) => kept.get(key),
    swapNote: async (key: string, from: string | undefined, to: string) => {
      if (kept.get(key) !== from) return false;
      puts++;
      kept.set(key, to);
      return true;
    },
  };
}

test("all addresses together try three hundred times a minute, and as often in the next", () => {
  const clock = clockAt();
  const attempts = createAttempts(clock);
  const letIn = () => Array.from({ length: 310 }, (_, nth) => attempts.may(`192.0.2.${nth % 100}`)).filter(Boolean).length;
  expect(letIn()).toBe(300);
  clock.pass(MINUTE - 1);
  expect(attempts.may("192.0.2.200")).toBe(false);
  clock.pass(1);
  expect(letIn()).toBe(300);
});

test("a session by address lives as long as somebody looks, and the oldest of more than a hundred end", async () => {
  const clock = clockAt();
  const sessions = createAddressSessions(clock);
  const enter = () => sessions.redeem(sessions.mint({ id: "here", name: "Here" })) ?? "";
  const first = enter();
  for (let look = 0; look < 3; look++) {
    clock.pass(12 * HOUR);
    expect(await sessions.of(first)).toMatchObject({ asker: { id: "here" } });
  }
  const session = await sessions.of(first);
  clock.pass(12 * HOUR + 1);
  expect([await session?.isOver(), await sessions.of(first)]).toEqual([true, undefined]);
  const [oldest, second] = [enter(), enter()];
  for (let more = 0; more < 99; more++) enter();
  expect([await sessions.of(oldest), (await sessions.of(second))?.asker.id]).toEqual([undefined, "here"]);
});

test("of more than a hundred addresses that nobody has used the oldest let nobody in", () => {
  const sessions = createAddressSessions(clockAt());
  const tokens = Array.from({ length: 101 }, () => sessions.mint({ id: "here", name: "Here" }));
  expect([sessions.isMinted(tokens[0]!), sessions.redeem(tokens[0]!), sessions.isMinted(tokens[1]!)]).toEqual([false, undefined, true]);
});

test("after seven days one signs in again, however often one has looked", async () => {
  const clock = clockAt();
  const sessions = createSignedInSessions({ store: notes(), clock });
  const cookie = await sessions.begin(ADA);
  for (let hours = 12; hours <= 7 * 24; hours += 12) {
    clock.pass(12 * HOUR);
    expect([hours, await sessions.of(cookie)]).toEqual([hours, expect.objectContaining({ asker: { ...ADA, since: "" } })]);
  }
  clock.pass(1);
  expect(await sessions.of(cookie)).toBeUndefined();
});

test("looks are put down once in ten minutes", async () => {
  const clock = clockAt();
  const store = notes();
  const sessions = createSignedInSessions({ store, clock });
  const cookie = await sessions.begin(ADA);
  for (let look = 0; look < 25; look++) {
    clock.pass(MINUTE);
    await sessions.of(cookie);
  }
  expect(store.puts()).toBe(3);
});

test("who was signed in by a version that keeps other things signs in again, beside nobody else's session", async () => {
  const store = notes({ "studio/sessions/T1/U1": '[{"of":"another version"}]', "studio/sessions/T1/U2": "no JSON" });
  const sessions = createSignedInSessions({ store, clock: clockAt() });
  for (const id of ["U1", "U2"]) {
    expect(await sessions.of(`T1.${id}.${"s".repeat(43)}`)).toBeUndefined();
    expect(await sessions.of(await sessions.begin({ ...ADA, id }))).toMatchObject({ asker: { id } });
  }
});
