import { lstatSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, stringify } from "yaml";
import type { Tuned } from "../../../src/eval/tuning/tune.ts";
import { proposalOf } from "../../../src/store/proposals/team-proposals.ts";
import type { Settings } from "../../../src/store/settings.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { parley, terminal } from "../../cli/here.ts";
import { main } from "../../../src/cli/main.ts";
import { folderWith } from "../../config/team-files.ts";

const TEAM_FILE = `# What we ship.
extensions: [./model.ts]
models: { a: { provider: told }, w: { provider: told } }
teams:
  sums:
    description: Adds. # for the list in Slack
    speakers: { policy: round-robin }
    agents:
      - { name: A, model: a, description: "Adds.", instructions: Add the numbers. }
      - name: B
        model: a
        description: Checks.
        instructions: |
          Check what was said.

          Say it again.
    stop: { maxMessages: 3 } # one turn each
    limits: { usd: 100 }
    summaryFromTurns: never
`;

/**
 * Solves all cases with CAREFUL in the instructions, none with HASTY, else those with an even number; with DEAR a call costs five times as much. What it proposes stands in proposals.json. `calls.log`: which calls were made.
 */
const MODEL = `import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineModel } from "@parley-team/parley";
const CALLS = join(import.meta.dirname, "calls.log");
export const told = defineModel({
  name: "told",
  reply: async ({ agent, system, messages, answer }, { signal }) => {
    const words = messages.map(({ text }) => text).join("\\n");
    const asked = system + words; // What an agent is to do stands in either.
    const usage = { inputTokens: 90, outputTokens: 10, usd: asked.includes("DEAR") ? 0.05 : 0.01 };
    appendFileSync(CALLS, agent + " " + (/case (\\d+)/.exec(words)?.[1] ?? "") + "\\n");
    if (answer) return { text: readFileSync(join(import.meta.dirname, "proposals.json"), "utf8"), usage };
    const number = Number(/case (\\d+)/.exec(words)?.[1]);
    // B says again what A said.
    if (agent === "B") return { text: /The answer is \\S+/.exec(words)[0], usage };
    if (asked.includes("WAIT") && !existsSync(join(import.meta.dirname, "go"))) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    const isRight = asked.includes("CAREFUL") || (!asked.includes("HASTY") && number % 2 === 0);
    return { text: "The answer is " + (isRight ? number : -1) + ".", usage };
  },
});
`;
const CASES = Array.from({ length: 24 }, (_, index) => ({ id: `c${index}`, input: `case ${index}`, expected: index }));
/** By this seed 7 of the 12 cases that are held out are odd. */
const SUITE = { cases: CASES, teams: ["sums"], score: [{ kind: "number" }], concurrency: 1, seed: 4 };
const change = (text: string, path = "agents.0.instructions") => ({ path, text });
const propose = (...proposals: readonly { readonly reason: string; readonly changes: readonly object[] }[]) =>
  JSON.stringify({ proposals });
const CAREFUL = { reason: "It guesses.", changes: [change("Add the numbers. Be CAREFUL: work it out.")] };
const HASTY = { reason: "It is slow.", changes: [change("HASTY")] };

function folder(proposals: string, suite: object = SUITE): string {
  return folderWith({ "parley.yml": TEAM_FILE, "model.ts": MODEL, "suite.yml": stringify(suite), "proposals.json": proposals });
}
const tuned = async (cwd: string, ...more: readonly string[]) => {
  const { code, out, err } = await parley(["tune", "sums", "--eval", "suite.yml", "--json", ...more], { cwd });
  return { code, err, tuned: (out.trim() === "" ? undefined : JSON.parse(out)) as (Tuned & { readonly applied: boolean }) | undefined };
};
const callsIn = (cwd: string) => readFileSync(join(cwd, "calls.log"), "utf8").trim().split("\n");
const teamFile = (cwd: string) => readFileSync(join(cwd, "parley.yml"), "utf8");

