import { beforeAll, expect, test } from "vitest";
import type { Parley } from "../../src/parley.ts";
import { SightUnknown, type Access, type Sight } from "../../src/studio/access.ts";
import { ownOf, studioApp } from "../../src/studio/studio.ts";
import { byAddress } from "../../src/studio/door/by-address.ts";
import { createAddressSessions } from "../../src/studio/door/address-sessions.ts";
import { CheckAnswer, PlayAnswer, SaveAnswer, TeamAnswer, TeamsAnswer, VersionsAnswer } from "../../src/studio/api/team-shapes.ts";
import { playgroundOf, type Workshop } from "../../src/studio/teams/workshop.ts";
import { HOST } from "./studio.ts";
import type { Acting } from "../../src/studio/acts/acting.ts";
import { actingIn, logsIn, MAKING, seesAll, teamsParley, teamsWorkshop } from "./teams-studio.ts";

let parley: Parley;
beforeAll(async () => {
  ({ parley } = await teamsParley());
});

/** Somebody in the studio of that Parley. */
async function enter(
  person: string,
  { access = seesAll, mayNot, mayNotAct }: { readonly access?: Access; readonly mayNot?: Workshop["refusal"]; readonly mayNotAct?: Acting["refusal"] } = {}, // prettier-ignore
) {
  const clock = { now: () => Date.UTC(2026, 0, 1), sleep: async () => undefined };
  const sessions = createAddressSessions(clock);
  const workshop = teamsWorkshop(parley, mayNot);
  const app = studioApp({
    logs: logsIn(parley),
    access,
    clock,
    way: byAddress(sessions),
    own: () => ownOf(4210),
    pages: new Map(),
    workshop: () => workshop,
    acting: actingIn(parley, mayNotAct),
    log: (line) => expect.unreachable(line),
  });
  const ask = async (path: string, init: RequestInit = {}) =>
    app.request(`http://${HOST}${path}`, { ...init, headers: { host: HOST, ...(init.headers as { [name: string]: string }) } });
  const answer = await ask(`/enter?token=${sessions.mint({ id: person, name: `Name of ${person}` })}`);
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  const get = async (path: string) => (await ask(`/api/v1${path}`, { headers: { cookie } })).json();
  const { csrf } = (await get("/session")) as { csrf: string };
  const send = async (method: string, path: string, body?: unknown, headers: { [name: string]: string } = { "x-parley-csrf": csrf }) => {
    const given = body === undefined ? {} : { body: JSON.stringify(body) };
    const sent = await ask(`/api/v1${path}`, { method, headers: { cookie, ...headers }, ...given });
    return { status: sent.status, answer: (await sent.json()) as { readonly error?: { code: string; message: string } } };
  };
  return { ask, cookie, csrf, get, send };
}

const putDuo = (yaml = MAKING, revision = 0) => ["PUT", "/teams/T1/duo", { yaml, revision }] as const;

test("teams of the file and of the shelf are listed with what they can name, and each is text", async () => {
  const { get } = await enter("U1");
  const { teams, models, tools, mayNotEdit } = TeamsAnswer.parse(await get("/teams?workspace=T1"));
  expect(teams.map(({ name, fromFile, isDefault, policy }) => [name, fromFile, isDefault, policy])).toEqual([
    ["pair", true, true, "round-robin"],
    ["whole", true, false, "selector"],
  ]);
  expect([models.map(({ name }) => name), tools.map(({ name }) => name), mayNotEdit]).toEqual([["smart", "other"], ["web"], undefined]);
  const pair = TeamAnswer.parse(await get("/teams/T1/pair"));
  expect(pair).toMatchObject({ fromFile: true, revision: 0, mistakes: [] });
  expect(pair.yaml).toMatch(/^teams:\n {2}pair:\n {4}description: Two who talk\.\n/);
  expect(JSON.stringify(await get("/teams/schema"))).toContain("Who may be chosen after whom");
});

test("what is wrong with a team is told where it stands, as for the file", async () => {
  const { send } = await enter("U1");
  const check = async (yaml: string, editing?: string) =>
    CheckAnswer.parse((await send("POST", "/teams/check", { workspace: "T1", yaml, ...(editing ? { editing } : {}) })).answer);
  expect(await check(MAKING)).toEqual({ name: "duo", mistakes: [] });
  expect((await check(MAKING.replace("model: smart }", "model: smrt }"))).mistakes).toEqual([
    { path: "agents[1].model", line: 8, message: expect.stringContaining('Did you mean "smart"?') },
  ]);
  expect((await check("teams: { duo: [")).mistakes[0]?.message).toContain("not valid YAML");
  expect((await check(MAKING.replace("duo:", "pair:"))).mistakes[0]?.message).toContain("in the team file");
  expect((await check(MAKING.replace("teams:", "models: {}\nteams:"))).mistakes[0]).toMatchObject({ path: "models", line: 2 });
});

