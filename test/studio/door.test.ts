import { expect, test } from "vitest";
import { SightUnknown } from "../../src/studio/access.ts";
import { COSTS_BY } from "../../src/studio/api/cost-shapes.ts";
import { keptEvaluation } from "./evaluations.ts";
import { FILE, HOST, MINUTE_MS, runEvents, studio, write } from "./studio.ts";

const STREAM = `/api/v1/runs/${encodeURIComponent("T1/C1/1.1")}/1/events`;

test("an address lets in once, and for ten minutes", async () => {
  let told = 0;
  const { mint, ask, pass } = studio({ onEntered: () => told++ });
  const token = mint();
  // A look at what is behind it is not a use.
  expect((await ask(`/enter?token=${token}`, { method: "HEAD" })).status).toBe(405);
  const entered = await ask(`/enter?token=${token}`);
  expect([entered.status, entered.headers.get("location")]).toEqual([303, "/"]);
  expect(entered.headers.get("set-cookie")).toMatch(/^parley_studio_4210=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  expect((await ask(`/enter?token=${token}`)).status).toBe(403);
  expect((await ask("/enter?token=made-up")).status).toBe(403);
  expect(told).toBe(1);
  const late = mint();
  pass(11 * MINUTE_MS);
  expect((await ask(`/enter?token=${late}`)).status).toBe(403);
  // Whoever comes too late is told another one.
  expect(told).toBe(2);
});

test("nothing is told without a session, and a session ends by itself and when it is told to", async () => {
  const { ask, enter, pass } = studio();
  expect((await ask("/api/v1/session")).status).toBe(401);
  const { cookie, get, json } = await enter();
  const { csrf } = await json<{ csrf: string }>("/api/v1/session");
  const end = (headers: { readonly [name: string]: string }) =>
    ask("/api/v1/session", { method: "DELETE", headers: { cookie, ...headers } });
  expect((await end({})).status).toBe(403);
  expect((await end({ "x-parley-csrf": "made-up" })).status).toBe(403);
  expect((await get("/api/v1/session")).status).toBe(200);
  expect((await end({ "x-parley-csrf": csrf })).status).toBe(200);
  expect((await get("/api/v1/session")).status).toBe(401);
  const other = await enter();
  pass(13 * 60 * MINUTE_MS);
  expect((await other.get("/api/v1/session")).status).toBe(401);
});

test("a session is ended also while nobody can say what its person may see", async () => {
  let isSilent = false;
  const { ask, enter } = studio({
    access: { sightOf: async () => (isSilent ? Promise.reject(new SightUnknown("Nobody says.")) : { kind: "all" }) },
  });
  const { cookie, get, json } = await enter();
  const { csrf } = await json<{ csrf: string }>("/api/v1/session");
  isSilent = true;
  expect((await get("/api/v1/session")).status).toBe(503);
  expect((await ask("/api/v1/session", { method: "DELETE", headers: { cookie, "x-parley-csrf": csrf } })).status).toBe(200);
  expect((await get("/api/v1/session")).status).toBe(401);
});

test("another name for this machine, another page's request and another method get nowhere", async () => {
  const { ask, enter } = studio();
  const { cookie, get } = await enter();
  for (const host of ["evil.example:4210", "127.0.0.1:9999", ""])
    expect([host, (await ask("/", { headers: { host } })).status]).toEqual([host, 403]);
  for (const headers of [{ origin: "http://127.0.0.1:9999" }, { "sec-fetch-site": "same-site" }, { "sec-fetch-site": "cross-site" }])
    expect((await get("/api/v1/session", headers as never)).status).toBe(403);
  expect((await get("/api/v1/session", { origin: `http://${HOST}`, "sec-fetch-site": "same-origin" })).status).toBe(200);
  expect((await ask("/", { method: "POST", headers: { cookie } })).status).toBe(405);
});

test("every answer holds the browser to the studio's own files", async () => {
  const { ask } = studio();
  for (const path of ["/", "/none", "/enter", "/api/v1/session"]) {
    const { headers } = await ask(path);
    expect(headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/);
    expect([headers.get("x-content-type-options"), headers.get("cache-control"), headers.get("referrer-policy")]).toEqual([
      "nosniff",
      "no-store",
      "no-referrer",
    ]);
  }
});

test("who is not in a place finds nothing of its runs by any route: no list, count, name, file or stream", async () => {
  const sight = { kind: "places", workspace: "T1", places: ["T1/C2"] } as const;
  const open = studio({ access: { sightOf: async () => sight } });
  const hash = await open.store.putFile(new Uint8Array([1, 2, 3]));
  const thumb = { type: "feedback.given", run: "hidden", person: { id: "U1", name: "Ada" }, helpful: true } as const;
  await write(open, { events: [...runEvents({ id: "hidden", hash }), thumb] });
  await write(open, { thread: "T1/C1/9.9", events: runEvents({ id: "hidden-going", over: false, team: "secret" }) });
  await write(open, { thread: "T2/C2/1.1", events: runEvents({ id: "elsewhere" }) });
  await write(open, { thread: "T1/C2/2.2", events: runEvents({ id: "seen", task: "Seen", hash }) });
  const evaluation = await keptEvaluation(open.store);
  const { json, get } = await open.enter();
  const { paths } = await json<{ paths: { [path: string]: { get?: unknown } } }>("/api/v1/openapi.json");
  const tried: string[] = [];
  for (const path of Object.keys(paths)) {
    // What stands in no params is looked at below: it is a list.
    if (!path.includes("{")) continue;
    for (const thread of ["T1/C1/1.1", "T1/C1/9.9", "T2/C2/1.1"]) {
      const url = `/api/v1${path.replace("{thread}", encodeURIComponent(thread)).replace("{seq}", "1").replace("{hash}", hash).replace("{event}", "3").replace("{id}", evaluation)}`;
      const answer = await get(url);
      expect([url, answer.status, await answer.text()]).toEqual([url, 404, expect.stringContaining("not_found")]);
      tried.push(path);
    }
  }
  expect(new Set(tried).size).toBeGreaterThanOrEqual(3);
  for (const query of ["", "&q=marmots", "&team=secret", "&place=T1%2FC1", "&person=U1", "&state=waiting", "&state=done", "&usdMin=0"]) {
    const answer = await json<{ found: { task: string }[] }>(`/api/v1/runs?workspace=T1${query}`);
    expect(JSON.stringify(answer)).not.toMatch(/marmots|secret|C1|9\.9/);
  }
  expect(await json("/api/v1/runs?workspace=T2")).toEqual({ waiting: [], going: [], found: [] });
  expect(await json("/api/v1/runs/filters?workspace=T1")).toEqual({
    teams: ["pair"],
    places: ["T1/C2"],
    placeNames: {},
    people: [{ id: "U1", name: "Ada" }],
  });
  expect(await json("/api/v1/runs/filters?workspace=T2")).toEqual({ teams: [], places: [], placeNames: {}, people: [] });
  // Of sums, too, only what one may see is a part, and of evaluations none.
  for (const by of COSTS_BY) {
    const costs = await json<{ total: object; groups: object[] }>(`/api/v1/costs?workspace=T1&from=2025-01-01&by=${by}`);
    expect([by, costs.total, costs.groups.length]).toEqual([
      by,
      expect.objectContaining({ usd: 1.5, calls: 3 }),
      by === "agent" || by === "model" ? 2 : 1,
    ]);
    expect(JSON.stringify(costs)).not.toMatch(/secret|C1/);
    expect(await json(`/api/v1/costs?workspace=T2&from=2025-01-01&by=${by}`)).toMatchObject({
      total: { usd: 0, calls: 0 },
      groups: [],
      days: [],
    });
  }
  expect(await json("/api/v1/quality?workspace=T1&from=2025-01-01")).toMatchObject({ teams: [{ team: "pair", runs: 1, helpful: 0 }] });
  expect(await json("/api/v1/quality?workspace=T2&from=2025-01-01")).toMatchObject({ teams: [] });
  expect(await json("/api/v1/evaluations")).toEqual({ evaluations: [] });
  expect(await json("/api/v1/session")).toMatchObject({ sees: "places", workspaces: ["T1"] });
  expect((await json<{ found: object[] }>("/api/v1/runs?workspace=T1")).found).toMatchObject([{ task: "Seen" }]);
  const file = await get(`/api/v1/runs/${encodeURIComponent("T1/C2/2.2")}/1/files/${hash}`);
  expect([file.status, file.headers.get("content-type"), file.headers.get("content-disposition")]).toEqual([
    200,
    "image/png",
    `inline; filename*=UTF-8''${FILE.name}`,
  ]);
  expect(file.headers.get("content-security-policy")).toBe("default-src 'none'; sandbox");
});

test("a stream ends when what it tells of may be seen no more", async () => {
  let places: readonly string[] = ["T1/C1"];
  const open = studio({ access: { sightOf: async () => ({ kind: "places", workspace: "T1", places }) } });
  await write(open, { events: runEvents({ over: false }) });
  const { get } = await open.enter();
  const answer = await get(`/api/v1/runs/${encodeURIComponent("T1/C1/1.1")}/1/events?after=5`);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let told = "";
  while (!told.includes('"handoff.made"')) told += (await reader.read()).value ?? "";
  places = [];
  await write(open, {
    after: 6,
    events: [{ type: "message.posted", person: { id: "U2", name: "Bob" }, text: "the secret meadow", id: "x" }],
  });
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) told += piece.value;
  expect(told).not.toContain("secret");
});

