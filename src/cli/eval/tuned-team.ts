import { userInfo } from "node:os";
import { databasePath, type Settings } from "../../config/load.ts";
import { checkOwnTeam, writeOwnTeam } from "../../config/own-team.ts";
import type { TeamSettings } from "../../config/schema/team-file.ts";
import { evaluationRoom, type Parley, type Tuned } from "../../parley.ts";
import { UsageError, type Io } from "../command.ts";
import { readKept, type KeptAt } from "../own-stores.ts";
import { harmless } from "../terminal.ts";

type Room = Awaited<ReturnType<typeof evaluationRoom>>;
type TeamSource = ReturnType<Room["sourceOf"]>;
type WrittenTeam = TeamSource["team"];

/** A team whose texts are to become better: where it is written, and how it is read. */
export interface TunedTeam {
  /** The team file's, with the team among them. */
  readonly settings: Settings;
  readonly written: TeamSource;
  readonly settingsOf: (team: WrittenTeam) => TeamSettings;
  /** Of people who have made it; a team of the file when absent. */
  readonly shelved?: Shelved;
}

interface Shelved {
  readonly workspace: string;
  readonly revision: number;
}

/** One of the team file, or of those that people of a workspace have made. Throws {@link UsageError} where there is none of this name. */
export async function tunedTeam(
  team: string,
  { workspace, db }: { readonly workspace: string | undefined; readonly db: string | undefined },
  teamFile: Settings,
  io: Io,
): Promise<TunedTeam> {
  const room = await evaluationRoom();
  if (workspace === undefined) {
    if (!teamFile.teams.has(team))
      throw new UsageError(
        `${teamFile.file} has no team "${harmless(team)}"; it has ${[...teamFile.teams.keys()].join(", ")}. One that people have made is named with --workspace.`,
      );
    const written = room.sourceOf(team, { file: teamFile.file, cwd: io.cwd });
    return { settings: teamFile, written, settingsOf: (one) => room.settingsOf(one, teamFile) };
  }
  const kept = await keptTeam({ path: databasePath(db ?? teamFile.database, io.cwd), own: teamFile.registry.store }, workspace, team);
  if (kept === undefined)
    throw new UsageError(`In this database the people of ${harmless(workspace)} have made no team "${harmless(team)}".`);
  const settingsOf = (one: unknown): TeamSettings => {
    const checked = checkOwnTeam({ name: team, team: one }, teamFile);
    if ("team" in checked) return checked.team;
    throw new UsageError(`${team}: ${checked.mistakes.map(({ path, message }) => `${path}: ${message}`).join("; ")}`);
  };
  const settings = { ...teamFile, teams: new Map([...teamFile.teams, [team, settingsOf(kept.value)]]) };
  const text = writeOwnTeam({ name: team, team: kept.value });
  const written = { path: "", shown: `team/${team}`, text, team: kept.value as WrittenTeam };
  return { settings, written, settingsOf, shelved: { workspace, revision: kept.revision } };
}

async function keptTeam(at: KeptAt, workspace: string, team: string) {
  const store = await readKept(at);
  try {
    return await store.settings.get(workspace, `team/${team}`);
  } finally {
    await store.close();
  }
}

/**
 * Where the runs of a tuning of people's team are kept: in SQLite beside the database, in a file of their own, for a Parley may work on that one meanwhile. In
 * both cases it is the same one each time, so that what was had is found again.
 */
export async function tuningDatabase(address: string): Promise<string> {
  const { isSqlite } = await import("../../parley.ts");
  return isSqlite(address) && address !== ":memory:" ? address.replace(/(?:\.[A-Za-z0-9]+)?$/, (ending) => `-tune${ending}`) : address;
}

/** Leaves what helped for whoever may change the team. Resolves to what became of it, for whoever runs the command. */
export async function proposed(
  settings: Pick<Parley["settings"], "get" | "put">,
  {
    tuned,
    written,
    shelved,
    file,
  }: { readonly tuned: Tuned; readonly written: TeamSource; readonly shelved: Shelved; readonly file: string },
): Promise<{ readonly isLeft: boolean; readonly words: string }> {
  const { team, heldOut, text, diff, reasons, usd } = tuned;
  const { workspace, revision } = shelved;
  if (!heldOut || text === undefined || diff === undefined) throw new Error("what has helped was judged, and has a text");
  if ((await settings.get(workspace, `team/${team}`))?.revision !== revision)
    return { isLeft: false, words: `${team} was changed meanwhile; nothing was proposed. The same command tunes it as it is now.` };
  const name = userName();
  const proposal = {
    version: 1 as const,
    at: new Date().toISOString(),
    askedBy: name,
    file,
    revision,
    before: written.text,
    after: text,
    difference: diff,
    reasons: [...reasons],
    heldOut,
    usd,
  };
  const { leaveProposal } = await evaluationRoom();
  const left = await leaveProposal(settings, { workspace, team, proposal, person: { id: "operator", name } });
  if (left === "large") return { isLeft: false, words: "The team is too large to be proposed so; change it in the studio." };
  if (!left) return { isLeft: false, words: "Another proposal for this team came at the same instant; nothing was proposed." };
  return {
    isLeft: true,
    words: `Proposed. Who may change ${team} is asked in Slack, and finds it with the team in App Home and in the studio; nothing changes before they take it.`,
  };
}

function userName(): string {
  try {
    return userInfo().username || "the operator";
  } catch {
    return "the operator"; // A container may run as a user without a name.
  }
}
