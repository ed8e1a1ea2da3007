import { ConfigError, describeMistake, type Mistake } from "../config/config-error.ts";
import { readEnv, type Env } from "../config/env.ts";
import { databasePath, loadSettings } from "../config/load.ts";
import { print, readArguments, type Io } from "./command.ts";

export const help = `parley start [--file FILE] [--db PATH]

Connects to Slack over Socket Mode and works there until it is told to end. Runs that were going on at the last end go on.
Needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN; parley doctor checks these and everything else.

  --file FILE   the team file; PARLEY_FILE or parley.yml when absent
  --db PATH     the database; PARLEY_DB, then the team file's, when absent

SIGTERM or Ctrl-C ends it within 10 seconds; turns under way go on at the next start. A second one ends it at once.

Exit codes: 0 ended when asked to; 1 an error; 2 bad usage or settings.`;

const END_TIMEOUT_MS = 10_000; // What `docker stop` gives before it kills.

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArguments(args, { options: { file: { type: "string" }, db: { type: "string" } } });
  const env = readEnv(io.cwd, io.env);
  const slack = readTokens(env);
  const settings = loadSettings({ env, cwd: io.cwd, ...(values.file === undefined ? {} : { file: values.file }) });
  for (const warning of settings.warnings) await print(io.stderr, `note: ${describeMistake(warning)}`);

  const { createParley } = await import("../parley.ts");
  const dbPath = values.db === undefined ? settings.database : databasePath(values.db, io.cwd);
  const parley = await createParley({ settings, env, dbPath, slack, log: (line) => void io.stderr.write(`${line}\n`) });
  const asked = untilAsked(io);
  try {
    await parley.start();
    await print(io.stdout, `Parley is in Slack with ${[...settings.teams.keys()].join(", ")}. Mention it with a task. Ctrl-C ends it.`);
    await asked.once;
  } finally {
    await within(END_TIMEOUT_MS, parley.stop(), () =>
      io.stderr.write("Some work did not end in time; its log says where to go on at the next start.\n"),
    );
    asked.release();
  }
  return 0;
}

/** Throws {@link ConfigError} that names each variable that is missing or is another kind of token, and where to get it. */
function readTokens(env: Env): { botToken: string; appToken: string; apiUrl?: string } {
  const botToken = env["SLACK_BOT_TOKEN"]?.trim() ?? "";
  const appToken = env["SLACK_APP_TOKEN"]?.trim() ?? "";
  const mistakes: Mistake[] = [
    ...tokenMistakes(
      "SLACK_BOT_TOKEN",
      botToken,
      "xoxb-",
      "the Bot User OAuth Token, at https://api.slack.com/apps, your app, OAuth & Permissions",
    ),
    ...tokenMistakes(
      "SLACK_APP_TOKEN",
      appToken,
      "xapp-",
      "an App-Level Token with the scope connections:write, at https://api.slack.com/apps, your app, Basic Information",
    ),
  ];
  const apiUrl = env["SLACK_API_URL"]?.trim();
  if (apiUrl && !URL.canParse(apiUrl))
    mistakes.push({ file: "environment", path: "SLACK_API_URL", message: "is no address; take it out to use Slack's own." });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return { botToken, appToken, ...(apiUrl ? { apiUrl } : {}) };
}

function tokenMistakes(name: string, token: string, prefix: string, what: string): Mistake[] {
  if (token.startsWith(prefix)) return [];
  const found = token === "" ? "is not set" : `does not begin with ${prefix}, so it is another kind of token`;
  return [
    {
      file: "environment",
      path: name,
      message: `${found}; put ${what}, into the environment or into .env. To try Parley without Slack: npm run demo.`,
    },
  ];
}

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