test("a team is kept with its revisions; the second of two editors is told who was faster, and an earlier one is taken back", async () => {
  const [maria, ben] = [await enter("U1"), await enter("U2")];
  expect(await maria.send(...putDuo())).toEqual({ status: 200, answer: { revision: 1, mistakes: [] } });
  const theirs = MAKING.replace("Two others.", "Two of Ben's.");
  expect(SaveAnswer.parse((await ben.send(...putDuo(theirs, 1))).answer).revision).toBe(2);
  const late = await maria.send(...putDuo(MAKING.replace("Two others.", "Two of Maria's."), 1));
  expect([late.status, late.answer.error?.code]).toEqual([409, "changed"]);
  expect(late.answer.error?.message).toMatch(/^Name of U2 has changed it \(edit team in studio, \d\d:\d\d UTC\)/);
  expect(TeamAnswer.parse(await maria.get("/teams/T1/duo"))).toMatchObject({ revision: 2, fromFile: false });
  // What it was before is there, to be put back.
  const { versions } = VersionsAnswer.parse(await maria.get("/teams/T1/duo/versions"));
  expect(versions.map(({ revision, yaml }) => [revision, /description: .*/.exec(yaml ?? "")?.[0]])).toEqual([
    [2, "description: Two of Ben's."],
    [1, "description: Two others."],
  ]);
  expect((await maria.send(...putDuo(versions[1]?.yaml ?? "", 2))).answer).toMatchObject({ revision: 3 });
  expect(SaveAnswer.parse((await maria.send(...putDuo(MAKING.replace("policy: round-robin", "policy: rund"), 3))).answer)).toEqual({
    mistakes: [expect.objectContaining({ path: "speakers.policy" })],
  });
  const audit = await parley.settings.decisions("T1", { limit: 3 });
  expect(audit.map(({ deed, subject, person, allowed }) => [deed, subject, person.id, allowed])).toEqual([
    ["edit team in studio", "team/duo", "U1", true],
    ["edit team in studio", "team/duo", "U2", true],
    ["create team in studio", "team/duo", "U1", true],
  ]);
  expect((await ben.send("DELETE", "/teams/T1/duo?revision=2")).status).toBe(409);
  expect((await ben.send("DELETE", "/teams/T1/duo?revision=3")).status).toBe(200);
  expect((await maria.get("/teams/T1/duo")) as object).toMatchObject({ error: { code: "not_found" } });
  expect((await maria.send("DELETE", "/teams/T1/pair?revision=1")).status).toBe(404);
});

test("who may not change teams, or read one, is told why and changes nothing; neither does another page, or a body that is too large", async () => {
  const asked: string[] = [];
  const { get, send, ask, cookie, csrf } = await enter("U3", {
    mayNot: async (_asker, { deed, subject, isAsked }) => (asked.push(`${deed} ${subject} ${isAsked}`), "Only admins may."),
  });
  expect(await get("/teams?workspace=T1")).toMatchObject({ mayNotEdit: "Only admins may.", mayNotPlay: "Only admins may." });
  expect(asked.splice(0)).toEqual(["editTeams teams false", "start teams false"]);
  for (const [method, path, body] of [
    putDuo(),
    ["GET", "/teams/T1/pair", undefined],
    ["POST", "/playground", { workspace: "T1", yaml: MAKING, task: "Go." }],
  ] as const)
    expect([path, await send(method, path, body)]).toEqual([
      path,
      { status: 403, answer: { error: { code: "not_allowed", message: "Only admins may." } } },
    ]);
  expect(asked).toEqual(["editTeams team/duo true", "export team/pair true", "start playground true"]);
  expect((await send(...putDuo(), {})).answer.error?.code).toBe("no_csrf_token");
  expect((await send("POST", "/teams/check", { yaml: 1 })).answer.error?.code).toBe("bad_body");
  expect((await send("POST", "/teams/check", { workspace: "T1", yaml: "x".repeat(600_000) })).answer.error?.code).toBe("too_large");
  let sentBytes = 0;
  const unsaid = new ReadableStream<Uint8Array>({
    pull: (to) => ((sentBytes += 65_536) < 16_000_000 ? to.enqueue(new Uint8Array(65_536)) : to.close()),
  });
  const posted = { method: "POST", headers: { cookie, "x-parley-csrf": csrf }, body: unsaid, duplex: "half" as const };
  // Of what does not say how long it is, no more is read either.
  expect([(await ask("/api/v1/teams/check", posted)).status, sentBytes < 1_000_000]).toEqual([400, true]);
  const broken = await ask("/api/v1/teams/check", { method: "POST", headers: { cookie }, body: "{" });
  expect(broken.status).toBe(403);
  expect(parley.workshop.shelf.get("T1", "duo")).toBeUndefined();
});