test("the proposal that solves most of what is seen is judged on what is held out, and written with a yes alone, where it stands", async () => {
  const cwd = folder(propose(HASTY, CAREFUL));
  const { code, err, tuned: first } = await tuned(cwd);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(first).toMatchObject({
    outcome: "helped",
    applied: false,
    seen: { cases: 12, after: 1 },
    heldOut: { cases: 12, after: { value: 1 } },
  });
  expect(first?.tried).toMatchObject([
    { round: 1, reason: "It is slow.", solved: 0 },
    { round: 1, reason: "It guesses.", solved: 1 },
  ]);
  // Half of all are even; which of them are seen, the seed says.
  const [seen = 0, held = 0] = [first?.seen.before, first?.heldOut?.before.value];
  expect(seen + held).toBeCloseTo(1, 9);
  expect(first?.heldOut?.difference.value).toBeCloseTo(1 - held, 9);
  expect(first?.heldOut?.difference.low).toBeGreaterThan(0);
  expect(first?.changes).toEqual([{ path: "agents.0.instructions", text: "Add the numbers. Be CAREFUL: work it out." }]);
  expect(first?.usd).toBeCloseTo(0.01 * callsIn(cwd).length, 9);
  expect(teamFile(cwd)).toBe(TEAM_FILE);
  // No case that is held out was shown, and each proposal was tried on the seen ones alone.
  const calls = callsIn(cwd).length;

  const again = await tuned(cwd, "--yes");
  expect(again.tuned).toEqual({ ...first, applied: true });
  expect(callsIn(cwd)).toHaveLength(calls);
  const instructions = "instructions: Add the numbers.";
  expect(teamFile(cwd)).toBe(TEAM_FILE.replace(instructions, `instructions: "Add the numbers. Be CAREFUL: work it out."`));
  expect(first?.diff).toContain(`\n-      - { name: A, model: a, description: "Adds.", ${instructions} }\n+`);
});

test("what a person is shown ends in a question, and only a yes changes the file", async () => {
  const cwd = folder(propose(CAREFUL));
  for (const [typed, isChanged] of [
    ["n\n", false],
    ["y\n", true],
  ] as const) {
    const { code, out, err } = await parley(["tune", "sums", "--eval", "suite.yml"], { cwd, tty: true, typed });
    expect(code).toBe(0);
    expect(out).toMatch(/On 12 cases that no proposal had seen, sums solved .* before and 100\.0% .* after: \+.* points .*It helped:/s);
    expect(err).toContain("Write this into parley.yml? [y/N]");
    expect(out).toContain(isChanged ? "parley.yml was changed." : "Nothing was changed. --yes writes it.");
    expect(teamFile(cwd) !== TEAM_FILE).toBe(isChanged);
  }
});

test("a block of several lines stays one, the comments stay, and so does a link to the file", async () => {
  const cwd = folder(
    propose({ reason: "r", changes: [change("Be brief.\n\n  Twice.", "agents.1.instructions"), change("CAREFUL, {yes}: now")] }),
  );
  renameSync(join(cwd, "parley.yml"), join(cwd, "shared.yml"));
  symlinkSync("shared.yml", join(cwd, "parley.yml"));
  expect((await tuned(cwd, "--yes")).tuned?.applied).toBe(true);
  expect(lstatSync(join(cwd, "parley.yml")).isSymbolicLink()).toBe(true);
  expect(teamFile(cwd)).toBe(
    TEAM_FILE.replace("          Check what was said.\n\n          Say it again.\n", "          Be brief.\n\n            Twice.\n").replace(
      "instructions: Add the numbers.",
      `instructions: "CAREFUL, {yes}: now"`,
    ),
  );
});

test("it says so when nothing helped, and when there was nothing to mend", async () => {
  const cwd = folder(propose(HASTY));
  const none = await tuned(cwd, "--yes");
  expect(none.tuned).toMatchObject({ outcome: "none", applied: false, changes: [] });
  expect(none.tuned?.heldOut).toBeUndefined();
  expect((await parley(["tune", "sums", "--eval", "suite.yml"], { cwd })).out).toContain("Nothing helped");
  const even = { ...SUITE, cases: CASES.filter((_, index) => index % 2 === 0) };
  expect((await tuned(folder(propose(), even))).tuned?.outcome).toBe("solved");
  expect(teamFile(cwd)).toBe(TEAM_FILE);
});

test("what may be chance is not called a help: five of twelve more, where the interval alone would say so", async () => {
  const { tuned: five } = await tuned(folder(propose(CAREFUL), { ...SUITE, seed: 1 }), "--yes");
  expect(five).toMatchObject({ outcome: "unclear", applied: false, heldOut: { cases: 12, p: 0.0625 } });
  expect(five?.heldOut?.difference.low).toBeGreaterThan(0);
});

test("what cannot be used is told, and costs no run", async () => {
  const cwd = folder(
    propose(
      { reason: "long", changes: [change("x".repeat(25_000))] },
      { reason: "strange", changes: [change("HASTY", "limits.usd"), change("HASTY", "agents.7.instructions")] },
    ),
  );
  const { tuned: told } = await tuned(cwd);
  expect(told?.tried).toMatchObject([{ reason: "long", refused: expect.stringContaining("agents.0.instructions") as string }]);
  expect(callsIn(cwd)).toHaveLength(12 * 2 + 1);
});

