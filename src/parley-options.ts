import type { Env } from "./config/env.ts";
import type { Settings } from "./config/load.ts";
import type { Clock } from "./engine/clock.ts";
import type { Role, Updates } from "./engine/role.ts";
import type { LoginDoors } from "./open-logins.ts";
import type { Executor } from "./sandbox/executor.ts";
import type { InstalledSettings } from "./slack/install/many-workspaces.ts";
import type { SlackSettings } from "./slack/slack.ts";
import type { TelemetryParts } from "./telemetry/telemetry.ts";
import type { StudioAt } from "./studio-door.ts";

/** Many workspaces, by OAuth. */
export interface SlackOfMany extends InstalledSettings {
  /** The first seals the tokens in the database, all open them; 32 bytes each. */
  readonly tokenKeys: readonly Uint8Array[];
}

export interface ParleyOptions extends LoginDoors {
  readonly settings: Settings;
  readonly env: Env;
  /** The address of the store, a path among them absolute; see `openStore`. */
  readonly dbPath: string;
  /** What this process does; all of it when absent. Another one than `all` needs others on the same store that do the rest. */
  readonly role?: Role;
  /** Whether a database is brought up to date that an older version has open; `alone` when absent, and then it is not. */
  readonly updates?: Updates;
  /** How many threads are worked on at once, half of them of one workspace while others wait; `THREADS_AT_ONCE` when absent. */
  readonly threadsAtOnce?: number;
  /** Absent: no Slack, as in a terminal. */
  readonly slack?: SlackSettings | SlackOfMany;
  /** Where code runs; what the settings say when absent. Closed with Parley. */
  readonly executor?: Executor;
  readonly clock?: Clock;
  /** Seal the logins of people for servers, the first of them, and open them, all; those for the installations when absent, and without either nobody can log in. */
  readonly loginKeys?: readonly Uint8Array[];
  /** Where people look at runs who sign in with Slack; nowhere when absent. */
  readonly studioAt?: StudioAt;
  /** Whether somebody is there to ask when a run reaches a limit; as it is in Slack when absent. */
  readonly asksAtLimits?: boolean;
  /** Nothing can be recorded now, as on a full disk; when absent, what is under way waits until it can. */
  readonly onStoreTrouble?: (error: Error) => void;
  /** Where traces and metrics go; none when absent. */
  readonly telemetry?: Pick<TelemetryParts, "tracer" | "meter" | "contents">;
  /** One line about something that is not part of a conversation. Holds no secret. */
  readonly log: (line: string) => void;
}