test("in a run of one's own in the playground the table of permissions holds as in Slack", async () => {
  const { run } = PlayAnswer.parse(
    (await (await enter("U1")).send("POST", "/playground", { workspace: "T1", yaml: MAKING, task: "Go." })).answer,
  );
  const asked: string[] = [];
  const { get, send } = await enter("U1", {
    mayNotAct: async (_asker, { deed, thread, startedBy, isAsked }) => (
      asked.push(`${deed} ${startedBy.id} ${thread === run?.thread} ${isAsked}`),
      "Only admins may."
    ),
  });
  await untilRecorded(run?.thread, "handoff.made");
  const path = `/runs/${encodeURIComponent(run?.thread ?? "")}/${run?.seq}`;
  for (const [what, body] of [
    // While it asks, whatever is said answers.
    ["words", { text: "left" }],
    ["words", { text: "left", answers: 3 }],
    ["verdict", { call: "c", approved: true }],
    ["limit", { halt: 3, wish: "raise" }],
    ["limit", { halt: 3, wish: "finish" }],
    ["stop", undefined],
  ] as const)
    expect([what, (await send("POST", `${path}/${what}`, body)).status]).toEqual([what, 403]);
  expect(asked.splice(0)).toEqual(["answer", "answer", "approve", "raise", "stop", "stop"].map((deed) => `${deed} U1 true true`));
  const mayNot = Object.fromEntries(
    ["answer", "steer", "approve", "stop", "raise", "raiseBudget"].map((deed) => [deed, "Only admins may."]),
  );
  expect(await get(`${path}/acts`)).toEqual({ isHere: true, mayNot });
  expect(asked.splice(0).every((one) => one.endsWith("false"))).toBe(true);
  // Where it asks nothing, words are no answer.
  const yaml = MAKING.replace("stop: { textMention: DONE }", "limits: { turns: 1 }").replace(", handoffs: [human]", "");
  const halted = PlayAnswer.parse((await send("POST", "/playground", { workspace: "T1", yaml, task: "Go.", model: "other" })).answer).run;
  await untilRecorded(halted?.thread, "limit.reached");
  const words = `/runs/${encodeURIComponent(halted?.thread ?? "")}/${halted?.seq}/words`;
  expect([(await send("POST", words, { text: "left" })).status, asked]).toEqual([403, ["steer U1 false true"]]);
});

async function untilRecorded(thread: string | undefined, type: string): Promise<void> {
  await expect.poll(async () => (await parley.runner.read(thread ?? "")).events.map((event) => event.type)).toContain(type);
}

test("who is in another workspace finds none of its teams by any route, and begins nothing there", async () => {
  const sight: Sight = { kind: "places", workspace: "T2", places: [playgroundOf("T2", "U9")] };
  const { get, send } = await enter("U9", { access: { sightOf: async () => sight } });
  const { run } = PlayAnswer.parse(
    (await (await enter("U1")).send("POST", "/playground", { workspace: "T1", yaml: MAKING, task: "Go." })).answer,
  );
  const thread = encodeURIComponent(run?.thread ?? "");
  for (const path of ["/teams?workspace=T1", "/teams/T1/pair", "/teams/T1/pair/versions", `/runs/${thread}/1/team`, `/runs/${thread}/1`])
    expect([path, await get(path)]).toMatchObject([path, { error: { code: "not_found" } }]);
  const recorded = run && { recorded: run };
  for (const [method, path, body] of [
    ["POST", "/teams/check", { workspace: "T1", yaml: MAKING }],
    putDuo(),
    ["DELETE", "/teams/T1/pair?revision=1", undefined],
    ["POST", "/playground", { workspace: "T1", yaml: MAKING, task: "Go." }],
    ["POST", "/playground", { workspace: "T2", yaml: MAKING, task: "Go.", ...recorded }],
    ["POST", `/runs/${thread}/1/words`, { text: "left" }],
    ["POST", `/runs/${thread}/1/verdict`, { call: "c", approved: true }],
    ["POST", `/runs/${thread}/1/limit`, { halt: 3, wish: "raise" }],
    ["POST", `/runs/${thread}/1/stop`, undefined],
  ] as const)
    expect([path, (await send(method, path, body)).status]).toEqual([path, 404]);
});

