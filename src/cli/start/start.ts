import { ConfigError, describeMistake } from "../../config/config-error.ts";
import { readEnv, unreadInEnv, type Env } from "../../config/env.ts";
import { attempt, type Notes } from "../../config/file/notes.ts";
import { databasePath, loadSettings } from "../../config/load.ts";
import type { Parley } from "../../parley.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { troubleWithModels } from "../model-reach.ts";
import { unheededProxy } from "../unheeded-proxy.ts";
import type { Checks, Health } from "./health.ts";
import { startOpenTelemetry } from "./open-telemetry.ts";
import { jsonLog, plainLog } from "./operator-log.ts";
import { isDoor, isWorker, ROLES, THREADS_AT_ONCE, THREADS_AT_ONCE_MAX, type Role } from "../../engine/role.ts";
import { readLoginKeys } from "./oauth-door.ts";
import { readAddress, readSlack } from "./slack-door.ts";
import { readStudio } from "./studio-address.ts";

export const help = `parley start [--file FILE] [--db PATH] [--http [HOST:]PORT] [--install [HOST:]PORT]
             [--logins [HOST:]PORT] [--studio [HOST:]PORT] [--health [HOST:]PORT] [--log text|json] [--audit-file FILE]
             [--role all|door|worker] [--threads N]

Looks the database through, connects to Slack over Socket Mode and works there until it is told to end. Runs that were going on at the last
end go on.
Needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN; parley doctor checks these and everything else. For many workspaces, SLACK_CLIENT_ID,
SLACK_CLIENT_SECRET, SLACK_STATE_SECRET and PARLEY_TOKEN_KEY take the place of SLACK_BOT_TOKEN: see docs/install.md.

  --file FILE           the team file; PARLEY_FILE or parley.yml when absent
  --db PATH             the database; PARLEY_DB, then the team file's, when absent
  --http [HOST:]PORT    let Slack send requests here instead, to the path /slack/events; HOST is 127.0.0.1 when absent. Needs
                        SLACK_SIGNING_SECRET in place of SLACK_APP_TOKEN, and a proxy with TLS that Slack can reach
  --install [HOST:]PORT for many workspaces over Socket Mode: where /slack/install is; with --http it is there
  --logins [HOST:]PORT  over Socket Mode: where browsers come in that log in to MCP servers, under /logins; with --http it is there. Needs
                        PARLEY_TOKEN_KEY, and PARLEY_LOGIN_URL where that is another address outside
  --studio [HOST:]PORT  the studio, for people who sign in with Slack: each sees the runs of the channels that they are in; PARLEY_STUDIO when
                        absent. Needs SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, and PARLEY_STUDIO_URL, its address outside: see docs/studio.md
  --health [HOST:]PORT  answer /healthz (the process lives) and /readyz (Slack, the database and the sandbox are there, as far as its role needs
                        them) for whoever watches over it
  --log text|json       what is told on stderr: lines for people, or one JSON object a line, with the runs that begin and end
  --audit-file FILE     append each entry of the audit log to this file as it is made; PARLEY_AUDIT_FILE, then the team file's, when absent
  --role ROLE           on Postgres, of several processes: a door takes in what Slack sends and answers it, a worker takes turns and posts;
                        PARLEY_ROLE, then all, when absent: see docs/many-machines.md
  --threads N           work on so many threads at once, half of them of one workspace while others wait; ${THREADS_AT_ONCE} when absent

Traces and metrics go to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, and nowhere without it.

SIGTERM or Ctrl-C ends it within 10 seconds; turns under way go on at the next start. A second one ends it at once.

Exit codes: 0 ended when asked to; 1 an error; 2 bad usage or settings.`;

export const END_TIMEOUT_MS = 10_000; // What `docker stop` gives before it kills.

/** Some hundred MB on a slow disk; a start is not held up for longer. */
const QUICK_CHECK_TIMEOUT_MS = 10_000;

