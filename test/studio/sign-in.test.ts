import { expect, test } from "vitest";
import { logsOf } from "../../src/store/runs/logs.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { bySignIn } from "../../src/studio/door/by-sign-in.ts";
import { createSignedInSessions } from "../../src/studio/door/signed-in-sessions.ts";
import { SightUnknown } from "../../src/studio/access.ts";
import { NotSignedIn } from "../../src/studio/door/open-id.ts";
import { ownOf, studioApp } from "../../src/studio/studio.ts";

const HOST = "studio.example.com";

/** Behind a proxy with TLS, without a socket; whoever comes back from the service is Ada. */
function behindProxy(finish = async () => ({ id: "U1", name: "Ada", workspace: "T1" })) {
  const opened = openSqlite({ path: ":memory:" });
  const clock = { now: () => Date.UTC(2026, 0, 1), sleep: async () => undefined };
  const sessions = createSignedInSessions({ store: opened.store, clock });
  const signIn = {
    begin: async (back: string) => ({ to: new URL(`https://chat.example/authorize?back=${encodeURIComponent(back)}`), kept: "kept" }),
    finish,
  };
  const way = bySignIn({ signIn, sessions, by: "Chat", clock, log: () => undefined });
  const sight = { kind: "places", workspace: "T1", places: [] } as const;
  const own = ownOf(4210, `https://${HOST}`);
  const app = studioApp({
    logs: logsOf(opened),
    access: { sightOf: async () => sight },
    clock,
    way,
    own: () => own,
    pages: new Map(),
    log: () => undefined,
  });
  const ask = (path: string, headers: { readonly [name: string]: string } = {}, method = "GET") =>
    app.request(`http://127.0.0.1:4210${path}`, { method, headers: { host: HOST, ...headers } });
  return { ask, close: () => opened.store.close() };
}

test("behind a proxy with TLS cookies are this host's alone, and its page alone may ask", async () => {
  const { ask, close } = behindProxy();
  const begun = await ask("/login");
  expect(begun.headers.get("location")).toBe(`https://chat.example/authorize?back=${encodeURIComponent(`https://${HOST}/login/done`)}`);
  expect(begun.headers.get("set-cookie")).toBe("__Host-parley_login=kept; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax");
  const done = await ask("/login/done?code=1", { cookie: "__Host-parley_login=kept" });
  const [dropped = "", set = ""] = done.headers.getSetCookie();
  expect(dropped).toMatch(/^__Host-parley_login=; Max-Age=0; Path=\/; Secure/);
  expect(set).toMatch(/^__Host-parley_studio=T1\.U1\.[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  const cookie = set.split(";")[0] ?? "";
  const status = async (headers: { readonly [name: string]: string }) => (await ask("/api/v1/session", { cookie, ...headers })).status;
  expect(await status({ origin: `https://${HOST}` })).toBe(200);
  // Some proxies name the address where they find it.
  expect(await status({ host: "127.0.0.1:4210", origin: `https://${HOST}` })).toBe(200);
  for (const headers of [
    { origin: `http://${HOST}` },
    { origin: "http://127.0.0.1:4210" },
    { host: "evil.example" },
    { "sec-fetch-site": "same-site" },
  ])
    expect([headers, await status(headers as never)]).toEqual([headers, 403]);
  expect((await ask("/api/v1/session", { cookie }, "DELETE")).status).toBe(403);
  // The page is there for whoever comes; what it asks says where one signs in.
  const shut = await ask("/api/v1/session");
  expect([shut.status, await shut.json()]).toEqual([
    401,
    { error: expect.objectContaining({ code: "no_session", signIn: { path: "/login", by: "Chat" } }) },
  ]);
  await close();
});

test("one address tries thirty times a minute, and keeps no other from coming in", async () => {
  const { ask, close } = behindProxy();
  const from = (address: string) => ask("/login", { "x-forwarded-for": `10.0.0.1, ${address}` });
  for (let nth = 0; nth < 30; nth++) expect((await from("192.0.2.1")).status).toBe(303);
  expect([(await from("192.0.2.1")).status, (await from("192.0.2.2")).status]).toEqual([429, 303]);
  await close();
});

test.each([
  [new SightUnknown("Chat does not say <who> you are."), 502],
  [new NotSignedIn("Chat does not answer. <Begin> again."), 400],
])("who cannot be let in is told on a page why, and where to try again: %s", async (error, status) => {
  const { ask, close } = behindProxy(() => Promise.reject(error));
  const answer = await ask("/login/done?code=1", { cookie: "__Host-parley_login=kept" });
  expect([answer.status, answer.headers.getSetCookie().length]).toEqual([status, 1]);
  const page = await answer.text();
  expect([page.includes("&#60;"), page.includes('<a href="/login">')]).toEqual([true, true]);
  await close();
});
