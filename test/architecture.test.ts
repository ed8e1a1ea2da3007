import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "..");
/** Where the rooms are: those of `src`, and beside it the local Slack and what runs in a browser. */
const SRC = join(ROOT, "src");
const BESIDE = ["local-slack", "web"];

/** Who may import whom; `*` leaves packages and node: free. The house has these rooms and no others. */
const MAY_IMPORT: { readonly [room: string]: readonly string[] } = {
  engine: [],
  models: ["engine", "keyed-queue.ts", "env-proxy.ts"],
  // What files and pages say, as text.
  documents: [],
  // What a browser is shown where there is no page of the house's own.
  "plain-page.ts": [],
  // Which process of which machine it is, and whether it still lives.
  processes: [],
  tools: ["engine", "documents", "plain-page.ts", "processes"],
  store: ["engine", "keyed-queue.ts"],
  sandbox: ["keyed-queue.ts", "processes"],
  // Documents of elsewhere, indexed and searched.
  knowledge: ["engine", "documents", "store"],
  // When work starts by itself; nothing of a chat service, nor of where it is kept.
  schedules: [],
  guards: [],
  "local-slack": [],
  // The words that the pages and their servers have for each other, of the engine the folds, which run in a browser as well, and the example teams.
  web: ["local-slack", "engine", "studio", "teams"],
  // What whoever runs Parley is told of: what is so, and not where it is said.
  alerts: ["engine", "store", "runner"],
  runner: ["engine", "store", "schedules", "keyed-queue.ts"],
  telemetry: ["engine", "store"],
  // Asked before a name is taken, and again before it is shown.
  "lookalikes.ts": [],
  // A run as people read it.
  "transcript.ts": ["engine"],
  // How jobs take turns.
  "keyed-queue.ts": [],
  // When a server listens, and where.
  "listening.ts": [],
  // How this machine reaches others.
  "env-proxy.ts": [],
  // The words that who builds teams and who shows them have for each other.
  "team-shelf.ts": ["store"],
  // What is decided about proposals for teams, wherever somebody does.
  "team-proposals.ts": ["store", "team-shelf.ts"],
  config: ["engine", "models", "tools", "sandbox", "guards", "lookalikes.ts", "team-shelf.ts"],
  slack: [
    "engine",
    "store",
    "runner",
    "schedules",
    "documents",
    "lookalikes.ts",
    "keyed-queue.ts",
    "env-proxy.ts",
    "team-shelf.ts",
    "team-proposals.ts",
    "transcript.ts",
    "plain-page.ts",
  ],
  // What the log of a run says again: the run itself, and each request in it.
  replay: ["engine", "models", "config"],
  // Of evaluations what reads them and tells their numbers.
  studio: [
    "engine",
    "models",
    "store",
    "config",
    "runner",
    "team-shelf.ts",
    "team-proposals.ts",
    "plain-page.ts",
    "replay",
    "listening.ts",
    "eval",
  ],
  eval: ["engine", "store", "config", "runner"],
  // Parley for other programs.
  serve: ["engine", "runner", "transcript.ts", "listening.ts"],
  // What teams look things up in, wired.
  "open-knowledge.ts": ["engine", "models", "knowledge", "store", "config", "slack"],
  // The logins of people for servers, wired.
  "open-logins.ts": ["engine", "tools", "store", "runner", "config", "slack"],
  // The studio for people who sign in with Slack, wired.
  "studio-door.ts": ["engine", "store", "slack", "studio", "open-workshop.ts"],
  // What the studio makes teams with, wired.
  "open-workshop.ts": ["engine", "store", "runner", "config", "studio", "team-proposals.ts"],
  // What a Parley is opened with.
  "parley-options.ts": ["engine", "sandbox", "config", "slack", "open-logins.ts", "studio-door.ts", "telemetry"],
  // The alerts of a process, wired.
  "open-alerts.ts": ["alerts", "parley-options.ts", "engine", "models", "sandbox", "store", "runner", "config", "slack"],
  "parley.ts": [
    "parley-options.ts",
    "open-alerts.ts",
    "open-logins.ts",
    "open-knowledge.ts",
    "studio-door.ts",
    "open-workshop.ts",
    "engine",
    "models",
    "tools",
    "sandbox",
    "store",
    "runner",
    "telemetry",
    "config",
    "slack",
    "studio",
    "eval",
  ],
  // Of the engine what is a pure reading, such as a sum of costs: to show a line, the rest is not loaded.
  cli: ["engine", "parley.ts", "config", "replay", "serve", "local-slack", "transcript.ts", "env-proxy.ts"],
  // What others import, and the door by which their programs come in.
  "open-parley.ts": ["engine", "config", "parley.ts"],
  "index.ts": ["engine", "config", "store", "open-parley.ts"],
  "index-engine.ts": ["engine"],
  "index-store.ts": ["store"],
  "index-testing.ts": ["engine", "config", "store", "open-parley.ts"],
};

/** Words that belong to one room; elsewhere they are a sign that a thing is in the wrong place. */
const OWN_WORDS: readonly { readonly words: RegExp; readonly rooms: readonly string[] }[] = [
  { words: /\b(thread_ts|chat\.postMessage|block_id)\b/, rooms: ["slack", "local-slack", "web"] },
  { words: /\b(content_block|tool_use_id)\b|\.choices\b/, rooms: ["models"] },
  { words: /\b(SELECT|INSERT INTO|CREATE TABLE)\b/, rooms: ["store"] },
];

