import type { Target } from "../../parley.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { keptAt, readKept, type KeptAt } from "../own-stores.ts";
import { harmless } from "../terminal.ts";

export const help = `parley forget thread|channel|workspace|person ID [--dry-run] [--db PATH]

Takes what was said out of the database for good: out of logs, files, memory, settings, free pages and the write-ahead log; the file shrinks.
Costs and decisions stay, without words. Parley must not run meanwhile, but for --dry-run. A run that has not ended is stopped.

  thread ID      a thread, as parley export takes it: T0123ABCD/C0123ABCD/1767603600.000100
  channel ID     all threads, the memory and the settings of a channel: C0123ABCD, or T0123ABCD/C0123ABCD where several workspaces have one
  workspace ID   all of a workspace: T0123ABCD
  person ID      a person by the id in Slack, U0123ABCD: the runs that the person has started, the person's words elsewhere, settings and
                 notes; name and id are replaced by another name. What others have said of the person in words of their own stays

  --dry-run      says what would be forgotten, and changes nothing; also while Parley runs
  --db PATH      the database; PARLEY_DB, then the team file's, when absent

Messages in Slack, backups (parley backup) and what was written out (parley export, an audit file) are not touched: docs/forgetting.md.
One that was broken off is carried on by the next parley forget or parley start.

Exit codes: 0 forgotten; 1 there is nothing of it, or the database cannot be used; 2 bad usage or settings.`;

const KINDS = ["thread", "channel", "workspace", "person"];
const PERSON = /^[UW][A-Z0-9]{2,20}$/;
const WORKSPACE = /^[TE][A-Z0-9]{1,20}$/;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const options = { db: { type: "string" }, "dry-run": { type: "boolean" } } as const;
  const { values, positionals } = readArguments(args, { options, allowPositionals: true });
  const [kind, id, ...rest] = positionals;
  if (kind === undefined || id === undefined || rest.length > 0 || !KINDS.includes(kind))
    throw new UsageError("Say what to forget: parley forget thread, channel, workspace or person, and its id. See --help.");
  const at = await keptAt(io, values.db);
  const reader = await readKept(at);
  try {
    const target = await targetOf(reader, kind, id);
    const found = await reader.forgetter.find(target);
    const counts = Object.entries(found).filter(([, count]) => count > 0);
    if (counts.length === 0 && target.kind !== "workspace" && target.kind !== "person") {
      await print(io.stderr, `There is nothing of ${kind} ${harmless(id)} in this database.`);
      return 1;
    }
    const told =
      counts.map(([what, count]) => `${count} ${WORDS[what as keyof typeof found][count === 1 ? 0 : 1]}`).join(", ") || "nothing";
    if (values["dry-run"]) {
      await print(io.stdout, `Would be forgotten: ${told}. Costs and decisions stay, without words.`);
      return 0;
    }
    await reader.close();
    await forget(at, target, kind);
    await print(io.stdout, `Forgotten: ${told}. Costs and decisions stay, without words.`);
    await print(io.stdout, "What is in Slack, in backups and in files that were written out is still there: see docs/forgetting.md.");
    return 0;
  } finally {
    await reader.close();
  }
}

const WORDS = {
  threads: ["thread", "threads"],
  events: ["event", "events"],
  files: ["file, where nothing else has it", "files, where nothing else has them"],
  posts: ["post", "posts"],
  envelopes: ["envelope of Slack's", "envelopes of Slack's"],
  memories: ["note of an agent's", "notes of agents'"],
  settings: ["setting", "settings"],
} as const;

type Reader = Awaited<ReturnType<typeof readKept>>;

async function targetOf(reader: Reader, kind: string, id: string): Promise<Target> {
  if (kind === "person") {
    if (PERSON.test(id)) return { kind: "person", person: id };
    throw new UsageError(`A person is named by the id that Slack has given, such as U0123ABCD, not by "${harmless(id)}".`);
  }
  if (kind === "workspace") {
    if (WORKSPACE.test(id)) return { kind: "workspace", workspace: id };
    throw new UsageError(`A workspace is named by the id that Slack has given, such as T0123ABCD, not by "${harmless(id)}".`);
  }
  // The id of a run is that of its thread and a number.
  if (kind === "thread") return { kind: "thread", thread: id.replace(/#\d+$/, "") };
  if (id.includes("/")) return { kind: "scope", scope: id };
  const scopes = (await scopesIn(reader)).filter((scope) => scope.endsWith(`/${id}`));
  if (scopes.length > 1)
    throw new UsageError(`Several workspaces have a channel ${harmless(id)}; name one: ${harmless(scopes.join(", "))}.`);
  return { kind: "scope", scope: scopes[0] ?? `?/${id}` };
}

/** Every place that the database knows of. */
async function scopesIn(reader: Reader): Promise<string[]> {
  const { placeOf } = await import("../../parley.ts");
  const ofThreads = (await reader.recent(Number.MAX_SAFE_INTEGER)).flatMap(({ thread }) => {
    const place = placeOf(thread);
    return place ? [`${place.team}/${place.channel}`] : [];
  });
  return [...new Set([...ofThreads, ...(await reader.memory.scopes()).map(({ scope }) => scope)])];
}

/** On a database that nobody else writes to: the lock says so. */
async function forget({ path, own }: KeptAt, target: Target, kind: string): Promise<void> {
  const { createForgetting, createRunner, openStore, systemClock } = await import("../../parley.ts");
  const { store, dispatch, forgetter } = await opened(() => openStore(path, { own }));
  try {
    const none = { default: "", names: () => [], has: () => false, build: () => unbuildable() };
    // Only its lines are used: no run begins here.
    const { rewrite } = createRunner({
      store,
      dispatch,
      teams: none,
      posts: () => [],
      clock: systemClock,
      slots: 1,
      perWorkspace: 1,
      log: () => undefined,
    });
    const forgetting = createForgetting({ store, rewrite, forgetter, compacts: "now" });
    await forgetting.resume();
    const workspace = target.kind === "workspace" ? target.workspace : workspaceIn(target);
    const person = { id: "operator", name: "Operator" };
    await forgetting.forget(target, { workspace, person, deed: `forget ${kind}`, subject: subjectOf(target), allowed: true });
  } finally {
    await store.close();
  }
}

async function opened<T>(open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof Error && error.name === "StoreError" && error.message.includes("another Parley is running"))
      error.message += ` While it runs, a thread is forgotten in Slack (*Forget this thread…*), and what is old by \`retention\` in the team file.`;
    throw error;
  }
}

const workspaceIn = (target: Target): string => {
  const name = target.kind === "thread" ? target.thread : target.kind === "scope" ? target.scope : "";
  return name.includes("/") ? (name.split("/")[0] ?? "") : "";
};

const subjectOf = (target: Target): string =>
  target.kind === "thread"
    ? target.thread
    : target.kind === "scope"
      ? target.scope
      : target.kind === "workspace"
        ? target.workspace
        : "a person";

function unbuildable(): never {
  throw new Error("no team is built to forget");
}
