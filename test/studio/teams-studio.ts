import { afterAll } from "vitest";
import { loadSettings } from "../../src/config/load.ts";
import { createParley, type Parley } from "../../src/parley.ts";
import { logsOf } from "../../src/store/runs/logs.ts";
import { runsInLogs } from "../../src/store/runs/runs-in-logs.ts";
import type { Access } from "../../src/studio/access.ts";
import type { Acting } from "../../src/studio/acts/acting.ts";
import { actingHere } from "../../src/studio/acts/here.ts";
import { isPlayed, isPlayedBy, type Workshop } from "../../src/studio/teams/workshop.ts";
import { folderWith } from "../config/team-files.ts";

const TEAM_FILE = `models:
  smart: { provider: replay, file: replies.yml }
  other: { provider: replay, file: others.yml }
sandbox: { executor: off }
tools: { web: { kind: web-fetch } }
teams:
  pair:
    description: Two who talk. # Kept short.
    speakers: { policy: round-robin }
    agents:
      - { name: Ana, icon: ":mag:", description: Asks., model: smart, handoffs: [human] }
      - { name: Ben, description: Answers., model: smart, tools: [web] }
    stop: { textMention: DONE }
  whole:
    description: A team with another inside.
    speakers: { policy: selector, model: other }
    agents:
      - { name: Crew, kind: team, team: pair, description: The two. }
      - { name: Judge, description: Decides., model: other }
    stop: { textMention: DONE }
`;
const REPLIES = `replies:
  Ana: [{ toolCalls: [{ name: transfer_to_human, args: { question: Which?, options: [left, right] } }] }, "Then {{last}}.", "New."]
  Ben: ["As was said. DONE", "DONE", "DONE"]
`;
const OTHERS = `replies:
  Ana: ["From the other. DONE"]
  Ben: ["So it is. DONE"]
  Cy: [{ toolCalls: [{ name: web_fetch, args: { url: "https://example.com/\\u202Egnp.exe" } }] }, "I leave it. DONE"]
  Summary: ["In short: so."]
`;

export const MAKING = `# Mine.
teams:
  duo:
    description: Two others. # Said in a line.
    speakers: { policy: round-robin }
    agents:
      - { name: Ana, description: Asks., model: smart, handoffs: [human] }
      - { name: Ben, description: Answers., model: smart }
    stop: { textMention: DONE }
`;

/** A Parley without Slack in a database in memory, with a team file; what the studio is given of it. One for a test file. */
export async function teamsParley(): Promise<{ readonly parley: Parley; readonly log: string[] }> {
  const log: string[] = [];
  const files = { "parley.yml": TEAM_FILE, "replies.yml": REPLIES, "others.yml": OTHERS };
  const parley = await createParley({
    settings: loadSettings({ env: {}, cwd: folderWith(files) }),
    env: {},
    dbPath: ":memory:",
    asksAtLimits: true,
    log: (line) => void log.push(line),
  });
  await parley.start();
  afterAll(() => parley.stop());
  return { parley, log };
}

/** `mayNot`: why somebody may not do something; everybody may when absent. */
export function teamsWorkshop(parley: Parley, mayNot: Workshop["refusal"] = async () => undefined): Workshop {
  return { ...parley.workshop, home: "T1", refusal: mayNot };
}

/** By whom people act in its runs; everybody may do all of it where `mayNot` is absent. */
export const actingIn = (parley: Parley, mayNot: Acting["refusal"] = async () => undefined): Acting =>
  actingHere({ runner: () => parley.runner, isHere: (thread, { id }) => !isPlayed(thread) || isPlayedBy(thread, id), refusal: mayNot });

export const logsIn = ({ store }: Parley) => logsOf({ store, runs: runsInLogs(store) });

export const seesAll: Access = { sightOf: async () => ({ kind: "all" }) };
