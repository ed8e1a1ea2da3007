import { ConfigError, describeMistake } from "../../config/config-error.ts";
import { readEnv, unreadInEnv, type Env } from "../../config/env.ts";
import { loadSettings, secretNames, type Settings } from "../../config/load.ts";
import { createRedactor } from "../../config/secrets.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { checkAlerts } from "./alerts.ts";
import { checkDatabase } from "./database.ts";
import { checkKnowledge } from "./knowledge.ts";
import { checkLogs } from "./logs.ts";
import { checkInstallations, checkOAuth } from "./installations.ts";
import { checkModels } from "./models.ts";
import { checkSandbox } from "./sandbox.ts";
import { checkSlack } from "./slack.ts";
import { checkTools } from "./tools.ts";
import { databaseOf } from "../own-stores.ts";
import type { Finding } from "./finding.ts";
import { isOfMany } from "../start/oauth-door.ts";
import { unheededProxy } from "../unheeded-proxy.ts";

export const help = `parley doctor [--file FILE] [--live]
       parley doctor --live --channel C… [--user U…] [--only NAME]… [--look SECONDS] [--json] [--yes]
       parley doctor --models [NAME] [--file FILE] [--only QUESTION]… [--seconds N] [--json]
       parley doctor --models [NAME] --forget [--file FILE] [--json]
       parley doctor --db [PATH]

Checks what parley start needs: Node, the team file, Slack's tokens and scopes, models, sandbox and database. Each line is ok, warn or
fail, and says what to do. No secret is shown.

  --file FILE   the team file; PARLEY_FILE or parley.yml when absent
  --live        also makes one tiny call to each model, which costs a little, and starts each MCP server once
  --channel C…  with --live: asks Slack itself what its documentation leaves open, in a thread of this channel that is deleted
                afterwards. Each check says what is asked, what Parley expects, and what Slack answered, word for word
  --user U…     somebody to whom a direct message is written for one of these checks: you
  --only NAME   this check alone; may be given more than once. The checks:
                persona-after-update, persona-in-dm, persona-in-clients, upload-persona, delete-persona, plan-task_card-container,
                status-persona, metadata-after-update, stream-persona, file-info, search, time-zone,
                workflow-step, scheduled-runs
  --look SECONDS  leaves what only eyes can judge for so long before it is deleted
  --json        one line of JSON for each check
  --yes         posts without asking
  --models [NAME]  asks a model of the team file small real questions instead, or each of them: a word, a stream, a call of a tool and an answer
                from its result, JSON of a shape, an image, a prompt that is too long for any model, a stop and a word after it. Says what it
                can, what its server refused, the time to the first words and to the last, and what Parley does about each gap. It costs a
                few hundred tokens a model; the long prompt costs nothing where it is refused
  --only QUESTION  this one alone, beside the first: word, stream, tool, result, schema, image, long, stop, after
  --seconds N   how long one question may take; 60 when absent, at most 3600
  --forget      takes away what is remembered of the refusals of its server, so that it is asked anew; also while Parley runs
  --db [PATH]   reads the database through instead, also while Parley runs: no gap in a log, every log readable, every post for an
                event that is there, no page damaged; PARLEY_DB, then the team file's, when no path is given

Exit codes: 0 nothing fails, every check was made; 1 something does, or was not; 2 bad usage, or with --models a team file with mistakes.`;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArguments(withPath(args), {
    options: {
      file: { type: "string" },
      live: { type: "boolean" },
      db: { type: "string" },
      channel: { type: "string" },
      user: { type: "string" },
      only: { type: "string", multiple: true },
      look: { type: "string" },
      json: { type: "boolean" },
      yes: { type: "boolean" },
      models: { type: "string" },
      seconds: { type: "string" },
      forget: { type: "boolean" },
    },
  });
  if (values.models !== undefined) return questioned(values, io);
  if (values.seconds !== undefined || values.forget) throw new UsageError("--seconds and --forget belong to parley doctor --models.");
  const { channel, user, only = [], look, json = false, yes = false } = values;
  if (channel !== undefined || user !== undefined || only.length > 0 || look !== undefined || json || yes) {
    if (values.live !== true || values.db !== undefined || values.file !== undefined)
      throw new UsageError("--channel, --user, --only, --look, --json and --yes belong to parley doctor --live.");
    const { checkLive } = await import("./live.ts");
    return checkLive({ channel, user, only, look, json, yes }, io);
  }
  let redact = createRedactor(io.env);
  const learned = (env: Env, secrets: readonly string[]) => void (redact = createRedactor(env, secrets));
  const found =
    values.db === undefined
      ? findings(values.file, { live: values.live === true, learned }, io)
      : databaseFindings(databaseOf(io, values.db === "" ? undefined : values.db));
  let failed = false;
  for await (const { grade, thing, message } of found) {
    failed ||= grade === "fail";
    await print(io.stdout, redact(`${grade.padEnd(4)} ${thing}: ${message}`));
  }
  return failed ? 1 : 0;
}

