import { databasePath } from "../../config/load.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";

export const help = `parley migrate --from DB --to DB [--anew]

Moves all that is kept from a file of SQLite to Postgres, or from Postgres to a file of SQLite or to another Postgres: threads with their logs,
posts, files, memory, settings, schedules, installations with their sealed tokens, costs, the audit log with its chain, and what was not handled yet.
No Parley may have either open. One that was broken off, however that was, is gone on with by the same command.

Nothing stands at --to before it is whole: every row is compared, every log is folded on both sides and the audit log is read through. A database
that is there already is not touched. --from stays as it is; move it away afterwards, so that nobody starts on it again.

  --from DB   a path, such as data/parley.db, or postgres://user:password@host/database?schema=parley
  --to DB     the same; it must not be there yet, or be empty
  --anew      throws away what an earlier move to --to has left unfinished, and begins from the beginning

Exit codes: 0 moved; 1 it could not be, and --to is as it was; 2 bad usage.`;

/** Whoever waits is told as often. */
const TOLD_EVERY_MS = 2_000;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArguments(args, { options: { from: { type: "string" }, to: { type: "string" }, anew: { type: "boolean" } } });
  if (!values.from || !values.to)
    throw new UsageError("Name both: parley migrate --from data/parley.db --to postgres://user:password@host/database.");
  const [from, to] = [databasePath(values.from, io.cwd), databasePath(values.to, io.cwd)];
  const { moveStore, shownAddress } = await import("../../parley.ts");
  let toldAt = performance.now();
  const moved = await moveStore(
    { from, to },
    {
      anew: values.anew === true,
      told({ doing, table, rows, of }) {
        if (performance.now() - toldAt < TOLD_EVERY_MS) return;
        toldAt = performance.now();
        io.stderr.write(`${doing === "copy" ? "Copied" : "Compared"} ${rows} of ${of} rows of ${table}\n`);
      },
    },
  );
  await print(
    io.stdout,
    `Moved ${moved.events} events of ${moved.threads} threads, ${moved.rows} rows in all, to ${shownAddress(to)}, and compared every one.`,
  );
  await print(io.stdout, "Name it in PARLEY_DB, and move the old one away: nothing may be started on it any more.");
  return 0;
}
