import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { workshopHere } from "../../src/cli/workshop-here.ts";
import { loadSettings } from "../../src/config/load.ts";
import { leaveProposal, type TeamProposal } from "../../src/store/proposals/team-proposals.ts";
import { openSqlite, openSqliteSettings } from "../../src/store/sqlite/store.ts";
import { folderWith } from "../config/team-files.ts";
import { runEvents, write } from "../studio/studio.ts";
import { terminal } from "./here.ts";

function folder(): string {
  const cwd = mkdtempSync(join(tmpdir(), "parley-studio-"));
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  return cwd;
}

test("the studio shows a database that a running Parley holds, prints the next address when one was used, and ends with Ctrl-C", async () => {
  const cwd = folder();
  const parley = openSqlite({ path: join(cwd, "a.db") });
  await write(parley, { events: runEvents() });
  const here = terminal({ cwd });
  const ended = main(["studio", "--port", "0", "--db", "a.db"], here.io);
  await Promise.race([here.printed("Ctrl-C ends it."), ended]);
  const address = /The studio is at (http:\/\/127\.0\.0\.1:\d+\/enter\?token=\S+)/.exec(here.out())?.[1] ?? "";
  const entered = await fetch(address, { redirect: "manual" });
  const cookie = entered.headers.get("set-cookie")?.split(";")[0] ?? "";
  await here.printed("The next address: http://127.0.0.1:");
  const get = (path: string) => fetch(new URL(path, address), { headers: { cookie } });
  expect(await (await get("/")).text()).toContain("Parley studio");
  // There is no team file, which the page and the terminal say.
  expect(await (await get("/api/v1/teams?workspace=T1")).json()).toMatchObject({ error: { code: "no_teams" } });
  expect(here.out()).toContain("It shows no teams, and nothing is forked there: ");
  await write(parley, { thread: "T1/C1/2.1", events: runEvents({ task: "Begun meanwhile", over: false }) });
  expect(await (await get("/api/v1/runs?workspace=T1")).json()).toMatchObject({
    waiting: [{ task: "Begun meanwhile" }],
    found: [{ task: "Count the marmots" }],
  });
  here.interrupt();
  expect(await ended).toBe(0);
  await expect(fetch(address)).rejects.toThrow("fetch failed");
  await parley.store.close();
});

const TEAM_FILE = `models: { smart: { provider: replay, file: replies.yml } }
sandbox: { executor: off }
teams:
  solo:
    description: One.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Says it., model: smart }]
    stop: { textMention: DONE }
`;
const OWN = TEAM_FILE.slice(TEAM_FILE.indexOf("teams:")).replace("solo", "mine");

