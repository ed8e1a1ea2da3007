import type { Agenda } from "./agenda.ts";
import type { Changes } from "./changes.ts";
import type { SocketMode } from "./socket-mode.ts";
import type { State } from "./state.ts";

/** The parts of the local workspace, handed to everything that acts in it. */
export interface Local {
  state: State;
  readonly now: () => number;
  readonly agenda: Agenda;
  readonly changes: Changes;
  readonly socketMode: SocketMode;
  /** http://127.0.0.1:PORT, known once the server listens. */
  baseUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly rateLimits: boolean;
  readonly triggerMs: number;
  readonly suggestions: readonly { readonly title: string; readonly text: string }[];
  readonly notice: string;
}