test("a stream in which nothing happens ends too, within fifteen seconds of the end of what is seen", async () => {
  let places: readonly string[] = ["T1/C1"];
  const open = studio({ access: { sightOf: async () => ({ kind: "places", workspace: "T1", places }) } });
  await write(open, { events: runEvents({ over: false }) });
  const { get } = await open.enter();
  const reader = (await get(`${STREAM}?after=6`)).body!.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader.read()).value).toContain("retry");
  await expect.poll(open.sleeping).toBe(1);
  open.pass(16_000);
  expect((await reader.read()).value).toBe(": \n\n");
  places = [];
  await expect.poll(open.sleeping).toBe(1);
  open.pass(16_000);
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) expect(piece.value).toBe(": \n\n");
});

test("a stream ends with its session, and is told to nobody who only asks whether it is there", async () => {
  const open = studio();
  await write(open, { events: runEvents({ over: false }) });
  const { get, json, cookie } = await open.enter();
  const url = `/api/v1/runs/${encodeURIComponent("T1/C1/1.1")}/1/events?after=5`;
  for (let nth = 0; nth <= 100; nth++) expect((await open.ask(url, { method: "HEAD", headers: { cookie } })).status).toBe(200);
  const answer = await get(url);
  expect(answer.status).toBe(200);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let told = "";
  while (!told.includes('"handoff.made"')) told += (await reader.read()).value ?? "";
  const { csrf } = await json<{ csrf: string }>("/api/v1/session");
  await open.ask("/api/v1/session", { method: "DELETE", headers: { cookie, "x-parley-csrf": csrf } });
  await write(open, { after: 6, events: [{ type: "message.posted", person: { id: "U2", name: "Bob" }, text: "after it", id: "x" }] });
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) told += piece.value;
  expect(told).not.toContain("after it");
});