test("a team that is not kept runs in the playground, asks its own person alone, and is in the store by its name", async () => {
  const looks: string[] = [];
  const maria = await enter("U1", {
    access: { ...seesAll, onLook: async (_asker, { way, thread }) => void looks.push(`${way} ${thread}`) },
  });
  const begin = async (more: object) =>
    PlayAnswer.parse((await maria.send("POST", "/playground", { workspace: "T1", yaml: MAKING, task: "Choose a side.", ...more })).answer);
  const until = async (thread: string, type: string) => {
    await expect.poll(async () => (await parley.runner.read(thread)).events.map((event) => event.type)).toContain(type);
    return (await parley.runner.read(thread)).events;
  };
  const { run } = await begin({});
  if (!run) return expect.unreachable("it did not begin");
  expect(run.thread).toMatch(/^T1\/playground\/U1\//);
  const asked = (await until(run.thread, "handoff.made")).find(({ type }) => type === "handoff.made");
  const words = { text: "left", answers: asked?.seq };
  const path = `/runs/${encodeURIComponent(run.thread)}/${run.seq}`;
  // Another who sees the run cannot speak in it.
  expect((await (await enter("U2")).send("POST", `${path}/words`, words)).answer.error?.code).toBe("elsewhere");
  // While nobody can be told of it nothing is done, rather than done and told as failed.
  const untold = await enter("U1", { access: { ...seesAll, onLook: () => Promise.reject(new SightUnknown("Nobody answers.")) } });
  expect((await untold.send("POST", `${path}/words`, words)).status).toBe(503);
  expect((await maria.send("POST", `${path}/words`, words)).status).toBe(200);
  expect((await maria.send("POST", `${path}/words`, words)).status).toBe(409);
  const events = await until(run.thread, "run.stopped");
  expect(events.at(-1)).toMatchObject({ type: "run.stopped", outcome: "done" });
  expect((await maria.send("POST", `${path}/stop`)).status).toBe(409);
  expect(parley.workshop.shelf.get("T1", "duo")).toBeUndefined();
  // As it was when it ran, it is a beginning for another.
  expect(await maria.get(`/runs/${encodeURIComponent(run.thread)}/${run.seq}/team`)).toEqual({ yaml: expect.stringContaining("duo:") });

  const other = await begin({ model: "other" });
  expect((await until(other.run?.thread ?? "", "run.stopped")).map((event) => ("text" in event ? event.text : ""))).toContain(
    "From the other. DONE",
  );
  expect(await begin({ model: "none" })).toMatchObject({ mistakes: [{ path: "model" }] });

  looks.length = 0;
  const again = await begin({ recorded: run });
  expect(looks).toEqual([`POST /playground ${run.thread}`]);
  const repeated = (await until(again.run?.thread ?? "", "handoff.made")).find(({ type }) => type === "handoff.made");
  expect(repeated).toMatchObject({ agent: "Ana", text: "Which?", options: ["left", "right"] });
  await maria.send("POST", `/runs/${encodeURIComponent(again.run?.thread ?? "")}/1/words`, { text: "left", answers: repeated?.seq });
  expect((await until(again.run?.thread ?? "", "run.stopped")).at(-1)).toMatchObject({ outcome: "done" });
});

test("at a limit a run of the playground waits for its person, who raises it, or has it finish with a summary", async () => {
  const { get, send } = await enter("U1");
  const begin = async () => {
    const yaml = MAKING.replace("stop: { textMention: DONE }", "limits: { turns: 1 }");
    const { run } = PlayAnswer.parse((await send("POST", "/playground", { workspace: "T1", yaml: yaml.replace(", handoffs: [human]", ""), task: "Go.", model: "other" })).answer); // prettier-ignore
    const path = `/runs/${encodeURIComponent(run?.thread ?? "")}/${run?.seq}`;
    const types = async () => (await parley.runner.read(run?.thread ?? "")).events.map(({ type }) => type);
    await expect.poll(types).toContain("limit.reached");
    const halt = (await types()).indexOf("limit.reached") + 1;
    const last = async () => (await parley.runner.read(run?.thread ?? "")).events.at(-1);
    return { path, types, halt, last };
  };
  const first = await begin();
  expect(await get(`${first.path}/acts`)).toEqual({ isHere: true, mayNot: {} });
  expect((await send("POST", `${first.path}/limit`, { halt: first.halt + 1, wish: "raise" })).answer.error?.code).toBe("too_late");
  expect((await send("POST", `${first.path}/limit`, { halt: first.halt, wish: "raise" })).status).toBe(200);
  await expect.poll(first.types).toContain("limit.raised");
  const second = await begin();
  expect((await send("POST", `${second.path}/limit`, { halt: second.halt, wish: "finish" })).status).toBe(200);
  await expect.poll(second.types).toContain("run.stopped");
  expect(await second.types()).toContain("summary.requested");
  expect(await second.last()).toMatchObject({ outcome: "limit" });
  expect(await get(`${second.path}/acts`)).toEqual({ isHere: false, mayNot: {} });
});
