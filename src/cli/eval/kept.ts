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
    const rows = all.map(({ id, at, endedAt, cases, repeats, teams, file }) => [
      id,
      at.slice(0, 16).replace("T", " "),
      endedAt === undefined ? "interrupted" : "ended",
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

/** The report of one of them. */
export async function show(
  id: string,
  values: {
    readonly db?: string | undefined;
    readonly baseline?: string | undefined;
    readonly json?: boolean | undefined;
    readonly html?: string | undefined;
    readonly junit?: string | undefined;
  },
  io: Io,
): Promise<number> {
  const store = await readHere(io, values.db);
  try {
    const { keptReport, readEvaluations } = await evaluationRoom();
    const kept = readEvaluations(store);
    const evaluation = await kept.find(id);
    if (!evaluation) {
      await print(io.stderr, harmless(`There is no evaluation "${id}" in this database. parley eval list says which there are.`));
      return 1;
    }
    return await give(await keptReport(kept, evaluation), values, await baselineOf(values.baseline, store, io, evaluation.id), io);
  } finally {
    await store.close();
  }
}
