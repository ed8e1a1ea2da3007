import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import { createKeyRing } from "../../../src/store/key-ring.ts";
import { fakeClock, type FakeClock } from "../../../src/store/contracts/fake-clock.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { loginFetch } from "../../../src/tools/login/login-fetch.ts";
import { createLogins, type Logins, type Wanted } from "../../../src/tools/login/logins.ts";
import { loginPages } from "../../../src/tools/login/pages.ts";
import { type OAuthFixture, startOAuthFixture } from "../../fixtures/mcp-oauth.ts";
import { visit } from "../../support/login-browser.ts";

let desk: OAuthFixture;
let door: Server;
let clock: FakeClock;
let logins: Logins;
let twin: Logins;
let backs: string[];
let logged: string[];
const address = () => `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
const key = { workspace: "T1", server: "desk", owner: "person/U1" };
const wanted: Wanted = { key, person: "Maria", about: "thread" };

beforeAll(async () => {
  desk = await startOAuthFixture();
  door = createServer((request, response) => void loginPages({ logins, address, log })(request, response));
  await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  door.closeAllConnections();
  door.close();
  await desk.close();
});
const log = (problem: string, error?: unknown) => void logged.push(`${problem} ${error instanceof Error ? error.message : ""}`);
beforeEach(() => {
  clock = fakeClock();
  [backs, logged] = [[], []];
  const { store, logins: open } = openSqlite({ path: ":memory:", ...clock });
  const parts = {
    vault: open(createKeyRing([randomBytes(32)])),
    exclusively: <Value>(on: string, job: () => Promise<Value>) => store.exclusively(on, job),
    serverOf: (name: string) => (name === "desk" ? { name, url: desk.url } : undefined),
    address,
    onBack: async ({ about }: Wanted, kind: string) => void backs.push(`${about} ${kind}`),
    clock,
    log,
  };
  // Of another process.
  [logins, twin] = [createLogins(parts), createLogins(parts)];
});

test("a login that can be renewed is renewed once, whoever asks, and each refresh token is used once", async () => {
  desk.renews = true;
  await visit((await logins.offer(wanted)) ?? "");
  desk.renews = false;
  expect(backs).toEqual(["thread given"]);
  const first = (await logins.of(key).token()) ?? "";
  await clock.advance(3_600_000);
  const before = desk.counts.renewed;
  const next = await Promise.all([logins, logins, twin].map((one) => one.of(key).token()));
  expect(desk.counts.renewed).toBe(before + 1);
  expect(new Set(next).size).toBe(1);
  expect(next[0]).not.toBe(first);
  // What was refused a moment ago has a newer one already.
  expect(await twin.of(key).insteadOf(first)).toBe(next[0]);
});

test("one whose renewal is refused is gone, and the operator is told without a secret", async () => {
  desk.renews = true;
  await visit((await logins.offer(wanted)) ?? "");
  desk.renews = false;
  desk.expire();
  const token = (await logins.of(key).token()) ?? "";
  expect(await logins.of(key).insteadOf(token)).toBeUndefined();
  expect(await logins.of(key).token()).toBeUndefined();
  expect(logged.join("\n")).toContain('the login of person/U1 for "desk" has run out');
  expect(desk.tokens.filter((secret) => logged.join("\n").includes(secret))).toEqual([]);
});

test("a link works once, for ten minutes, and in the browser in which it was opened", async () => {
  const link = (await logins.offer(wanted)) ?? "";
  const stolen = await visit(link, { cookie: "parley_login=another" });
  expect(stolen.back).toContain("This link is used up");
  expect((await visit(link)).offered).toContain("This link is used up");
  const late = (await logins.offer(wanted)) ?? "";
  await clock.advance(600_000);
  await logins.offer(wanted);
  expect((await visit(late)).offered).toContain("This link is used up");
  expect(await logins.of(key).token()).toBeUndefined();
  expect(backs).toEqual([]);
});

test("Parley is entered once at a login's server, for all who log in there", async () => {
  const before = desk.counts.registered;
  for (const owner of ["person/U1", "person/U2"]) await visit((await logins.offer({ ...wanted, key: { ...key, owner } })) ?? "");
  expect(desk.counts.registered).toBe(before + 1);
  const [one, other] = await Promise.all(["person/U1", "person/U2"].map((owner) => logins.of({ ...key, owner }).token()));
  expect(one).not.toBe(other);
});

test("a server outside cannot name an address inside of our net for its logins", async () => {
  const fetch = await loginFetch("https://8.8.8.8/mcp", { clock });
  for (const inside of [
    "http://127.0.0.1:1/token",
    "https://127.0.0.1/token",
    "https://[::1]/token",
    "http://8.8.8.8/token",
    "https://localhost/token",
  ])
    await expect(fetch(inside)).rejects.toThrow(/public net|fetch failed/);
});
