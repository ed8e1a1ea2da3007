import { portOf, readArguments } from "./arguments.ts";
import { print, UsageError, type Io } from "./command.ts";
import { openStudio, OWNER, rebuildingOf, rebuildingWithout, teamsHere } from "./open-studio.ts";
import { keptAt } from "./own-stores.ts";
import { workshopHere } from "./workshop-here.ts";

export const help = `parley studio [--port PORT] [--db PATH]

Opens the studio on this machine: a page that lists the runs of a database, finds them by what was said, and shows each as it went: turn by
turn, who chose whom and why, tools, code, tokens and money, also while Parley runs on that database; and the teams, as graphs. It writes
nothing there but teams that are saved, in SQLite while no Parley runs on it: forks, and runs of the playground, are kept as long as it is
open.

The address that it prints lets in once, within ten minutes; when it was used, or came too late, the next one is printed.
See docs/studio.md.

  --port PORT   where it is; 4210, or the next free port, when absent
  --db PATH     the database; PARLEY_DB, then the team file's, when absent

Exit codes: 0 ended with Ctrl-C; 1 the database cannot be read; 2 bad usage or settings.`;

const PORT = 4210;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArguments(args, { options: { port: { type: "string" }, db: { type: "string" } } });
  const port = portOf(values.port);
  const kept = await keptAt(io, values.db);
  const found = teamsHere(io);
  const teams = "without" in found ? undefined : found;
  const rebuilding = teams ? rebuildingOf(teams) : rebuildingWithout(io);
  const workshop = teams && workshopHere(teams.settings, kept, io);
  const { shownAddress } = await import("../parley.ts");
  const { promise: asked, resolve: interrupted } = Promise.withResolvers<void>();
  const release = io.onInterrupt(() => interrupted());
  try {
    const open = (on: number) =>
      openStudio(kept, {
        port: on,
        io,
        rebuilding,
        teams,
        workshop: () => workshop,
        shelf: workshop?.shelf,
        onEntered: () => void print(io.stdout, `  The next address: ${opened.studio.address(OWNER)}`),
      });
    const opened = await open(port ?? PORT).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      if (port !== undefined) throw new UsageError(`Port ${port} is taken by another program; choose another with --port.`);
      return open(0);
    });
    const lines = [
      `The studio is at ${opened.studio.address(OWNER)}`,
      ...("without" in found ? [`It shows no teams, and nothing is forked there: ${found.without}`] : []),
      `That address lets in once. It shows ${shownAddress(kept.path)}. Ctrl-C ends it.`,
    ];
    await print(io.stdout, `\n${lines.map((line) => `  ${line}`).join("\n")}\n`);
    await asked;
    await opened.close();
  } finally {
    release();
  }
  return 0;
}
