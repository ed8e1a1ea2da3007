import { resolve } from "node:path";
import { evaluationRoom } from "../../parley.ts";
import { print, type Io } from "../command.ts";
import { readHere } from "../own-stores.ts";
import { table } from "../table.ts";
import { harmless } from "../terminal.ts";
import { baselineOf, give } from "./given-report.ts";

/** The evaluations of a database, newest first. */
export async function list(db: string | undefined, io: Io): Promise<number> {
  const store = await readHere(io, db);
  try {
    const { readEvaluations } = await evaluationRoom();
    const all = await readEvaluations(store).list();
    const rows = all.map(({ id, at, endedAt, stoppedAtUsd, cases, repeats, teams, file }) => [
      id,
      at.slice(0, 16).replace("T", " "),
      endedAt !== undefined ? "ended" : stoppedAtUsd !== undefined ? "stopped at its budget" : "interrupted",
      String(cases),
      String(repeats),
      teams.join(", "),
      file,
    ]);
    await print(
      io.stdout,
      harmless(
        rows.length === 0
          ? "There is no evaluation in this database."
          : table(["id", "begun", "state", "cases", "runs", "teams", "file"], rows, (column) => column === 3 || column === 4),
      ),
    );
    return 0;
  } finally {
    await store.close();
  }
}

const TASK_WITHIN = 5; // Events of a log: the task stands behind the beginning.
const SAMPLE = 30; // Fewer say little of how far a judge can be believed.

/** Answers of one of them for people to judge, as CSV. */
export async function sample(
  id: string,
  { db, cases = SAMPLE, seed }: { readonly db: string | undefined; readonly cases?: number; readonly seed?: number },
  io: Io,
): Promise<number> {
  const store = await readHere(io, db);
  try {
    const { keptReport, readEvaluations, sheetOf } = await evaluationRoom();
    const kept = readEvaluations(store);
    const evaluation = await kept.find(id);
    if (!evaluation) return await unknown(id, io);
    const taskOf = async (thread: string) => {
      const task = (await store.load(thread, 0, TASK_WITHIN)).find((event) => event.type === "message.posted");
      return task?.type === "message.posted" ? task.text : "";
    };
    await print(io.stdout, harmless(await sheetOf(await keptReport(kept, evaluation), { count: cases, seed, taskOf })));
    return 0;
  } finally {
    await store.close();
  }
}

/** The report of one of them. */
export async function show(
  id: string,
  values: {
    readonly db?: string | undefined;
    readonly people?: string | undefined;
    readonly baseline?: string | undefined;
    readonly json?: boolean | undefined;
    readonly html?: string | undefined;
    readonly junit?: string | undefined;
  },
  io: Io,
): Promise<number> {
  const store = await readHere(io, values.db);
  try {
    const { keptReport, readEvaluations, readPeople } = await evaluationRoom();
    const people = values.people === undefined ? [] : readPeople(resolve(io.cwd, values.people), values.people);
    const kept = readEvaluations(store);
    const evaluation = await kept.find(id);
    if (!evaluation) return await unknown(id, io);
    return await give(await keptReport(kept, evaluation, people), values, await baselineOf(values.baseline, store, io, evaluation.id), io);
  } finally {
    await store.close();
  }
}

async function unknown(id: string, io: Io): Promise<number> {
  await print(io.stderr, harmless(`There is no evaluation "${id}" in this database. parley eval list says which there are.`));
  return 1;
}
