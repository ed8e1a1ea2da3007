import { createHash } from "node:crypto";
import { buildTeams, type Teams } from "./config/build.ts";
import type { Env } from "./config/env.ts";
import { createExecutor } from "./config/executor.ts";
import type { Settings } from "./config/load.ts";
import { createMcpServers } from "./config/mcp-servers.ts";
import { createModelFor } from "./config/models.ts";
import { systemClock, type Clock } from "./engine/clock.ts";
import { createRunner, type Runner } from "./runner.ts";
import type { Executor } from "./sandbox/executor.ts";
import { createSlack, type Slack, type SlackSettings } from "./slack/slack.ts";
import { plan } from "./slack/render.ts";
import { openSqlite } from "./store/sqlite.ts";
import type { Store } from "./store/store.ts";

export type { Delta, RunEvent } from "./engine/events.ts";
export { isEvent } from "./engine/events.ts";
export type { Model, ModelReply } from "./engine/model.ts";
export type { Agent, Team } from "./engine/team.ts";
export type { Tool } from "./engine/tool.ts";
export { systemClock } from "./engine/clock.ts";
export { currentRun, isWaiting, SELECTOR } from "./engine/transcript.ts";
export { converse } from "./engine/run.ts";
export { copyLog } from "./store/copy-log.ts";
export { backupSqlite } from "./store/sqlite-backup.ts";
export { checkSqlite } from "./store/sqlite-check.ts";
export { openSqlite, openSqliteReadOnly } from "./store/sqlite.ts";

export interface ParleyOptions {
  readonly settings: Settings;
  readonly env: Env;
  /** Absolute path, or `:memory:`. */
  readonly dbPath: string;
  /** Absent: no Slack, as in a terminal. */
  readonly slack?: SlackSettings;
  /** Where code runs; what the settings say when absent. Closed with Parley. */
  readonly executor?: Executor;
  readonly clock?: Clock;
  /** One line about something that is not part of a conversation. Holds no secret. */
  readonly log: (line: string) => void;
}

/** A running Parley: settings in, conversations out. `start`, `demo`, `run` and the journeys all come in by this door. */
export interface Parley {
  readonly runner: Runner;
  readonly store: Store;
  readonly teams: Teams;
  readonly executor: Executor;
  /** Whether the socket to Slack is open; false without Slack. */
  connected(): boolean;
  /** Takes up what was going on, connects to Slack, and works on what comes. */
  start(): Promise<void>;
  /** Ends within seconds; turns under way go on at the next start. */
  stop(): Promise<void>;
}

/** At once: a turn is mostly waiting for a model; the sandbox has a queue of its own. */
const THREADS_AT_ONCE_MAX = 200;
/** While others wait; alone, a workspace may have them all. */
const THREADS_PER_WORKSPACE_MAX = 100;

export async function createParley(options: ParleyOptions): Promise<Parley> {
  const { settings, env, dbPath, log } = options;
  const clock = options.clock ?? systemClock;
  const { store, dispatch } = openSqlite({ path: dbPath, ...clock });
  const executor = options.executor ?? (await createExecutor(settings.sandbox, env, { instance: instanceOf(dbPath) }));
  const problem = (what: string, error?: unknown) =>
    log(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  const servers = createMcpServers(settings.tools, { env, clock, log: problem });
  const closeAll = async () => {
    await servers.close();
    await executor.close();
    await store.close();
  };
  try {
    const createModel = createModelFor({ env, clock });
    const teams = buildTeams(settings, { createModel, executor, keepFile: (content) => store.putFile(content), servers });
    const runner = createRunner({
      store,
      dispatch,
      teams,
      posts: options.slack ? plan : () => [],
      clock,
      slots: THREADS_AT_ONCE_MAX,
      perWorkspace: THREADS_PER_WORKSPACE_MAX,
      log: problem,
    });
    const slack: Slack | undefined = options.slack && (await createSlack({ ...options.slack, store, runner, teams, clock, log }));
    return {
      runner,
      store,
      teams,
      executor,
      connected: () => slack?.connected() ?? false,
      async start() {
        runner.start();
        await slack?.start();
      },
      async stop() {
        await slack?.hangUp();
        await runner.close();
        await slack?.stop();
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** Tells this Parley's containers from those of another one on the same engine. */
const instanceOf = (dbPath: string): string => createHash("sha256").update(dbPath).digest("hex").slice(0, 16);
