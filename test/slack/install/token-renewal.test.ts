import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createTokens } from "../../../src/slack/install/token-renewal.ts";
import { createWeb } from "../../../src/slack/api/web-client.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import type { Store } from "../../../src/store/store.ts";
import type { Tokens } from "../../../src/store/installations.ts";
import { IDLE_STAYS } from "../../support/idle-connections.ts";

const HOUR_MS = 3_600_000;
const NOW = Date.parse("2026-11-23T12:00:00Z");

interface Call {
  readonly method: string;
  readonly bearer: string | undefined;
  readonly refresh: string | null;
}

/** A Slack that answers as it is told, call by call. */
async function slack(answer: (call: Call, response: ServerResponse) => object | undefined) {
  const calls: Call[] = [];
  const server = createServer(IDLE_STAYS, (request, response) => {
    let body = "";
    request.on("data", (data: Buffer) => (body += data.toString()));
    request.on("end", () => {
      const method = (request.url ?? "").replace("/api/", "");
      const call = { method, bearer: request.headers.authorization, refresh: new URLSearchParams(body).get("refresh_token") };
      calls.push(call);
      const found = answer(call, response);
      if (found) response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(found));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`, calls };
}

function tokensFor(apiUrl: string, first: Tokens, { store, kept = [first] }: { readonly store?: Store; readonly kept?: Tokens[] } = {}) {
  const world = { now: NOW, kept, said: [] as string[], dead: [] as string[] };
  const tokens = createTokens({
    id: "T1",
    name: "North",
    installations: {
      tokens: async () => world.kept.at(-1),
      putTokens: async (_id, pair) => void world.kept.push(pair),
    },
    exclusively: (store ?? openSqlite({ path: ":memory:" }).store).exclusively,
    app: { clientId: "1.2", clientSecret: "secret" },
    apiUrl,
    onDead: (code) => void world.dead.push(code),
    clock: { now: () => world.now, sleep: async () => undefined },
    log: (line) => void world.said.push(line),
  });
  return { world, tokens };
}

const pair = (number: number, expiresAt: number): Tokens => ({
  token: `xoxe.xoxb-${number}`,
  refresh: { token: `xoxe-${number}`, expiresAt },
});
const renewal = (number: number) => ({
  ok: true,
  access_token: `xoxe.xoxb-${number}`,
  refresh_token: `xoxe-${number}`,
  expires_in: 43_200,
});

test("a token with more than two hours left is used as it is; with less, a hundred who ask at once renew it once, and it is kept before it is used", async () => {
  const { apiUrl, calls } = await slack(() => renewal(2));
  const { world, tokens } = tokensFor(apiUrl, pair(1, NOW + 12 * HOUR_MS));
  expect(await tokens.get()).toBe("xoxe.xoxb-1");
  expect(calls).toEqual([]);
  world.now += 11 * HOUR_MS;
  const all = await Promise.all(Array.from({ length: 100 }, () => tokens.get()));
  expect(new Set(all)).toEqual(new Set(["xoxe.xoxb-2"]));
  expect(calls).toEqual([{ method: "oauth.v2.access", bearer: undefined, refresh: "xoxe-1" }]);
  expect(world.kept).toEqual([pair(1, NOW + 12 * HOUR_MS), pair(2, world.now + 12 * HOUR_MS)]);
});

test("two processes whose token is due at the same moment spend the refresh token once, and both have the new one", async () => {
  const { apiUrl, calls } = await slack(() => renewal(2));
  const opened = openSqlite({ path: ":memory:" });
  const kept = [pair(1, NOW + HOUR_MS)];
  const one = tokensFor(apiUrl, pair(1, NOW + HOUR_MS), { store: opened.store, kept });
  const other = tokensFor(apiUrl, pair(1, NOW + HOUR_MS), { store: opened.beside().store, kept });
  expect(await Promise.all([one.tokens.get(), other.tokens.get()])).toEqual(["xoxe.xoxb-2", "xoxe.xoxb-2"]);
  expect(calls).toHaveLength(1);
  expect([one.tokens.isNewest("xoxe.xoxb-1"), other.tokens.isNewest("xoxe.xoxb-1")]).toEqual([false, false]);
  expect([...one.world.said, ...other.world.said]).toEqual([]);
});

test("a renewal that cannot be written down is not used", async () => {
  const { apiUrl } = await slack(() => renewal(2));
  const { world, tokens } = tokensFor(apiUrl, pair(1, NOW + HOUR_MS));
  world.kept.push = () => {
    throw new Error("the disk is full");
  };
  expect(await tokens.get()).toBe("xoxe.xoxb-1");
  expect(world.said[0]).toContain("could not be renewed");
});

test("a renewal that was under way when the app was installed again does not take the place of the new token", async () => {
  const asked = Promise.withResolvers<void>();
  const { apiUrl } = await slack((_call, response) => {
    asked.resolve();
    void installed.promise.then(() => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(renewal(2))));
    return undefined;
  });
  const installed = Promise.withResolvers<void>();
  const { world, tokens } = tokensFor(apiUrl, pair(1, NOW + HOUR_MS));
  const waiting = tokens.get();
  await asked.promise;
  const anew = pair(9, NOW + 12 * HOUR_MS);
  world.kept.push(anew);
  tokens.forget();
  installed.resolve();
  expect(await waiting).toBe("xoxe.xoxb-9");
  expect(await tokens.get()).toBe("xoxe.xoxb-9");
  expect(world.kept.at(-1)).toEqual(anew);
});

test("a token that was never made to run out is never renewed", async () => {
  const { apiUrl, calls } = await slack(() => renewal(2));
  const { tokens } = tokensFor(apiUrl, { token: "xoxb-1", refresh: undefined });
  expect(await tokens.get()).toBe("xoxb-1");
  expect(await tokens.insteadOf("xoxb-1")).toBeUndefined();
  expect(calls).toEqual([]);
});

test("while Slack is away the old token is used and the renewal tried again after a minute; with a spent refresh token the operator is told once and by when", async () => {
  let broken = true;
  const { apiUrl, calls } = await slack((_call, response) => {
    if (!broken) return { ok: false, error: "invalid_refresh_token" };
    response.destroy();
    return undefined;
  });
  const { world, tokens } = tokensFor(apiUrl, pair(1, NOW + HOUR_MS));
  expect([await tokens.get(), await tokens.get()]).toEqual(["xoxe.xoxb-1", "xoxe.xoxb-1"]);
  expect(calls).toHaveLength(1);
  broken = false;
  world.now += 61_000;
  for (let call = 0; call < 5; call++) expect(await tokens.get()).toBe("xoxe.xoxb-1");
  expect(calls).toHaveLength(2);
  expect(world.said.filter((line) => line.includes("cannot be renewed (invalid_refresh_token)"))).toEqual([
    expect.stringContaining("It works until 2026-11-23T13:00:00.000Z; let the app be installed there again"),
  ]);
  expect(world.dead).toEqual([]);
  world.now += HOUR_MS;
  await expect(tokens.get()).rejects.toThrow("token_expired");
  expect(world.dead).toEqual(["invalid_refresh_token"]);
});

test("a call that is refused because its token has run out is made once more with a new one, and a post is made once", async () => {
  const { apiUrl, calls } = await slack(({ method, bearer }) => {
    if (method === "oauth.v2.access") return renewal(2);
    return bearer === "Bearer xoxe.xoxb-2" ? { ok: true, ts: "1.1" } : { ok: false, error: "token_expired" };
  });
  const { tokens } = tokensFor(apiUrl, pair(1, NOW + 12 * HOUR_MS));
  const refused: string[] = [];
  const web = createWeb({
    token: { get: tokens.get, insteadOf: tokens.insteadOf, refused: (_token, code) => void refused.push(code), team: undefined },
    apiUrl,
  });
  await Promise.all([web.write.chat.postMessage({ channel: "C1", text: "a" }), web.write.chat.postMessage({ channel: "C1", text: "b" })]);
  expect(calls.filter(({ method }) => method === "oauth.v2.access")).toHaveLength(1);
  expect(calls.filter(({ method, bearer }) => method === "chat.postMessage" && bearer === "Bearer xoxe.xoxb-2")).toHaveLength(2);
  expect(refused).toEqual([]);
});