test("one session holds a few streams open, and keeps no other from theirs", async () => {
  const open = studio();
  await write(open, { events: runEvents({ over: false }) });
  const [greedy, other] = [await open.enter(), await open.enter()];
  const held: Response[] = [];
  for (let nth = 0; nth < 8; nth++) held.push(await greedy.get(`${STREAM}?after=5`));
  expect(held.map(({ status }) => status)).toEqual(Array.from(held, () => 200));
  expect((await greedy.get(STREAM)).status).toBe(429);
  const theirs = await other.get(STREAM);
  expect(theirs.status).toBe(200);
  for (const { body } of [theirs, held[0]!]) await body!.cancel();
  // One that was closed leaves room for another.
  const look = async () => (await open.ask(STREAM, { method: "HEAD", headers: { cookie: greedy.cookie } })).status;
  await expect.poll(look).toBe(200);
  for (const { body } of held.slice(1)) await body!.cancel();
});

test("a stream that breaks is told to whoever runs Parley, and nothing of it to whoever reads", async () => {
  const open = studio();
  await write(open, { events: runEvents({ over: false }) });
  const { get } = await open.enter();
  const answer = await get(`${STREAM}?after=5`);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  while (!heard.includes('"handoff.made"')) heard += (await reader.read()).value ?? "";
  open.breakLoad(new Error("the disk of the house is gone"));
  await write(open, { after: 6, events: [{ type: "message.posted", person: { id: "U2", name: "Bob" }, text: "hello", id: "x" }] });
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) heard += piece.value;
  expect(heard).not.toMatch(/disk|error/);
  expect(open.told).toEqual([expect.stringMatching(/^The stream .*\/events broke: Error: the disk of the house is gone/)]);
});