test("whoever opens the studio tries a team there, in memory, and saves it where no Parley runs on the database", async () => {
  const cwd = folderWith({ "parley.yml": TEAM_FILE, "replies.yml": 'replies: { Ana: ["Said. DONE"] }\n' });
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const parley = openSqlite({ path: join(cwd, "a.db") });
  await write(parley, { events: runEvents() });
  const here = terminal({ cwd });
  const ended = main(["studio", "--port", "0", "--db", "a.db"], here.io);
  await Promise.race([here.printed("Ctrl-C ends it."), ended]);
  const address = /The studio is at (\S+)/.exec(here.out())?.[1] ?? "";
  const cookie = (await fetch(address, { redirect: "manual" })).headers.get("set-cookie")?.split(";")[0] ?? "";
  const ask = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers = { cookie, "x-parley-csrf": csrf, "content-type": "application/json" };
    const answer = await fetch(new URL(`/api/v1${path}`, address), { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    return (await answer.json()) as T;
  };
  let csrf = "";
  ({ csrf } = await ask<{ csrf: string }>("GET", "/session"));
  const teams = () => ask<{ mayNotEdit?: string; mayNotPlay?: string; teams: { name: string }[] }>("GET", "/teams?workspace=T1");
  const held = await teams();
  expect([held.mayNotEdit, held.mayNotPlay]).toEqual([expect.stringContaining("another Parley is running"), undefined]);
  const { run } = await ask<{ run: { thread: string; seq: number } }>("POST", "/playground", {
    workspace: "T1",
    yaml: OWN,
    task: "Say it.",
  });
  expect(run.thread).toMatch(/^studio\/playground\/owner\//);
  const read = () => ask<{ events: { type: string; text?: string }[] }>("GET", `/runs/${encodeURIComponent(run.thread)}/${run.seq}`);
  await expect.poll(async () => (await read()).events.at(-1)?.type, { timeout: 20_000 }).toBe("run.stopped");
  expect((await read()).events.map(({ text }) => text)).toContain("Said. DONE");
  expect(await parley.store.recent(10)).toHaveLength(1);
  await parley.store.close();
  expect(await teams()).not.toHaveProperty("mayNotEdit");
  expect(await ask("PUT", "/teams/T1/mine", { yaml: OWN, revision: 0 })).toEqual({ revision: 1, mistakes: [] });
  expect((await teams()).teams.map(({ name }) => name)).toEqual(["solo", "mine"]);
  expect(await ask("GET", "/teams/T1/mine/versions")).toMatchObject({ versions: [{ revision: 1 }] });
  expect(await ask("GET", "/teams/T1/mine/proposal")).toEqual({});
  const [at, later] = ["2026-11-29T10:00:00.000Z", "2026-11-29T11:00:00.000Z"];
  await leave(join(cwd, "a.db"), { at, revision: 1, before: OWN, after: OWN.replace("One.", "The one.") });
  expect(await ask("GET", "/teams/T1/mine/proposal")).toMatchObject({ proposal: { at, state: "open", askedBy: "ola" } });
  expect(await ask("POST", "/teams/T1/mine/proposal", { at, take: true })).toEqual({ revision: 2, mistakes: [] });
  expect(await ask("GET", "/teams/T1/mine/proposal")).toEqual({});
  await leave(join(cwd, "a.db"), { at: later, revision: 2, before: OWN.replace("One.", "The one."), after: OWN });
  expect(await ask("POST", "/teams/T1/mine/proposal", { at: later, take: false })).toEqual({ mistakes: [] });
  here.interrupt();
  expect(await ended).toBe(0);
  const after = openSqlite({ path: join(cwd, "a.db") });
  expect(await after.settings.get("T1", "team/mine")).toMatchObject({ revision: 2, value: { description: "The one." } });
  const decisions = await after.settings.decisions("T1", { limit: 10 });
  expect(decisions.map(({ deed, person }) => [deed, person.id]).toReversed()).toEqual([
    ["create team in studio", "owner"],
    ["propose change", "operator"],
    ["edit team as proposed", "owner"],
    ["take proposal", "owner"],
    ["propose change", "operator"],
    ["decline proposal", "owner"],
  ]);
  await after.store.close();
});

async function leave(path: string, of: Pick<TeamProposal, "at" | "revision" | "before" | "after">): Promise<void> {
  const share = (value: number) => ({ value, low: value - 0.1, high: value + 0.1 });
  const heldOut = { cases: 12, before: share(0.4), after: share(0.9), difference: share(0.5), p: 0.01 };
  const proposal: TeamProposal = { version: 1, askedBy: "ola", file: "s.yml", difference: "", reasons: [], heldOut, usd: 1, ...of };
  const { close, ...settings } = openSqliteSettings({ path });
  expect(await leaveProposal(settings, { workspace: "T1", team: "mine", proposal, person: { id: "operator", name: "ola" } })).toBe(true);
  await close();
}

test("whoever looks at teams in two tabs at once stands in nobody's way", async () => {
  const cwd = folderWith({ "parley.yml": TEAM_FILE, "replies.yml": "replies: {}\n" });
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }));
  const path = join(cwd, "a.db");
  await openSqlite({ path }).store.close();
  const { refusal } = workshopHere(loadSettings({ env: {}, cwd }), { path, own: new Map() }, terminal({ cwd }).io);
  const wish = { deed: "editTeams", workspace: "T1", subject: "teams", isAsked: false } as const;
  const tabs = [1, 2, 3].map(async () => refusal?.({ id: "owner", name: "You" }, wish));
  expect(await Promise.all(tabs)).toEqual([undefined, undefined, undefined]);
});

test("where there is no database, or the port is none, that is said with the mend", async () => {
  const cwd = folder();
  for (const [args, code, says] of [
    [["--db", "none.db"], 1, "there is no database"],
    [["--port", "99999"], 2, "--port is a number from 0 to 65535"],
  ] as const) {
    const here = terminal({ cwd });
    expect([await main(["studio", ...args], here.io), here.err()]).toEqual([code, expect.stringContaining(says)]);
  }
});