test("a budget holds over all of it, and keeps back what the judgement needs; with more it goes on", async () => {
  const cwd = folder(propose(HASTY, CAREFUL));
  // The seen cases take 0.24, and a proposal on them as much; the held-out ones by both 0.48.
  const short = await tuned(cwd, "--budget-usd", "0.9");
  expect([short.code, short.tuned?.outcome, short.tuned?.tried.length]).toEqual([3, "budget", 0]);
  // Nothing is proposed that could not be tried.
  expect(short.tuned?.usd).toBeCloseTo(0.24, 9);
  const before = callsIn(cwd).length;
  const rest = await tuned(cwd, "--budget-usd", "10");
  expect([rest.code, rest.tuned?.outcome]).toEqual([0, "helped"]);
  expect(callsIn(cwd)).toHaveLength(Math.round((rest.tuned?.usd ?? 0) * 100));
  expect(callsIn(cwd).length).toBeGreaterThan(before);

  // What costs more than the team as it is may cost no more than the judgement leaves: then it is said, and no share of what was tried.
  const dear = await tuned(folder(propose({ reason: "dear", changes: [change("CAREFUL and DEAR")] })), "--budget-usd", "1");
  expect([dear.code, dear.tuned]).toMatchObject([
    3,
    { outcome: "budget", tried: [{ reason: "dear", refused: expect.stringContaining("budget") as string }] },
  ]);
  expect(dear.tuned?.tried[0]).not.toHaveProperty("solved");
  expect(dear.tuned?.usd).toBeLessThanOrEqual(1 - 0.48 + 0.05); // The call under way is paid.
});

test("that nothing was proposed is told with why; a proposer whom the budget cuts off, as that, and asked again with more", async () => {
  const silent = await tuned(folder("Nothing to say."));
  expect([silent.code, silent.tuned]).toMatchObject([0, { outcome: "none", tried: [{ round: 1, reason: "a proposed nothing" }] }]);
  const cwd = folder("Nothing to say.");
  // What it needs to be tried and judged is kept back: half a call is left for asking.
  const short = await tuned(cwd, "--budget-usd", "0.965");
  expect([short.code, short.tuned]).toMatchObject([3, { outcome: "budget", tried: [] }]);
  writeFileSync(join(cwd, "proposals.json"), propose(CAREFUL));
  const rest = await tuned(cwd, "--budget-usd", "10");
  expect([rest.code, rest.tuned?.outcome]).toEqual([0, "helped"]);
  expect(callsIn(cwd)).toHaveLength(Math.round((rest.tuned?.usd ?? 0) * 100));
});

test("interrupted, the same command goes on, and pays for no call twice but those under way", async () => {
  const cwd = folder(propose({ reason: "waits", changes: [change("WAIT and be CAREFUL")] }));
  const here = terminal({ cwd });
  const running = main(["tune", "sums", "--eval", "suite.yml", "--json"], here.io);
  await expect.poll(() => callsIn(cwd).length).toBe(26); // All that is seen, the proposal, and the first run with it.
  here.interrupt();
  expect(await running).toBe(130);
  expect(here.err()).toContain("goes on from here");
  writeFileSync(join(cwd, "go"), "");
  const { tuned: rest } = await tuned(cwd);
  expect(rest?.outcome).toBe("helped");
  expect(callsIn(cwd)).toHaveLength(25 + 1 + 12 * 2 + 12 * 2 * 2);
});

