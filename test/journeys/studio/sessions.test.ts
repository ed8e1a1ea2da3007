import { expect, onTestFinished, test } from "vitest";
import { GENERAL, JONAS, MARIA, PAIR } from "../../support/journey.ts";
import { NORTH, openMany, SOUTH } from "../../support/slack/installing.ts";
import { openStudioWorld } from "../../support/studio-door.ts";
import { createSignedInSessions } from "../../../src/studio/door/signed-in-sessions.ts";
import { readStore } from "../../../src/store/open-store.ts";
import { runEvents } from "../../studio/studio.ts";

const ADMIN = "U0ADA";

async function world(options: Parameters<typeof openStudioWorld>[0] = {}) {
  const opened = await openStudioWorld(options);
  onTestFinished(() => opened.close());
  return opened;
}

test("whom the team file lets oversee sees runs of channels that they are not in, no direct messages, and each look is in the audit log once", async () => {
  const { slack, parley, write, signIn, get, url: at } = await world({ allow: { oversee: ["admins", JONAS] } });
  const other = slack.control.addUser("Mia", { channels: [GENERAL] });
  const channel = slack.control.addChannel("c0closed", { isPrivate: true, members: [other, slack.botUserId] });
  const thread = `T0LOCAL/${channel}/1.1`;
  const url = `/api/v1/runs/${encodeURIComponent(thread)}/1`;
  await write(thread, runEvents({ task: "Closed words" }));
  await write("T0LOCAL/D0SOMEBODY/1.1", runEvents({ id: "direct", task: "Direct words" }));
  const own = runEvents({ id: "own", task: "Own words" }).map((event) =>
    event.type === "run.started" ? { ...event, startedBy: { id: ADMIN, name: "Ada" } } : event,
  );
  await write(`T0LOCAL/${GENERAL}/9.9`, own);
  const [admin, again, named] = [await signIn(ADMIN), await signIn(ADMIN), await signIn(JONAS)];
  const list = await (await get("/api/v1/runs?workspace=T0LOCAL", admin.cookie)).text();
  expect([list.includes("Closed words"), list.includes("Direct words"), list.includes("Own words")]).toEqual([true, false, true]);
  for (const { cookie } of [admin, admin, again, named]) expect((await get(url, cookie)).status).toBe(200);
  const events = await get(`${url}/events`, admin.cookie);
  await events.body?.cancel();
  for (const { cookie } of [admin, named])
    expect((await get(`/api/v1/runs/${encodeURIComponent(`T0LOCAL/${GENERAL}/9.9`)}/1`, cookie)).status).toBe(200);
  expect((await get(`/api/v1/runs/${encodeURIComponent("T0LOCAL/D0SOMEBODY/1.1")}/1`, admin.cookie)).status).toBe(404);
  const looks = (await parley.settings.decisions("T0LOCAL", { limit: 50 })).filter(({ deed }) => deed === "look at run");
  // Once for each session, of whoever is no admin too, and nothing of a run of their own, or of a channel that one is in.
  expect(looks.map(({ person, subject, detail }) => [person.id, subject, detail]).toSorted()).toEqual(
    [ADMIN, ADMIN, JONAS].map((person) => [person, thread, "GET /runs/{thread}/{seq}"]),
  );
  // Whoever only oversees does nothing there, and that is in the audit log.
  const beside = `T0LOCAL/${channel}/studio/waiting`;
  await write(beside, runEvents({ id: `${beside}#1`, team: "pair", over: false }));
  const waiting = `/api/v1/runs/${encodeURIComponent(beside)}/1`;
  const { isHere, mayNot } = (await (await get(`${waiting}/acts`, named.cookie)).json()) as { isHere: boolean; mayNot: object };
  expect([isHere, Object.keys(mayNot), Object.values(mayNot)[0]]).toEqual([
    true,
    ["answer", "steer", "approve", "stop", "raise", "raiseBudget"],
    expect.stringContaining("are not in it"),
  ]);
  const { csrf } = (await (await get("/api/v1/session", named.cookie)).json()) as { csrf: string };
  const headers = { cookie: named.cookie, "x-parley-csrf": csrf, "content-type": "application/json" };
  for (const [path, body] of [
    [`${waiting}/stop`, {}],
    [`${waiting}/forks`, { at: 3 }],
  ] as const)
    expect((await fetch(new URL(path, at), { method: "POST", headers, body: JSON.stringify(body) })).status).toBe(403);
  expect((await parley.settings.decisions("T0LOCAL", { limit: 2 })).map(({ deed, allowed, detail }) => [deed, allowed, detail])).toEqual([
    ["start", false, "is not in the channel (studio)"],
    ["stop", false, "is not in the channel (studio)"],
  ]);
  // Others oversee nothing.
  const { cookie } = await signIn(MARIA);
  expect((await get(url, cookie)).status).toBe(404);
});