interface Typed {
  readonly [option: string]: string | boolean | readonly string[] | undefined;
  readonly models?: string;
  readonly file?: string;
  readonly only?: readonly string[];
  readonly seconds?: string;
  readonly forget?: boolean;
  readonly json?: boolean;
}

async function questioned({ models, file, only = [], seconds, forget = false, json = false, ...others }: Typed, io: Io): Promise<number> {
  const [other] = Object.keys(others);
  if (other !== undefined) throw new UsageError(`--${other} does not belong to parley doctor --models. See --help.`);
  if (forget && (only.length > 0 || seconds !== undefined)) throw new UsageError("--forget asks nothing; leave out --only and --seconds.");
  const { askModels } = await import("./questions/ask-models.ts");
  return askModels({ file, name: models || undefined, only, seconds, forget, json }, io);
}

/** `--db` and `--models` may stand alone, which `parseArgs` does not know. */
const withPath = (args: readonly string[]): string[] =>
  args.map((arg, index) => (["--db", "--models"].includes(arg) && (args[index + 1] ?? "-").startsWith("-") ? `${arg}=` : arg));

async function* databaseFindings(path: string): AsyncGenerator<Finding, void, void> {
  yield* checkDatabase(path);
  yield* checkLogs(path);
}

interface Looking {
  readonly live: boolean;
  /** Told of the variables that are read, and of the names of those that hold a secret, before anything is found with them. */
  readonly learned: (env: Env, secrets: readonly string[]) => void;
}

async function* findings(file: string | undefined, { live, learned }: Looking, io: Io): AsyncGenerator<Finding, void, void> {
  yield checkNode(process.versions.node);
  let env: Env = io.env;
  let settings: Settings | undefined;
  try {
    env = readEnv(io.cwd, io.env);
    learned(env, []);
    const proxy = unheededProxy(io.env, env);
    if (proxy !== undefined) yield { grade: "warn", thing: "proxy", message: proxy };
    for (const mistake of unreadInEnv(io.cwd)) yield { grade: "warn", thing: ".env", message: `line ${mistake.line} ${mistake.message}` };
    settings = loadSettings({ env, cwd: io.cwd, ...(file === undefined ? {} : { file }) });
    learned(env, secretNames(settings));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const mistake of error.mistakes) yield { grade: "fail", thing: "team file", message: describeMistake(mistake) };
  }
  if (settings) {
    for (const warning of settings.warnings) yield { grade: "warn", thing: "team file", message: describeMistake(warning) };
    yield {
      grade: "ok",
      thing: "team file",
      message: `${settings.file} has ${[...settings.teams.keys()].join(", ")}; the default is ${settings.defaultTeam}`,
    };
  }
  yield* isOfMany(env) ? checkOAuth(env) : checkSlack(env);
  if (!settings) return;
  // Servers that were started are ended before the command is.
  const stop = new AbortController();
  const unlisten = io.onInterrupt(() => stop.abort());
  try {
    yield* checkTools(settings, env, { live, signal: stop.signal });
  } finally {
    unlisten();
  }
  if (stop.signal.aborted) return;
  yield* checkModels(settings, env, live);
  yield* checkSandbox(settings, env);
  yield* checkDatabase(settings.database, settings.registry.store);
  yield* checkKnowledge(settings);
  yield* checkAlerts(settings, env);
  if (isOfMany(env)) yield* checkInstallations(env, settings.database);
}

const NODE_MIN = [22, 18] as const;

/** The same as `engines` in package.json. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const enough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  if (enough) return { grade: "ok", thing: "Node", message: version };
  return {
    grade: "fail",
    thing: "Node",
    message: `${version} is too old; use ${NODE_MIN.join(".")} or newer (npm scripts bring their own: npm start).`,
  };
}
