import { ConfigError, describeMistake, type Mistake } from "../config/config-error.ts";
import { readEnv, type Env } from "../config/env.ts";
import { databasePath, loadSettings } from "../config/load.ts";
import type { SlackSettings } from "../parley.ts";
import { print, readArguments, UsageError, type Io } from "./command.ts";
import { startOpenTelemetry } from "./open-telemetry.ts";

export const help = `parley start [--file FILE] [--db PATH] [--http [HOST:]PORT]

Connects to Slack over Socket Mode and works there until it is told to end. Runs that were going on at the last end go on.
Needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN; parley doctor checks these and everything else.

  --file FILE          the team file; PARLEY_FILE or parley.yml when absent
  --db PATH            the database; PARLEY_DB, then the team file's, when absent
  --http [HOST:]PORT   let Slack send requests here instead, to the path /slack/events; HOST is 127.0.0.1 when absent. Needs
                       SLACK_SIGNING_SECRET in place of SLACK_APP_TOKEN, and a proxy with TLS that Slack can reach

Traces and metrics go to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names, and nowhere without it.

SIGTERM or Ctrl-C ends it within 10 seconds; turns under way go on at the next start. A second one ends it at once.

Exit codes: 0 ended when asked to; 1 an error; 2 bad usage or settings.`;

const END_TIMEOUT_MS = 10_000; // What `docker stop` gives before it kills.

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArguments(args, { options: { file: { type: "string" }, db: { type: "string" }, http: { type: "string" } } });
  const env = readEnv(io.cwd, io.env);
  const slack = readTokens(env, values.http === undefined ? undefined : readAddress(values.http));
  const settings = loadSettings({ env, cwd: io.cwd, ...(values.file === undefined ? {} : { file: values.file }) });
  for (const warning of settings.warnings) await print(io.stderr, `note: ${describeMistake(warning)}`);

  const { createParley, HTTP_PATH } = await import("../parley.ts");
  const dbPath = values.db === undefined ? settings.database : databasePath(values.db, io.cwd);
  const telemetry = await startOpenTelemetry(env);
  const parley = await createParley({
    settings,
    env,
    dbPath,
    slack,
    log: (line) => void io.stderr.write(`${line}\n`),
    ...(telemetry ? { telemetry } : {}),
  });
  const asked = untilAsked(io);
  const ended = async (): Promise<void> => {
    await parley.stop();
    await telemetry?.shutdown();
  };
  try {
    await parley.start();
    const port = parley.httpPort();
    if (port !== undefined) await print(io.stdout, `Slack's requests are taken at port ${port}, path ${HTTP_PATH}.`);
    await print(io.stdout, `Parley is in Slack with ${[...settings.teams.keys()].join(", ")}. Mention it with a task. Ctrl-C ends it.`);
    await asked.once;
  } finally {
    await within(END_TIMEOUT_MS, ended(), () =>
      io.stderr.write("Some work did not end in time; its log says where to go on at the next start.\n"),
    );
    asked.release();
  }
  return 0;
}

/** `3000`, `0.0.0.0:3000` or `[::]:3000`. */
function readAddress(text: string): { readonly host: string; readonly port: number } {
  const [, host, port] = /^(?:(.{1,255}):)?(\d{1,5})$/.exec(text.trim()) ?? [];
  if (Number(port ?? NaN) > 65_535 || port === undefined)
    throw new UsageError(`--http is a port, or a host and a port, such as 3000 or 0.0.0.0:3000, not "${text}".`);
  return { host: host?.replace(/^\[(.*)\]$/, "$1") ?? "127.0.0.1", port: Number(port) };
}

/** Throws {@link ConfigError} that names each variable that is missing or is another kind of token, and where to get it. */
function readTokens(env: Env, address: { readonly host: string; readonly port: number } | undefined): SlackSettings {
  const botToken = env["SLACK_BOT_TOKEN"]?.trim() ?? "";
  const appToken = env["SLACK_APP_TOKEN"]?.trim() ?? "";
  const signingSecret = env["SLACK_SIGNING_SECRET"]?.trim() ?? "";
  const mistakes: Mistake[] = [
    ...tokenMistakes(
      "SLACK_BOT_TOKEN",
      botToken,
      "xoxb-",
      "the Bot User OAuth Token, at https://api.slack.com/apps, your app, OAuth & Permissions",
    ),
    ...(address
      ? secretMistakes(signingSecret)
      : tokenMistakes(
          "SLACK_APP_TOKEN",
          appToken,
          "xapp-",
          "an App-Level Token with the scope connections:write, at https://api.slack.com/apps, your app, Basic Information",
        )),
  ];
  const apiUrl = env["SLACK_API_URL"]?.trim();
  if (apiUrl && !URL.canParse(apiUrl))
    mistakes.push({ file: "environment", path: "SLACK_API_URL", message: "is no address; take it out to use Slack's own." });
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return { botToken, ...(address ? { http: { ...address, signingSecret } } : { appToken }), ...(apiUrl ? { apiUrl } : {}) };
}

function secretMistakes(secret: string): Mistake[] {
  if (/^[0-9a-f]{20,}$/i.test(secret)) return [];
  const found = secret === "" ? "is not set" : "is not a signing secret, which is made of the digits 0 to 9 and a to f";
  const message = `${found}; put the Signing Secret, at https://api.slack.com/apps, your app, Basic Information, into the environment or into .env.`;
  return [{ file: "environment", path: "SLACK_SIGNING_SECRET", message }];
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
