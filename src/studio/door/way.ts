import type { Hono } from "hono";
import type { Entrance, Let, Own } from "./gate.ts";
import type { Sessions } from "./sessions.ts";

/** How people come into the studio: by an address that lets in once, or by signing in with a service. */
export interface Way {
  readonly sessions: Sessions;
  readonly entrance: Entrance;
  /** Its own pages, before all others. */
  open(app: Hono<Let>, own: () => Own): void;
}
