import type { Clock } from "../engine/clock.ts";
import type { Logs } from "../store/runs/logs.ts";
import type { Store } from "../store/store.ts";
import type { Access } from "./access.ts";
import { bySignIn } from "./door/by-sign-in.ts";
import { createSignIn, type Provider } from "./door/open-id.ts";
import { createSignedInSessions } from "./door/signed-in-sessions.ts";
import type { Acting } from "./acts/acting.ts";
import type { Forking } from "./forks/forking.ts";
import type { Turns } from "./runs/drafts.ts";
import type { Rebuilding } from "./runs/requests.ts";
import type { Workshop } from "./teams/workshop.ts";
import { serveStudio, type Studio } from "./studio.ts";

/** The studio for people who sign in with a service, on the store that this process has open; it is left open. Rejects where the address cannot be had. */
export async function createSignedInStudio(options: {
  readonly store: Pick<Store, "note" | "swapNote">;
  readonly logs: Logs;
  readonly access: Access;
  readonly provider: Provider;
  readonly at: { readonly host: string; readonly port: number };
  readonly publicUrl?: string;
  readonly rebuilding: Rebuilding;
  readonly turns: Turns;
  readonly forking: Forking;
  readonly acting: Acting;
  readonly workshop: () => Workshop | undefined;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}): Promise<Omit<Studio, "address">> {
  const { store, provider, at, clock, log } = options;
  const way = bySignIn({
    signIn: createSignIn({ provider, clock }),
    sessions: createSignedInSessions({ store, clock }),
    by: provider.name,
    clock,
    log: (problem, error) => log(`${problem}: ${error instanceof Error ? error.message : String(error)}`),
  });
  return serveStudio({ ...options, ...at, way });
}
