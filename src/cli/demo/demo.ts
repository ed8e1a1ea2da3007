import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readEnv, type Env } from "../../config/env.ts";
import { createDemoExecutor } from "../../config/sandbox/demo-executor.ts";
import { loadSettings, type Settings } from "../../config/load.ts";
import { createParley, type Parley } from "../../parley.ts";
import { createWorkspace, type Workspace, type WorkspaceOptions } from "../../../local-slack/index.ts";
import { portOf, readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { openStudio, OWNER, rebuildingOf, type Studio } from "../open-studio.ts";
import { refuseDeadModels } from "../model-reach.ts";
import { findLocalModel } from "./local-model.ts";
import { readShortcuts } from "./shortcuts.ts";
import { connectTyped, type Typed } from "./typed-model.ts";

export const help = `parley demo [--port PORT] [--offline] [--db PATH] [--file FILE …]

Opens a local workspace that looks like Slack, with the real bot in it. Needs no account, no key and no Docker.

  --port PORT   where the page is; 3210, or the next free port, when absent
  --offline     the offline team, even when a key or a model server is there
  --db PATH     keep the log in this database, and what was said in the local workspace beside it; in memory when absent
  --file FILE   a team file (.yml, .yaml) to play with; any other file stands ready in the page, to be posted

Who speaks: a model, when ANTHROPIC_API_KEY or OPENAI_API_KEY is set or a model server answers on 127.0.0.1:11434; else the offline
team, which plays written-down words for four ready tasks, until a key or an address is typed in the page. Its code really runs: in Docker where an engine answers and has the image,
else in a process sandbox where this machine can make one (bubblewrap), else in WebAssembly.`;

type Follower = Parameters<Parley["runner"]["follow"]>[0];

const PORT = 3210;
/** Files that come with Parley; where the folder has files of its own by these names, as a checkout has, those are used. */
const OFFLINE_FILE = "teams/offline/offline.yml";
const TEAM_FILE = "parley.yml";

const READY_TASKS = [
  { title: "Find a bug", text: "@parley Write a median function and find its bug." },
  { title: "Draw a plot", text: "@parley Plot how many primes there are up to 1000." },
  { title: "Be asked something", text: "@parley Split the costs of our weekend trip." },
  { title: "Hear a debate", text: "@parley debate: Should a small team write its own design system?" },
];
const OPEN_TASKS = [
  { title: "Estimate something", text: "@parley Estimate pi by throwing random darts, and show how the error shrinks." },
  { title: "Debate", text: "@parley debate: Should a small team write its own design system?" },
  { title: "Ask me first", text: "@parley Plan a half-day workshop for us. Ask me what you need to know." },
];

/** Those for a team that there is: a team file of one's own has others. */
export const tasksFor = ({ teams }: { readonly teams: ReadonlyMap<string, unknown> }): typeof OPEN_TASKS =>
  OPEN_TASKS.filter(({ text }) => {
    const [, team] = /^@parley ([a-z]+): /.exec(text) ?? [];
    return team === undefined || teams.has(team);
  });

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArguments(args, {
    options: {
      port: { type: "string" },
      offline: { type: "boolean" },
      db: { type: "string" },
      file: { type: "string", multiple: true },
    },
  });
  const port = portOf(values.port);
  const files = await filesOf(values.file ?? [], io);
  const cast = await chooseCast(io, { offline: values.offline === true, file: files.team });
  await refuseDeadModels(cast.settings, cast.env);
  const executor = await createDemoExecutor(cast.settings.sandbox, cast.env);
  // A database of its own where none is named: another cast goes on with it.
  const folder = values.db === undefined ? await mkdtemp(join(tmpdir(), "parley-demo-")) : undefined;
  const dbPath = values.db ?? join(folder ?? "", "parley.db");
  let playing: Parley | undefined;
  const watching = new Set<Follower>();
  const play = async ({ settings, env }: Pick<Cast, "settings" | "env">): Promise<void> => {
    await playing?.stop();
    playing = await createParley({
      settings,
      env,
      dbPath,
      executor: { ...executor, close: async () => undefined },
      slack: { botToken: workspace.botToken, appToken: workspace.appToken, apiUrl: workspace.apiUrl },
      log: (line) => void io.stderr.write(`${line}\n`),
    });
    // Whoever plays: another cast goes on in the same studio.
    playing.runner.follow((...heard) => watching.forEach((hear) => hear(...heard)));
    await playing.start();
  };
  const connectModel = async (typed: Typed): Promise<string | undefined> => {
    const connected = await connectTyped(typed, { env: cast.env, cwd: io.cwd, file: files.team ?? hereOrOurs(TEAM_FILE, io) });
    if (typeof connected === "string") return connected;
    await play(connected);
    workspace.announce?.({ notice: noticeOf({ offline: false }, executor.capabilities.grade), suggestions: tasksFor(connected.settings) });
    await print(io.stdout, `  The agents speak through ${connected.said}.\n`);
    return undefined;
  };
  let studio: Studio | undefined;
  const workspace = await openWorkspace(port, {
    studio: () => studio?.address(OWNER) ?? "/",
    suggestions: cast.offline ? READY_TASKS : tasksFor(cast.settings),
    notice: noticeOf(cast, executor.capabilities.grade),
    shortcuts: await readShortcuts(),
    admins: ["U0MARIA", "U0ADA"], // Whoever opens the page is Maria, and is to see all that there is.
    readyFiles: files.ready,
    ...(values.db === undefined ? {} : { keepIn: `${values.db}.workspace.json` }),
    ...(cast.offline ? { connectModel } : {}),
  }).catch(async (error: unknown) => {
    await executor.close(); // It may have a process of its own, which would keep this one alive.
    throw error;
  });
  const { promise: asked, resolve: interrupted } = Promise.withResolvers<void>();
  const release = io.onInterrupt(() => interrupted());
  let closeStudio = async (): Promise<void> => undefined;
  try {
    await play(cast);
    const turns = { follow: (hear: Follower) => (watching.add(hear), () => void watching.delete(hear)) };
    const kept = { path: dbPath, own: cast.settings.registry.store };
    const forks: Parley["forks"] = {
      runner: () => playing?.forks.runner(),
      decisions: { record: async (decision) => playing?.forks.decisions.record(decision) },
      teams: async (workspace) => playing?.forks.teams(workspace),
    };
    const workshop = () => playing && { ...playing.workshop, home: workspace.teamId };
    const opened = await openStudio(kept, {
      port: 0,
      io,
      rebuilding: rebuildingOf(cast),
      turns,
      forks,
      workshop,
      channelNames: { workspace: workspace.teamId, now: () => workspace.channelNames?.() ?? new Map() },
    });
    studio = opened.studio;
    closeStudio = () => opened.close();
    const lines = [
      `Parley is at ${workspace.url}`,
      "Open that in a browser and press Enter: a first task stands ready.",
      `Runs can be looked at in the studio: ${new URL("studio", workspace.url).href}`,
      "",
      cast.said,
      `Code runs in: ${executor.capabilities.label}`,
      "Ctrl-C ends it.",
    ];
    await print(io.stdout, `\n${lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n")}\n`);
    await asked;
  } finally {
    release();
    await closeStudio();
    await playing?.stop();
    await workspace.close();
    await executor.close();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }
  return 0;
}