test("a session ends by signing out, here or everywhere, in its time, as the eleventh of a person, and with the person's account", async () => {
  const { slack, parley, signIn, get, pass, url } = await world();
  const status = async (cookie: string) => (await get("/api/v1/session", cookie)).status;
  const first = await signIn(MARIA);
  expect(await (await get("/api/v1/session", first.cookie)).json()).toMatchObject({
    name: "Maria Lopez",
    sees: "places",
    signsInBy: "Slack",
  });
  const set = first.answer.headers.getSetCookie().at(-1);
  expect(set).toMatch(/^parley_studio_\d+=T0LOCAL\.U0MARIA\.[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  // What is kept lets nobody in.
  const kept = (await parley.store.note("studio/sessions/T0LOCAL/U0MARIA")) ?? "";
  expect(kept).not.toContain(first.cookie.split(".").at(-1));
  const { csrf } = (await (await get("/api/v1/session", first.cookie)).json()) as { csrf: string };
  const out = await fetch(new URL("/api/v1/session", url), { method: "DELETE", headers: { cookie: first.cookie, "x-parley-csrf": csrf } });
  expect([out.status, await status(first.cookie)]).toEqual([200, 401]);

  const cookies: string[] = [];
  for (let nth = 0; nth < 11; nth++) cookies.push((await signIn(MARIA)).cookie);
  expect(await Promise.all(cookies.map(status))).toEqual([401, ...Array.from({ length: 10 }, () => 200)]);
  pass(11 * 3_600_000);
  expect(await status(cookies[10] ?? "")).toBe(200);
  pass(2 * 3_600_000);
  // Looked at within twelve hours, and not.
  expect([await status(cookies[10] ?? ""), await status(cookies[9] ?? "")]).toEqual([200, 401]);

  const [here, there, others] = [await signIn(MARIA), await signIn(MARIA), await signIn(JONAS)];
  const everywhere = async (token: string) => {
    const headers = { cookie: here.cookie, "x-parley-csrf": token };
    return (await fetch(new URL("/api/v1/sessions", url), { method: "DELETE", headers })).status;
  };
  const { csrf: token } = (await (await get("/api/v1/session", here.cookie)).json()) as { csrf: string };
  expect([await everywhere("made-up"), await status(there.cookie), await everywhere(token)]).toEqual([403, 200, 200]);
  expect([await status(here.cookie), await status(there.cookie), await status(others.cookie)]).toEqual([401, 401, 200]);

  const { cookie: last } = await signIn(MARIA);
  slack.control.deactivate(MARIA);
  pass(11 * 60_000);
  expect(await status(last)).toBe(401);
  expect(await parley.store.note("studio/sessions/T0LOCAL/U0MARIA")).toBe("[]");
});

test("what comes back from Slack serves once, in the browser that went, and within ten minutes", async () => {
  const { get, pass } = await world();
  const go = async () => {
    const begun = await get("/login", "");
    const page = new URL(begun.headers.get("location") ?? "");
    expect(Object.fromEntries(page.searchParams)).toMatchObject({
      scope: "openid profile",
      code_challenge_method: "S256",
      response_type: "code",
    });
    page.searchParams.set("as", MARIA);
    const back = new URL((await fetch(page, { redirect: "manual" })).headers.get("location") ?? "");
    return { kept: begun.headers.getSetCookie()[0]?.split(";")[0] ?? "", back: back.pathname + back.search };
  };
  const [one, two] = [await go(), await go()];
  expect((await get(one.back, two.kept)).status).toBe(400);
  expect((await get(one.back, "")).status).toBe(400);
  expect((await get(one.back, one.kept)).status).toBe(303);
  expect((await get(one.back, one.kept)).status).toBe(400);
  pass(11 * 60_000);
  expect((await get(two.back, two.kept)).status).toBe(400);
  // A code of somebody else's, in the answer to one's own question.
  const [mine, theirs] = [await go(), await go()];
  const code = new URLSearchParams(theirs.back.split("?")[1]).get("code") ?? "";
  const swapped = mine.back.replace(/code=[^&]*/, `code=${code}`);
  expect((await get(swapped, mine.kept)).status).toBe(400);
  for (let nth = 0; nth < 30; nth++) await get("/login", "");
  const late = await get("/login", "");
  expect([late.status, late.headers.get("retry-after")]).toEqual([429, "60"]);
});

test("people of several workspaces are apart from each other, and an installation's end is that of its sessions", async () => {
  const many = await openMany({ file: PAIR, replies: {}, studioAt: { host: "127.0.0.1", port: 0, clientId: "1.1", clientSecret: "x" } });
  await many.install(NORTH);
  await many.install(SOUTH);
  const { parley, clock } = many;
  const write = (thread: string, task: string) =>
    parley.store.commit({
      thread,
      workspace: thread.split("/")[0] ?? "",
      afterSeq: 0,
      at: new Date(clock.now()).toISOString(),
      events: runEvents({ id: thread, task }),
      posts: [],
      wake: "none",
    });
  await write(`${NORTH}/${GENERAL}/1.1`, "Northern words");
  await write(`${SOUTH}/${GENERAL}/1.1`, "Southern words");
  const sessions = createSignedInSessions({ store: parley.store, clock });
  const reader = await readStore(many.dbPath);
  const since = (await reader.installations([])).find(({ id }) => id === NORTH)?.at ?? "";
  await reader.close();
  const url = new URL(parley.studioUrl() ?? "");
  const cookie = `parley_studio_${url.port}=${await sessions.begin({ id: MARIA, name: "Maria", workspace: NORTH, since })}`;
  const get = (path: string) => fetch(new URL(path, url), { headers: { cookie } });
  expect(await (await get(`/api/v1/runs?workspace=${NORTH}`)).text()).toContain("Northern words");
  expect(await (await get(`/api/v1/runs?workspace=${SOUTH}`)).json()).toEqual({ waiting: [], going: [], found: [] });
  expect((await get(`/api/v1/runs/${encodeURIComponent(`${SOUTH}/${GENERAL}/1.1`)}/1`)).status).toBe(404);
  await many.slack.uninstall(NORTH);
  await expect.poll(async () => (await get(`/api/v1/runs?workspace=${NORTH}`)).status).toBe(401);
  await many.install(NORTH);
  expect((await get(`/api/v1/runs?workspace=${NORTH}`)).status).toBe(401);
});
