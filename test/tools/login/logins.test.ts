import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import { createKeyRing } from "../../../src/store/key-ring.ts";
import { fakeClock, type FakeClock } from "../../../src/store/contracts/fake-clock.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { loginFetch } from "../../../src/tools/login/login-fetch.ts";
import { createLogins, type Logins, type Wanted } from "../../../src/tools/login/logins.ts";
import { withoutSecrets } from "../../../src/tools/login/oauth.ts";
import { loginPages } from "../../../src/tools/login/pages.ts";
import { callFailure, isAnswer } from "../../../src/tools/mcp/failures.ts";
import { loggedIn } from "../../../src/tools/mcp/http.ts";
import { connectMcp } from "../../../src/tools/mcp/server.ts";
import { withoutLogin } from "../../../src/tools/mcp/without-login.ts";
import { type OAuthFixture, startOAuthFixture } from "../../fixtures/mcp-oauth.ts";
import { goOn, visit } from "../../support/login-browser.ts";

let desk: OAuthFixture;
let door: Server;
let clock: FakeClock;
let logins: Logins;
let twin: Logins;
let backs: string[];
let logged: string[];
let url: string;
let keys: Uint8Array[];
/** As after a restart, with the keys that there are then. */
let opened: () => Logins;
const address = () => `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
const key = { workspace: "T1", server: "desk", owner: "person/U1" };
const wanted: Wanted = { key, giver: "U1", person: "Maria", about: "thread" };

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
  url = desk.url;
  keys = [randomBytes(32)];
  const parts = {
    exclusively: <Value>(on: string, job: () => Promise<Value>) => store.exclusively(on, job),
    serverOf: (name: string) => (name === "desk" ? { name, url } : undefined),
    address,
    onBack: async ({ about }: Wanted, kind: string) => void backs.push(`${about} ${kind}`),
    clock,
    log,
  };
  // Of another process.
  opened = () => createLogins({ ...parts, vault: open(createKeyRing(keys)) });
  [logins, twin] = [opened(), opened()];
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
  const stolen = await visit(link, { secret: "another" });
  expect(stolen.back).toContain("This link is used up");
  expect((await visit(link)).offered).toContain("This link is used up");
  const late = (await logins.offer(wanted)) ?? "";
  await clock.advance(600_000);
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

test("what comes back from a login's server opens no link, and one browser can be at two logins", async () => {
  const [first, second] = [await goOn((await logins.offer(wanted)) ?? ""), await goOn((await logins.offer(wanted)) ?? "")];
  const state = new URL(first.address).searchParams.get("state") ?? "";
  expect(state).not.toBe("");
  expect((await visit(`${address()}/logins/${state}`)).offered).toContain("This link is used up");
  expect(await second.comeBack()).toContain("desk is connected");
  expect(await first.comeBack()).toContain("desk is connected");
  expect(await first.comeBack()).toContain("This link is used up");
});

test("what is withdrawn while it is renewed does not come back, and is worth nothing any more", async () => {
  desk.renews = true;
  await visit((await logins.offer(wanted)) ?? "");
  const first = (await logins.of(key).token()) ?? "";
  desk.whileRenewing = async () => void (await twin.withdraw(key));
  const revoked = desk.counts.revoked;
  expect(await logins.of(key).insteadOf(first)).toBeUndefined();
  desk.whileRenewing = async () => {};
  desk.renews = false;
  expect(await logins.of(key).token()).toBeUndefined();
  expect(desk.counts.revoked).toBe(revoked + 4);
});

test("a token goes to the server that it was given for, and to none that is called so later", async () => {
  await visit((await logins.offer(wanted)) ?? "");
  expect(await logins.of(key).token()).toBeDefined();
  url = `${desk.url}/other`;
  expect(await logins.of(key).token()).toBeUndefined();
});

test("a code that is refused is sent once, stands in no log, and leaves the run waiting", async () => {
  desk.refuses = true;
  const { counts } = desk;
  const before = counts.refused;
  const { back } = await visit((await logins.offer(wanted)) ?? "");
  desk.refuses = false;
  expect(back).toContain("Not connected");
  expect(counts.refused).toBe(before + 1);
  expect(logged.join()).toMatch(/a login was not completed .*\[login\] is no code/);
  expect(backs).toEqual([]);
  expect((await visit((await logins.offer(wanted)) ?? "")).back).toContain("desk is connected");
});

test("Parley is entered at a login's server anew each day, as that may have forgotten it", async () => {
  await visit((await logins.offer(wanted)) ?? "");
  const before = desk.counts.registered;
  await clock.advance(24 * 3_600_000);
  await visit((await logins.offer(wanted)) ?? "");
  expect(desk.counts.registered).toBe(before + 1);
});

test("at the start what an older key has sealed is sealed anew", async () => {
  await visit((await logins.offer(wanted)) ?? "");
  const token = await logins.of(key).token();
  keys = [randomBytes(32), ...keys];
  await opened().tidy();
  expect(logged.join()).toContain("sealed again with the first key of PARLEY_TOKEN_KEY");
  keys = keys.slice(0, 1);
  expect(await opened().of(key).token()).toBe(token);
});

test("the client metadata document names itself, and where browsers come back", async () => {
  const response = await fetch(`${address()}/logins/client.json`);
  expect(await response.json()).toMatchObject({
    client_id: `${address()}/logins/client.json`,
    redirect_uris: [`${address()}/logins/back`],
    token_endpoint_auth_method: "none",
  });
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("referrer-policy")).toBe("no-referrer");
});

test("behind https no other host of the domain can put in what binds a browser", async () => {
  const begun = { address: new URL("https://login.example.com/"), state: "s", browser: "secret" };
  const steps: Logins["steps"] = { offered: async () => wanted, begin: async () => begun, back: async () => ({ kind: "unknown" }) };
  const pages = loginPages({ logins: { steps }, address: () => "https://parley.example.com", log });
  const server = createServer((request, response) => void pages(request, response));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/logins/t/go`, { redirect: "manual" });
  await response.body?.cancel();
  server.closeAllConnections();
  expect(response.headers.get("set-cookie")).toMatch(
    /^__Host-parley_login_\w+=secret; HttpOnly; SameSite=Lax; Max-Age=600; Path=\/; Secure$/,
  );
});