interface SourceFile {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const files: readonly SourceFile[] = [
  ...readdirSync(SRC, { recursive: true, encoding: "utf8" }),
  ...BESIDE.flatMap((room) => readdirSync(join(ROOT, room), { recursive: true, encoding: "utf8" }).map((path) => join(room, path))),
]
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => {
    const text = readFileSync(fileOf(path), "utf8");
    return { path: path.split(sep).join("/"), room: path.split(sep)[0] ?? "", text, imports: importsOf(text) };
  });

test("every file is in a room of the house, and imports only from rooms it may know", () => {
  const wrong = files.flatMap(({ path, room, imports }) => {
    const allowed = MAY_IMPORT[room];
    if (!allowed) return [`${path}: "${room}" is not a room of the house`];
    return imports
      .filter((to) => to.startsWith("."))
      .flatMap((to) => {
        const target = targetOf(path, to).split("/")[0] ?? "";
        return target === room || allowed.includes(target)
          ? []
          : [`${path} imports ${to}: ${room} may import ${allowed.join(", ") || "nothing"}`];
      });
  });
  expect(files.length).toBeGreaterThan(40);
  expect(wrong).toEqual([]);
});

test("the engine imports no package and nothing of node", () => {
  const wrong = files
    .filter(({ room }) => room === "engine")
    .flatMap(({ path, imports }) => imports.filter((to) => !to.startsWith(".")).map((to) => `${path} imports ${to}`));
  expect(wrong).toEqual([]);
});

test("no import loop, type imports included", () => {
  const graph = new Map(
    files.map(({ path, imports }) => [path, imports.filter((to) => to.startsWith(".")).map((to) => targetOf(path, to))]),
  );
  const done = new Set<string>();
  const loops: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) loops.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    else if (!done.has(path)) for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  expect(loops).toEqual([]);
});

test("which database it is, nobody above the store knows", () => {
  const wrong = files.flatMap(({ path, room, imports }) =>
    room === "store"
      ? []
      : imports
          .filter((to) => to.startsWith("."))
          .map((to) => targetOf(path, to))
          .filter((to) => /^store\/(sqlite|postgres)\//.test(to))
          .map((to) => `${path} imports ${to}`),
  );
  expect(wrong).toEqual([]);
});

test("a room's words stay in it", () => {
  const wrong = OWN_WORDS.flatMap(({ words, rooms }) =>
    files
      .filter(({ room, text }) => !rooms.includes(room) && words.test(text))
      .map(({ path, text }) => `${path}: ${words.exec(text)?.[0]}`),
  );
  expect(wrong).toEqual([]);
});

test("the engine knows people and places, and not where they meet", () => {
  const words = /slack|\bchannels?\b|\bbuttons?\b/i;
  const said = files
    .filter(({ room, text }) => room === "engine" && words.test(text))
    .map(({ path, text }) => `${path}: ${words.exec(text)?.[0]}`);
  expect(said).toEqual([]);
});

test("no hub files: a type lives with its thing", () => {
  const hubs = files.map(({ path }) => path).filter((path) => /(^|\/)(types|utils|helpers|index)\.ts$/.test(path));
  expect(hubs).toEqual(["index.ts", "local-slack/index.ts"]); // What others import of a package.
});

/** `slack/app.ts` and `local-slack/index.ts`: as the table names the rooms. */
function fileOf(path: string): string {
  return BESIDE.includes(path.split(sep)[0] ?? "") ? join(ROOT, path) : join(SRC, path);
}

/** The file that an import means, named in the same way. */
function targetOf(path: string, to: string): string {
  const target = relative(ROOT, resolve(dirname(fileOf(path)), to))
    .split(sep)
    .join("/");
  return target.startsWith("src/") ? target.slice("src/".length) : target;
}

/** A reader holds so much at once. */
const LINES_MAX = 300;
/** Of a test: it is read story by story. */
const TEST_LINES_MAX = 450;
const FILES_PER_FOLDER_MAX = 20;
const lines = (text: string): number => text.trimEnd().split("\n").length;

test("no source file is longer than a reader can hold, and no folder fuller", () => {
  const long = files.filter(({ text }) => lines(text) > LINES_MAX).map(({ path }) => path);
  const folders = [SRC, ...BESIDE.map((room) => join(ROOT, room)), join(ROOT, "test/journeys")];
  expect({ long, full: folders.flatMap(fullFolders) }).toEqual({ long: [], full: [] });
});

test("no test file is longer than can be read at one go", () => {
  const tests = readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
  expect(tests.length).toBeGreaterThan(100);
  expect(tests.filter((path) => lines(readFileSync(join(ROOT, "test", path), "utf8")) > TEST_LINES_MAX)).toEqual([]);
});

function fullFolders(folder: string): string[] {
  const inside = readdirSync(folder, { withFileTypes: true });
  const count = inside.filter((one) => one.isFile()).length;
  return [
    ...(count > FILES_PER_FOLDER_MAX ? [`${relative(SRC, folder)}: ${count} files`] : []),
    // What is built nobody reads.
    ...inside.filter((one) => one.isDirectory() && one.name !== "dist").flatMap(({ name }) => fullFolders(join(folder, name))),
  ];
}

function importsOf(text: string): string[] {
  return [...text.matchAll(/^\s*(?:import|export)\s[^;]*?from\s+"([^"]+)"|^\s*import\s+"([^"]+)"|\bimport\("([^"]+)"\)/gm)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? "",
  );
}
