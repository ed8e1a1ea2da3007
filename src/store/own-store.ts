import type { Clock } from "../engine/clock.ts";
import type { Memory } from "../engine/memory.ts";
import type { Audit } from "./audit.ts";
import type { Dispatch } from "./dispatch.ts";
import type { Forgetter } from "./forgetting.ts";
import type { Installations } from "./installations.ts";
import type { KeyRing } from "./key-ring.ts";
import type { KnowledgeIndex } from "./knowledge/knowledge-index.ts";
import type { Logins } from "./sealed/logins.ts";
import type { FinishedRuns } from "./runs/finished-runs.ts";
import type { Schedules } from "./schedules/schedules.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";
import type { Workspaces } from "./workspaces/workspaces.ts";

/** A store that was opened: the ports to all that is kept. */
export interface Opened {
  readonly store: Store;
  readonly dispatch: Dispatch;
  readonly memory: Memory;
  readonly knowledge: KnowledgeIndex;
  readonly workspaces: Workspaces;
  /** The ring's keys seal and open the tokens. */
  readonly installations: (ring: KeyRing) => Installations;
  /** The same for the logins of people. */
  readonly logins: (ring: KeyRing) => Logins;
  readonly settings: Settings;
  readonly schedules: Schedules;
  /** The runs that are over, searched. */
  readonly runs: FinishedRuns;
  readonly audit: Audit;
  readonly forgetter: Forgetter;
  /** The random id of this database, which no other has, copies included. */
  readonly instance: () => string;
  /** Absent where one process alone can have it open. */
  readonly peers?: Peers;
}

/** The processes that have a database open: whoever has not been heard of for long is gone. */
export interface Peers {
  /** As the others know this one; no other process ever has the same. */
  readonly me: string;
  /** Those who are there, this one among them. */
  readonly living: () => Promise<ReadonlySet<string>>;
}

/** What a store of one's own opens: the log and who works on it; what is absent is kept in memory, or said to be missing when it is wanted. */
export type OwnStore = Pick<Opened, "store" | "dispatch"> & Partial<Omit<Opened, "store" | "dispatch">>;

/** A store of one's own: named in an extension of the team file, and used where `database`, PARLEY_DB or `--db` begins with its name and a colon. */
export interface StoreKind {
  /** The scheme of its addresses: at least two letters, lower case. */
  readonly name: string;
  /**
   * Opens what is at this address (all of it, the scheme included), for this process. Called once; it is closed by `store.close()`. What it opens keeps
   * `storeContract` and `dispatchContract` of `/testing`.
   */
  readonly open: (address: string, clock: Clock) => OwnStore | Promise<OwnStore>;
}

const TAKEN = ["sqlite", "postgres", "postgresql"];
const NAME = /^[a-z][a-z0-9+.-]{1,39}$/;

/** Throws a TypeError for what no address could begin with. */
export function defineStore({ name, open }: StoreKind): { readonly defines: "store" } & StoreKind {
  if (!NAME.test(name) || TAKEN.includes(name))
    throw new TypeError(
      `"${name}" is no name for a store; take 2 to 40 lower-case letters, digits, +, - and ., as in "trips" for trips:north.`,
    );
  if (typeof open !== "function") throw new TypeError(`the store "${name}" has no \`open\`; write open: (address, clock) => …`);
  return { defines: "store", name, open };
}
