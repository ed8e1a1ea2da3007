import { nearest } from "../../engine/reading/nearest.ts";
import { describeMistake } from "../../config/config-error.ts";
import { reachable } from "../../config/build/snapshot.ts";
import { readEnv } from "../../config/env.ts";
import { databasePath, loadSettings, secretNames, type Settings } from "../../config/load.ts";
import { createRedactor } from "../../config/secrets.ts";
import { UsageError, type Io } from "../command.ts";
import { refuseDeadModels } from "../model-reach.ts";
import { refuseStrangers } from "../run/strangers.ts";
import { harmless } from "../terminal.ts";
import type { Conversations } from "../../serve/conversations.ts";

export const SERVE_OPTIONS = {
  file: { type: "string" },
  db: { type: "string" },
  team: { type: "string", multiple: true },
  http: { type: "string" },
  name: { type: "string", multiple: true },
} as const;

export const SERVE_HELP = `  --team TEAM           only this team; may be said again. All of the team file when absent
  --file FILE           the team file; PARLEY_FILE or parley.yml when absent
  --db PATH             keep the conversations in this database; in memory when absent`;

interface Wanted {
  readonly file?: string | undefined;
  readonly db?: string | undefined;
  readonly team?: readonly string[] | undefined;
}

/** A Parley whose teams other programs talk to. */
export interface Served {
  readonly conversations: Conversations;
  /** One line for whoever runs it, without secrets. */
  readonly log: (line: string) => void;
  /** Stops what goes on, and ends. */
  close(): Promise<void>;
}

/** `workspace`: whose threads they are; each door has one of its own. Throws `ConfigError` and {@link UsageError}. */
export async function openServed({ file, db, team }: Wanted, workspace: string, io: Io): Promise<Served> {
  const env = readEnv(io.cwd, io.env);
  const settings = loadSettings({ env, cwd: io.cwd, ...(file === undefined ? {} : { file }) });
  const names = teamsOf(team, settings);
  for (const name of names) await refuseDeadModels(settings, env, reachable(settings, name).models);
  const redact = createRedactor(env, secretNames(settings));
  const log = (line: string): void => void io.stderr.write(`${harmless(redact(line))}\n`);
  for (const warning of settings.warnings) log(`note: ${describeMistake(warning)}`);
  const [{ createParley }, { createConversations }] = await Promise.all([
    import("../../parley.ts"),
    import("../../serve/conversations.ts"),
  ]);
  const dbPath = databasePath(db ?? ":memory:", io.cwd);
  // Without keys to seal logins with: nobody is there who could log in.
  const parley = await createParley({ settings, env, dbPath, asksAtLimits: false, log });
  try {
    await refuseStrangers(parley, { dbPath, workspace }, io);
    await parley.start(workspace);
  } catch (error) {
    await parley.stop();
    throw error;
  }
  const teams = parley.teams.cards.filter(({ name }) => names.includes(name));
  const conversations = createConversations({ runner: parley.runner, teams, workspace });
  return {
    conversations,
    log,
    async close() {
      await conversations.close();
      await parley.stop();
    },
  };
}

function teamsOf(wanted: readonly string[] | undefined, { file, teams }: Settings): readonly string[] {
  if (wanted === undefined) return [...teams.keys()];
  for (const name of wanted) {
    if (teams.has(name)) continue;
    const guess = nearest(name, teams.keys());
    throw new UsageError(
      `${file} has no team "${harmless(name)}"; it has ${[...teams.keys()].join(", ")}. ${guess ? `Did you mean "${guess}"?` : ""}`.trim(),
    );
  }
  return [...new Set(wanted)];
}