test("what a server says back of a login stands neither in a failure nor in a log", async () => {
  const token = "gho_0123456789abcdef";
  const server = createServer((request, response) => response.writeHead(500).end(`no scope for ${request.headers.authorization ?? ""}`));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const login = { token: async () => token, insteadOf: async () => undefined, hide: (text: string) => withoutSecrets(text, [token]) };
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const mcp = connectMcp({ name: "desk", url: at }, { env: {}, clock, log, login });
  const failure = await mcp.connect(new AbortController().signal);
  await mcp.close();
  server.closeAllConnections();
  expect(failure?.message).toContain("no scope for Bearer [login]");
  expect(JSON.stringify(failure) + logged.join()).not.toContain(token);
});

test("a question of a server is asked without the login, and not at all where what is kept of it has that in it", () => {
  const about = { server: "desk", hide: (text: string) => withoutSecrets(text, ["gho_secret+1"]) };
  const asked = (state: string) => withoutLogin({ kind: "asks", question: { text: "Is it gho_secret%2B1?", state } }, about);
  expect(asked("{}")).toEqual({ kind: "asks", question: { text: "Is it [login]?", state: "{}" } });
  expect(asked('{"requestState":"gho_secret+1"}')).toMatchObject({ kind: "failed", error: { kind: "bad_answer" } });
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

test("a login that may not do what a call wants is told by what is missing, and the server stays", async () => {
  const challenge = 'Bearer error="insufficient_scope", scope="files:write", resource_metadata="https://s.example/meta"';
  let left = 0;
  const body = () => new ReadableStream({ cancel: () => void left++ });
  const refused = async () => new Response(body(), { status: 403, headers: { "www-authenticate": challenge } });
  const login = { token: async () => "t", insteadOf: async () => undefined };
  const error: unknown = await loggedIn(login, {}, refused).catch((problem: unknown) => problem);
  expect([isAnswer(error), left]).toEqual([true, 1]);
  const failure = callFailure({ name: "desk", url }, "save", { kind: "threw", error }, { timeoutMs: 1, totalMsMax: 1, isGiven: true });
  expect(failure.error).toMatchObject({ kind: "not_allowed", message: expect.stringContaining("It wants: files:write.") as string });
  const other = await loggedIn(login, {}, async () => new Response("", { status: 403 }));
  expect(other.status).toBe(403);
});

test("metadata may lie elsewhere, some steps away; a request that has something secret in it goes nowhere else", async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const [, steps = "0"] = /^\/(\d+)$/.exec(request.url ?? "") ?? [];
    if (steps === "0") response.end("{}");
    else response.writeHead(307, { location: `/${Number(steps) - 1}` }).end();
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fetch = await loginFetch(at, { clock });
  expect((await fetch(`${at}/3`)).status).toBe(200);
  await expect(fetch(`${at}/4`)).rejects.toThrow("redirects more than 3 times");
  seen.length = 0;
  await expect(fetch(`${at}/1`, { method: "POST", body: "code=c" })).rejects.toThrow("fetch failed");
  await expect(fetch(`${at}/1`, { headers: { authorization: "Bearer t" } })).rejects.toThrow("fetch failed");
  expect(seen).toEqual(["POST /1", "GET /1"]);
});
