import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readEnv, type Env } from "../../config/env.ts";
import { createDemoExecutor } from "../../config/sandbox/demo-executor.ts";
import { loadSettings, type Settings } from "../../config/load.ts";
import { createParley, type Parley } from "../../parley.ts";
import { createWorkspace, type Workspace, type WorkspaceOptions } from "../../../local-slack/index.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { refuseDeadModels } from "../model-reach.ts";
import { findLocalModel } from "./local-model.ts";
import { readShortcuts } from "./shortcuts.ts";

export const help = `parley demo [--port PORT] [--offline] [--db PATH]

Opens a local workspace that looks like Slack, with the real bot in it. Needs no account, no key and no Docker.

  --port PORT   where the page is; 3210, or the next free port, when absent
  --offline     the offline team, even when a key or a model server is there
  --db PATH     keep the log in this database; in memory when absent

Who speaks: a model, when ANTHROPIC_API_KEY or OPENAI_API_KEY is set or a model server answers on 127.0.0.1:11434; else the offline
team, which plays written-down words for three ready tasks. Its code really runs: in Docker where an engine answers and has the image,
else in a process sandbox where this machine can make one (bubblewrap), else in WebAssembly.`;

const PORT = 3210;
/** Files that come with Parley; where the folder has files of its own by these names, as a checkout has, those are used. */
const OFFLINE_FILE = "teams/offline/offline.yml";
const TEAM_FILE = "parley.yml";

const READY_TASKS = [
  { title: "Find a bug", text: "@parley Write a median function and find its bug." },
  { title: "Draw a plot", text: "@parley Plot how many primes there are up to 1000." },
  { title: "Be asked something", text: "@parley Split the costs of our weekend trip." },
];
const OPEN_TASKS = [
  { title: "Estimate something", text: "@parley Estimate pi by throwing random darts, and show how the error shrinks." },
  { title: "Debate", text: "@parley debate: Should a small team write its own design system?" },
  { title: "Ask me first", text: "@parley Plan a half-day workshop for us. Ask me what you need to know." },
];

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArguments(args, { options: { port: { type: "string" }, offline: { type: "boolean" }, db: { type: "string" } } });
  const port = portOf(values.port);
  const cast = await chooseCast(io, values.offline === true);
  await refuseDeadModels(cast.settings, cast.env);
  const executor = await createDemoExecutor(cast.settings.sandbox, cast.env);
  const workspace = await openWorkspace(port, {
    suggestions: cast.offline ? READY_TASKS : OPEN_TASKS,
    notice: noticeOf(cast, executor.capabilities.grade),
    shortcuts: await readShortcuts(),
  }).catch(async (error: unknown) => {
    await executor.close(); // It may have a process of its own, which would keep this one alive.
    throw error;
  });
  try {
    const parley = await createParley({
      settings: cast.settings,
      env: cast.env,
      dbPath: values.db ?? ":memory:",
      executor,
      slack: { botToken: workspace.botToken, appToken: workspace.appToken, apiUrl: workspace.apiUrl },
      log: (line) => void io.stderr.write(`${line}\n`),
    });
    await untilInterrupted(parley, io, [
      `Parley is at ${workspace.url}`,
      "Open that in a browser and press Enter: a first task stands ready.",
      "",
      cast.said,
      `Code runs in: ${executor.capabilities.label}`,
      "Ctrl-C ends it.",
    ]);
  } finally {
    await workspace.close();
  }
  return 0;
}

async function untilInterrupted(parley: Parley, io: Io, lines: readonly string[]): Promise<void> {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const release = io.onInterrupt(() => resolve());
  try {
    await parley.start();
    await print(io.stdout, `\n${lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n")}\n`);
    await asked;
  } finally {
    release();
    await parley.stop();
  }
}

interface Cast {
  readonly settings: Settings;
  readonly env: Env;
  readonly offline: boolean;
  /** One line: who speaks. */
  readonly said: string;
}

/** A key from the environment first, then a model server on this machine, then the offline team. */
async function chooseCast(io: Io, offline: boolean): Promise<Cast> {
  const env = readEnv(io.cwd, io.env);
  const key = ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"].find((name) => (env[name] ?? "").trim() !== "");
  if (!offline && key) {
    return {
      settings: loadSettings({ env, cwd: io.cwd, file: env["PARLEY_FILE"] || hereOrOurs(TEAM_FILE, io) }),
      env,
      offline: false,
      said: `The agents speak through the model that ${key} opens; that costs money, within each team's limits.`,
    };
  }
  const local = offline ? undefined : await findLocalModel();
  if (local)
    return {
      settings: local.use(loadSettings({ env, cwd: io.cwd, file: env["PARLEY_FILE"] || hereOrOurs(TEAM_FILE, io) })),
      env,
      offline: false,
      said: `The agents speak through ${local.model}, on the model server of this machine.`,
    };
  const settings = loadSettings({ env, cwd: io.cwd, file: hereOrOurs(OFFLINE_FILE, io) });
  return {
    settings,
    env,
    offline: true,
    said: "No key and no model server were found: the offline team plays three ready tasks. Its code really runs.",
  };
}

const hereOrOurs = (file: string, { cwd }: Io): string =>
  existsSync(resolve(cwd, file)) ? file : fileURLToPath(new URL(`../../../${file}`, import.meta.url));

/** What is simulated and what is real, in one line of the page. */
function noticeOf({ offline }: Cast, grade: string): string {
  const said = offline
    ? "Simulated: this Slack and the agents' words. Real: the bot"
    : "Simulated: this Slack. Real: the bot and what its agents say";
  if (grade === "off") return `${said}. Code is not run on this machine.`;
  return `${said}, and the code it runs (in ${PLACES[grade] ?? "Docker"}).`;
}

const PLACES: { readonly [grade: string]: string } = { wasm: "WebAssembly", process: "a process sandbox of this machine" };

/** The port that was asked for must be free; the usual one may give way to another. */
async function openWorkspace(port: number | undefined, options: Omit<WorkspaceOptions, "port">): Promise<Workspace> {
  try {
    return await createWorkspace({ ...options, port: port ?? PORT });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    if (port !== undefined) throw new UsageError(`Port ${port} is taken by another program; choose another with --port.`);
    return createWorkspace({ ...options, port: 0 });
  }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError(`--port is a number from 0 to 65535, not "${text}".`);
  return port;
}
