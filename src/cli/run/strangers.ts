import type { Parley } from "../../parley.ts";
import { print, UsageError, type Io } from "../command.ts";

/** Runs of Slack would be worked on here too, and nobody would post what their agents say. `workspace`: whose runs are this command's. */
export async function refuseStrangers(
  parley: Parley,
  { dbPath, workspace }: { readonly dbPath: string; readonly workspace: string },
  io: Io,
): Promise<void> {
  const { shownAddress } = await import("../../parley.ts"); // Here, so that --help is answered at once.
  const unfinished = await parley.store.unfinished();
  const own = unfinished.filter((one) => one.workspace === workspace).length;
  if (own > 0)
    await print(
      io.stderr,
      `note: ${own} earlier ${own === 1 ? "run is" : "runs are"} unfinished in ${shownAddress(dbPath)}; what waits for nobody goes on too.`,
    );
  const strangers = unfinished.filter((one) => one.workspace !== workspace && one.workspace !== "imported");
  if (strangers.length === 0) return;
  const many = strangers.length === 1 ? "a run of Slack is" : `${strangers.length} runs of Slack are`;
  throw new UsageError(`${many} unfinished in ${shownAddress(dbPath)}, which parley start goes on with. Name another database with --db.`);
}
