import type { studioRoom } from "../parley.ts";
import { readEnv, type Env } from "../config/env.ts";
import { ConfigError } from "../config/config-error.ts";
import { loadSettings, secretNames, type Settings } from "../config/load.ts";
import { createRedactor } from "../config/secrets.ts";
import type { Io } from "./command.ts";
import type { KeptAt } from "./own-stores.ts";

type CreateStudio = Awaited<ReturnType<typeof studioRoom>>["createStudio"];
export type Studio = Awaited<ReturnType<CreateStudio>>;
type Rebuilding = NonNullable<Parameters<CreateStudio>[0]["rebuilding"]>;

/** Whoever runs the command: on loopback they may see all that is there. */
export const OWNER = { id: "owner", name: "You" };

/** The studio on loopback over what is kept there; both are closed together. Rejects where the port is taken, and nothing is left open. */
export async function openStudio(
  { path, own }: KeptAt,
  {
    port,
    io,
    rebuilding,
    onEntered,
  }: {
    readonly port: number;
    readonly io: Pick<Io, "stderr">;
    readonly rebuilding: Rebuilding;
    readonly onEntered?: () => void;
  },
): Promise<{ readonly studio: Studio; close(): Promise<void> }> {
  const parley = await import("../parley.ts");
  const { createStudio, openLogs, ownersAccess } = await parley.studioRoom();
  const logs = await openLogs(path, { own });
  const log = (line: string): void => void io.stderr.write(`${line}\n`);
  try {
    const studio = await createStudio({ logs, access: ownersAccess, port, rebuilding, log, ...(onEntered ? { onEntered } : {}) });
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

/** With what the requests of this team file's runs are put together again. */
export const rebuildingOf = ({ settings, env }: { readonly settings: Settings; readonly env: Env }): Rebuilding => ({
  registry: settings.registry,
  env,
  redact: createRedactor(env, secretNames(settings)),
});

/** The same of the team file that is here, where there is one that can be read: a database can be looked at without it. */
export function rebuildingHere(io: Pick<Io, "cwd" | "env">): Rebuilding {
  const env = readEnv(io.cwd, io.env);
  try {
    return rebuildingOf({ settings: loadSettings({ env, cwd: io.cwd }), env });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { env, redact: createRedactor(env) };
  }
}