test("what helps a team that people have made is proposed to them, also while Parley runs on their database, and changes nothing", async () => {
  const cwd = folder(propose(CAREFUL));
  const path = join(cwd, "data/parley.db");
  mkdirSync(join(cwd, "data"));
  const { sums } = (parse(TEAM_FILE) as { readonly teams: { readonly sums: object } }).teams;
  const adds = { ...sums, limits: { usd: 10 } };
  const within = async <T>(job: (settings: Settings) => Promise<T>): Promise<T> => {
    const { settings, store } = openSqlite({ path });
    try {
      return await job(settings);
    } finally {
      await store.close();
    }
  };
  const by = { workspace: "T1", person: { id: "U1", name: "Ada" }, deed: "create team", subject: "team/adds", allowed: true };
  await within((settings) => settings.put({ name: "team/adds", value: adds, revision: 0, decision: by }));
  // As the running one writes it out, in the midst of a line.
  const audit = '{"id":7}\n{"id":8,';
  writeFileSync(join(cwd, "audit.jsonl"), audit);
  const env = { PARLEY_AUDIT_FILE: "audit.jsonl" };
  const tune = (...more: readonly string[]) => parley(["tune", "adds", "--eval", "suite.yml", "--workspace", "T1", ...more], { cwd, env });
  expect((await tune("--yes")).err).toContain("--yes writes a team's file");
  expect((await parley(["tune", "adds", "--eval", "suite.yml"], { cwd })).err).toContain("is named with --workspace");
  expect((await parley(["tune", "add", "--eval", "suite.yml", "--workspace", "T1"], { cwd })).err).toContain('have made no team "add"');
  const running = openSqlite({ path });
  const heard: object[] = [];
  running.settings.follow((changed) => heard.push(changed));
  running.audit.follow((told) => heard.push(told));
  const other = openSqlite({ path: join(cwd, "data/parley-tune.db") });
  expect(await tune()).toMatchObject({
    code: 1,
    err: expect.stringMatching(/parley-tune\.db: another `parley tune` is at work with this file\. Wait for its end/) as string,
  });
  await other.store.close();
  const { code, out, err } = await tune();
  expect([code, out]).toEqual([0, expect.stringContaining("Proposed. Who may change adds is asked in Slack") as string]);
  expect(err).toContain(`The runs are kept in ${join(cwd, "data/parley-tune.db")}.`);
  expect(readFileSync(join(cwd, "audit.jsonl"), "utf8")).toBe(audit);
  await expect.poll(() => heard).toContainEqual({});
  const [{ id } = { id: 0 }] = (await running.audit.after(0, 100)).slice(-1);
  expect(heard).toContainEqual({ kind: "entry", id });
  expect(await running.store.recent(10)).toEqual([]);
  await running.settings.record({ ...by, deed: "open App Home" });
  expect((await running.audit.check()).problems).toEqual([]);
  await running.store.close();
  const kept = await within(async (settings) => ({
    proposal: await proposalOf(settings, "T1", "adds"),
    team: await settings.get("T1", "team/adds"),
    decisions: (await settings.decisions("T1", { limit: 2 })).slice(1),
  }));
  expect(kept.team).toEqual({ name: "team/adds", value: adds, revision: 1 });
  expect(kept.decisions).toMatchObject([{ deed: "propose change", subject: "proposal/adds", person: { id: "operator" } }]);
  expect(kept.proposal?.proposal).toMatchObject({
    file: "suite.yml",
    revision: 1,
    reasons: ["It guesses."],
    heldOut: { cases: 12, after: { value: 1 } },
  });
  expect(kept.proposal?.proposal.difference).toMatch(/^-.*Add the numbers\.$/m);
  const after = parse(kept.proposal?.proposal.after ?? "") as { readonly teams: { readonly adds: { readonly agents: readonly object[] } } };
  expect(after.teams.adds.agents[0]).toMatchObject({ instructions: "Add the numbers. Be CAREFUL: work it out." });

  // A newer one takes its place.
  writeFileSync(join(cwd, "proposals.json"), propose({ reason: "again", changes: [change("CAREFUL now")] }));
  await within((settings) => settings.put({ name: "team/adds", value: { ...adds, description: "Adds up." }, revision: 1, decision: by }));
  const next = JSON.parse((await tune("--json")).out) as { readonly proposed: boolean; readonly applied: boolean };
  expect([next.proposed, next.applied]).toEqual([true, false]);
  expect((await within((settings) => proposalOf(settings, "T1", "adds")))?.proposal).toMatchObject({ revision: 2, reasons: ["again"] });
});

test.each([
  [["tune", "sums"], /Name a team and an evaluation's file/],
  [["tune", "sum", "--eval", "suite.yml"], /parley\.yml has no team "sum"; it has sums/],
  [["tune", "sums", "--eval", "suite.yml", "--rounds", "0"], /--rounds takes a whole number from 1 to 10, not "0"/],
  [["tune", "sums", "--eval", "suite.yml", "--model", "z"], /--model names one of a, w, not "z"/],
  [["tune", "sums", "--eval", "few.yml"], /few\.yml:\d+: cases: 2 cases are too few/],
])("a mistake is told before anything is paid for: %s", async (args, words) => {
  const cwd = folderWith({
    "parley.yml": TEAM_FILE,
    "model.ts": MODEL,
    "suite.yml": stringify(SUITE),
    "few.yml": stringify({ ...SUITE, cases: CASES.slice(0, 2) }),
  });
  const { code, err } = await parley(args, { cwd });
  expect([code, err]).toEqual([2, expect.stringMatching(words) as string]);
});
