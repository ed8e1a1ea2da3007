import type { studioRoom } from "../parley.ts";
import type { Io } from "./command.ts";
import type { KeptAt } from "./own-stores.ts";

export type Studio = Awaited<ReturnType<Awaited<ReturnType<typeof studioRoom>>["createStudio"]>>;

/** Whoever runs the command: on loopback they may see all that is there. */
export const OWNER = { id: "owner", name: "You" };

/** The studio on loopback over what is kept there; both are closed together. Rejects where the port is taken, and nothing is left open. */
export async function openStudio(
  { path, own }: KeptAt,
  { port, io, onEntered }: { readonly port: number; readonly io: Pick<Io, "stderr">; readonly onEntered?: () => void },
): Promise<{ readonly studio: Studio; close(): Promise<void> }> {
  const parley = await import("../parley.ts");
  const { createStudio, openLogs, ownersAccess } = await parley.studioRoom();
  const logs = await openLogs(path, { own });
  const log = (line: string): void => void io.stderr.write(`${line}\n`);
  try {
    const studio = await createStudio({ logs, access: ownersAccess, port, log, ...(onEntered ? { onEntered } : {}) });
    return {
      studio,
      async close() {
        await studio.close();
        await logs.close();
      },
    };
  } catch (error) {
    await logs.close();
    throw error;
  }
}
