import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { systemClock, type Clock } from "../../src/engine/clock.ts";
import type { RunEvent } from "../../src/engine/events/events.ts";
import { createRunner, type RunnableTeam, type Runner, type RunnerParts, type Said } from "../../src/runner/runner.ts";
import { openSqlite, type SqliteOpened } from "../../src/store/sqlite/store.ts";
import type { Store } from "../../src/store/store.ts";
import { MARIA } from "./scripted.ts";

let folder: string | undefined;
const opened = new Set<{ runner: Runner; store: Store }>();

/** Where the database of the test that runs now is; with what was opened there it goes when the test ends. */
function folderOfTest(): string {
  if (folder !== undefined) return folder;
  const made = (folder = mkdtempSync(join(tmpdir(), "parley-runner-")));
  onTestFinished(async () => {
    folder = undefined;
    for (const { runner, store } of opened) {
      await runner.close();
      await store.close();
    }
    opened.clear();
    rmSync(made, { recursive: true, force: true });
  });
  return made;
}

export interface Opening {
  readonly clock?: Partial<Clock>;
  readonly teams?: Partial<RunnerParts["teams"]>;
  /** Between the runner and its store, as a disk that fails. */
  readonly wrapStore?: (store: Store) => Store;
  /** On the database of that one, beside it in this process, as on another machine. */
  readonly beside?: { readonly opened: SqliteOpened };
  readonly parts?: Parts | ((opened: SqliteOpened) => Parts);
}

type Parts = Partial<Pick<RunnerParts, "haltMinutes" | "budgets" | "rates" | "shown">>;

/** A runner on the database of this test; opened again, it finds the log of the one before. */
export function open(make: (name: string) => RunnableTeam, options: Opening = {}) {
  const clock = { ...systemClock, ...options.clock };
  const here = options.beside?.opened.beside() ?? openSqlite({ path: join(folderOfTest(), "parley.db"), ...clock });
  const { store: inner, dispatch } = here;
  const store = options.wrapStore?.(inner) ?? inner;
  const problems: string[] = [];
  const names = ["duo", "broken"];
  const runner = createRunner({
    store,
    dispatch,
    teams: { build: make, has: (name) => names.includes(name), names: () => names, default: "duo", ...options.teams },
    posts: (event) => (event.type === "message.posted" && "agent" in event ? [{ kind: "turn", part: 0 }] : []),
    clock,
    slots: 8,
    perWorkspace: 4,
    ...(typeof options.parts === "function" ? options.parts(here) : options.parts),
    log: (problem, error) => problems.push(`${problem}: ${String(error)}`),
  });
  const both = { runner, store: inner };
  opened.add(both);
  const heard = new Set<() => void>();
  const log: (RunEvent & { thread: string })[] = [];
  runner.follow((thread, item) => {
    if ("seq" in item) log.push({ thread, ...item });
    for (const look of heard) look();
  });
  /** Resolves when `done` holds, looked at after each event. */
  const until = (done: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!done()) return;
        heard.delete(look);
        resolve();
      };
      heard.add(look);
      look();
    });
  const stopped = (thread = "T/C/1") => until(() => log.some((event) => event.thread === thread && event.type === "run.stopped"));
  /** As a process that ends, whatever is under way. */
  const close = async () => {
    opened.delete(both);
    await runner.close();
    await inner.close();
  };
  return { opened: here, runner, store, dispatch, log, until, stopped, problems, close };
}

export const mention = (text: string, more: Partial<Said> = {}): Said => ({
  thread: "T/C/1",
  workspace: "T",
  person: MARIA,
  text,
  id: `id-${text}`,
  addressed: true,
  ...more,
});

export const said = (events: readonly RunEvent[]) =>
  events.flatMap((event) =>
    event.type === "message.posted" ? [`${"agent" in event ? event.agent : event.person.name}: ${event.text}`] : [],
  );