const OPTIONS = {
  file: { type: "string" },
  db: { type: "string" },
  http: { type: "string" },
  install: { type: "string" },
  logins: { type: "string" },
  studio: { type: "string" },
  health: { type: "string" },
  log: { type: "string", default: "text" },
  "audit-file": { type: "string" },
  role: { type: "string" },
  threads: { type: "string" },
} as const;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArguments(args, { options: OPTIONS });
  const { "audit-file": auditFile } = values;
  const env: Env = { ...readEnv(io.cwd, io.env), ...(auditFile === undefined ? {} : { PARLEY_AUDIT_FILE: auditFile }) };
  const addressOf = (option: "http" | "install" | "logins") =>
    values[option] === undefined ? undefined : readAddress(`--${option}`, values[option]);
  const [http, install, logins] = [addressOf("http"), addressOf("install"), addressOf("logins")];
  const healthAt = values.health === undefined ? undefined : readAddress("--health", values.health);
  const role = readRole(values.role, env);
  const threadsAtOnce = values.threads === undefined ? undefined : readThreads(values.threads);
  if (values.log !== "text" && values.log !== "json") throw new UsageError(`--log is text or json, not "${values.log}".`);
  const log = values.log === "json" ? jsonLog(io.stderr) : plainLog(io.stderr);
  // All that is missing is told at once.
  const notes: Notes = { mistakes: [], warnings: [] };
  const slack = attempt(() => readSlack(env, http, install, role), notes);
  const studioAt = attempt(() => ({ found: readStudio(env, values.studio) }), notes);
  const loginKeys = slack && attempt(() => readLoginKeys(env), notes);
  const settings = attempt(() => loadSettings({ env, cwd: io.cwd, ...(values.file === undefined ? {} : { file: values.file }) }), notes);
  const trouble = settings ? await troubleWithModels(settings, env) : [];
  const unread = unreadInEnv(io.cwd);
  if (!slack || !settings || !loginKeys || !studioAt || trouble.some(({ isKey }) => isKey))
    throw new ConfigError([...notes.mistakes, ...trouble, ...unread]);
  // A server of one's own may come up later.
  for (const warning of [...settings.warnings, ...trouble, ...unread]) log.line(`note: ${describeMistake(warning)}`);

  const proxy = unheededProxy(io.env, env);
  if (proxy !== undefined) log.line(`note: ${proxy}`);

  if (env["SLACK_CLIENT_ID"]?.trim() && !("oauth" in slack) && !studioAt.found)
    log.line("note: SLACK_BOT_TOKEN is set, so Parley works in its workspace alone; take it out for many (SLACK_CLIENT_ID).");

  const { createParley, HTTP_PATH, isSqlite, quickCheckStore, shownAddress } = await import("../../parley.ts");
  const dbPath = values.db === undefined ? settings.database : databasePath(values.db, io.cwd);
  if (role !== "all" && isSqlite(dbPath))
    throw new UsageError(
      `A ${role} is one of several processes, and ${shownAddress(dbPath)} is a file of SQLite, which one process has open. Name a Postgres (PARLEY_DB=postgres://…), or take the role out (--role, PARLEY_ROLE).`,
    );
  if (dbPath !== ":memory:" && (await quickCheckStore(dbPath, QUICK_CHECK_TIMEOUT_MS)) === "late")
    log.line(
      `note: ${dbPath} is too large to be looked through in ${QUICK_CHECK_TIMEOUT_MS / 1000} s; Parley starts without. \`parley doctor --db\` looks through it also while Parley runs.`,
    );
  const telemetry = await startOpenTelemetry(env, role);
  const parley = await createParley({
    settings,
    env,
    dbPath,
    role,
    updates: "beside others",
    slack,
    ...(loginKeys ? { loginKeys } : {}),
    ...(logins && !http ? { loginAt: logins } : {}),
    ...(threadsAtOnce === undefined ? {} : { threadsAtOnce }),
    ...(studioAt.found ? { studioAt: studioAt.found } : {}),
    log: log.line,
    ...(telemetry ? { telemetry } : {}),
  });
  parley.store.follow(({ thread, events }) => log.recorded(thread, events));
  const asked = untilAsked(io);
  let health: Health | undefined;
  const ended = async (): Promise<void> => {
    await parley.stop();
    await telemetry?.shutdown();
    await health?.close();
  };
  try {
    // First of all, so that whoever watches sees "not ready" while Slack is away, and not a dead process.
    const { openHealth } = await import("./health.ts");
    health = healthAt && (await openHealth(healthAt, checksOf(parley, role)));
    if (health) await print(io.stdout, `Health is told at port ${health.port}, paths /healthz and /readyz.`);
    await parley.start();
    const port = parley.httpPort();
    if (port !== undefined && slack.http) await print(io.stdout, `Slack's requests are taken at port ${port}, path ${HTTP_PATH}.`);
    if ("oauth" in slack && isDoor(role)) await print(io.stdout, installLine(port));
    if (studioAt.found) await print(io.stdout, `The studio is at ${parley.studioUrl()}`);
    await print(io.stdout, `${STARTED[role]([...settings.teams.keys()].join(", "))} Ctrl-C ends it.`);
    await asked.once;
  } finally {
    await within(END_TIMEOUT_MS, ended(), () => log.line("Some work did not end in time; its log says where to go on at the next start."));
    asked.release();
  }
  return 0;
}

const STARTED: { readonly [role in Role]: (teams: string) => string } = {
  all: (teams) => `Parley is in Slack with ${teams}. Mention it with a task.`,
  door: (teams) => `A door of Parley is open in Slack for ${teams}; workers take the turns.`,
  worker: (teams) => `A worker of Parley takes turns and posts for ${teams}; what people say comes in by doors.`,
};

function readRole(option: string | undefined, env: Env): Role {
  const text = option ?? (env["PARLEY_ROLE"]?.trim() || "all");
  const role = ROLES.find((one) => one === text);
  if (!role) throw new UsageError(`${option === undefined ? "PARLEY_ROLE" : "--role"} is ${ROLES.join(", ")}, not "${text}".`);
  return role;
}

function readThreads(option: string): number {
  if (!/^\d{1,6}$/.test(option) || Number(option) < 1 || Number(option) > THREADS_AT_ONCE_MAX)
    throw new UsageError(`--threads is a number from 1 to ${THREADS_AT_ONCE_MAX}, not "${option}".`);
  return Number(option);
}

const installLine = (port: number | undefined): string =>
  port === undefined
    ? "Nobody can install the app now: there is no --install. It works where it is installed."
    : `The app is installed into a workspace at port ${port}, path /slack/install.`;

/** What one without a door, or without turns, does not need is not asked for. */
const checksOf = (parley: Parley, role: Role): Checks => ({
  ...(isDoor(role) ? { slack: () => parley.connected() } : {}),
  // Where code is not to run at all there is nothing to ask.
  ...(isWorker(role) && parley.executor.answers ? { sandbox: parley.executor.answers } : {}),
  database: async () => {
    // A write, since a full disk can still be read.
    await parley.store.putNote("health", "ok");
    return true;
  },
});

/** Resolves at the first SIGINT or SIGTERM; a second one ends the process at once. */
function untilAsked(io: Io): { readonly once: Promise<void>; release(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  let times = 0;
  const release = io.onInterrupt((signal) => {
    if (++times > 1) process.exit(signal === "SIGINT" ? 130 : 143);
    resolve();
  });
  return { once: promise, release };
}

async function within(timeoutMs: number, work: Promise<void>, late: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      late();
      resolve();
    }, timeoutMs);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}