/** The team file among them, and those that stand ready to be posted. */
async function filesOf(
  paths: readonly string[],
  { cwd }: Io,
): Promise<{ readonly team: string | undefined; readonly ready: readonly { readonly name: string; readonly content: Uint8Array }[] }> {
  const isTeam = (path: string): boolean => /\.ya?ml$/i.test(path);
  const ready = paths.filter((path) => !isTeam(path));
  if (paths.filter(isTeam).length > 1) throw new UsageError("--file takes one team file (.yml, .yaml) at most.");
  if (ready.length > READY_FILES_MAX) throw new UsageError(`--file takes at most ${READY_FILES_MAX} files to post.`);
  const read = async (path: string) => {
    const content = await readFile(resolve(cwd, path)).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(`--file ${path}: it cannot be read (${error.code ?? String(error)}).`);
    });
    if (content.length > READY_BYTES_MAX) throw new UsageError(`--file ${path}: it has more than ${READY_BYTES_MAX / 1_000_000} MB.`);
    return { name: basename(path), content };
  };
  return { team: paths.find(isTeam), ready: await Promise.all(ready.map(read)) };
}

const READY_FILES_MAX = 10; // Slack's own limit for one message.
const READY_BYTES_MAX = 50_000_000;

interface Cast {
  readonly settings: Settings;
  readonly env: Env;
  readonly offline: boolean;
  /** One line: who speaks. */
  readonly said: string;
}

/** A key from the environment first, then a model server on this machine, then the offline team. */
async function chooseCast(io: Io, { offline, file }: { readonly offline: boolean; readonly file: string | undefined }): Promise<Cast> {
  const env = readEnv(io.cwd, io.env);
  if (file !== undefined) {
    const said = `The teams of ${file} speak, through the models that it names.`;
    return { settings: loadSettings({ env, cwd: io.cwd, file }), env, offline: false, said };
  }
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
    said: "No key and no model server were found: the offline team plays four ready tasks. Its code really runs.",
  };
}

const hereOrOurs = (file: string, { cwd }: Io): string =>
  existsSync(resolve(cwd, file)) ? file : fileURLToPath(new URL(`../../../${file}`, import.meta.url));

/** What is simulated and what is real, in one line of the page. */
function noticeOf({ offline }: Pick<Cast, "offline">, grade: string): string {
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
