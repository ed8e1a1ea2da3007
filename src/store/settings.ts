import type { WordField } from "./audit-chain.ts";

/** What people set while Parley runs, for a workspace or a part of it, and who has decided what: both outlive the process. */
export interface Settings {
  /** What stands under this name in this workspace; nothing where nobody has set it. */
  get(workspace: string, name: string): Promise<Setting | undefined>;
  /** Those whose names begin so, by name; at most {@link SETTINGS_LISTED_MAX}. */
  list(workspace: string, prefix: string): Promise<readonly Setting[]>;
  /**
   * Sets it, or takes it away (`value` absent), and records the decision with it; only where `revision` is still that of what stands there
   * (0: nothing). `false` when somebody else was faster: then nothing is written.
   */
  put(change: SettingChange): Promise<boolean>;
  /** Tells of each setting that was put or taken away, whichever process did, once it has been. Returns how to stop listening. */
  follow(listener: (changed: SettingChanged) => void): () => void;
  /** Records a decision that changes no setting. */
  record(decision: Decision): Promise<void>;
  /** The workspaces in which something was decided, as far back as decisions are kept, or is set. */
  workspaces(): Promise<readonly string[]>;
  /** The decisions of this workspace, newest first, `limit` of them, older than the one with number `before`. */
  decisions(workspace: string, page: { readonly limit: number; readonly before?: number }): Promise<readonly RecordedDecision[]>;
}

/** Opened beside whoever works on the database, to put some of them. */
export interface OpenedSettings extends Pick<Settings, "get" | "put"> {
  close(): Promise<void>;
}

export interface Setting {
  /** Such as `channel/C123`, `team/research` or `person/U1`: a kind, a slash and a name; at most {@link SETTING_NAME_CHARS_MAX}. */
  readonly name: string;
  /** Plain JSON; its reader checks it, since an older Parley may have written it. */
  readonly value: unknown;
  /** Counts the writes, from 1. */
  readonly revision: number;
}

/** Without a name it may be any of them, in any workspace, as when somebody was forgotten. */
export type SettingChanged = { readonly workspace: string; readonly name: string } | { readonly name?: never };

export interface SettingChange {
  readonly name: string;
  /** At most {@link SETTING_BYTES_MAX} as JSON. */
  readonly value: unknown;
  readonly revision: number;
  readonly decision: Decision;
}

/** Somebody did, or was not let do, what not everybody may. */
export interface Decision {
  readonly workspace: string;
  /** The id and name of who decided; Parley itself where a rule did. */
  readonly person: { readonly id: string; readonly name: string };
  /** What was done, in a word or two, such as `approve once` or `set channel`. */
  readonly deed: string;
  /** On what: a thread, a call, the name of a setting. */
  readonly subject: string;
  readonly allowed: boolean;
  /** One line more: a reason, the value before and now. */
  readonly detail?: string;
  /** A second decision of the workspace with the same key is the first one, told again, and is not recorded. */
  readonly key?: string;
}

export interface RecordedDecision extends Decision {
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Refusals of one kind are one entry: how often, and when last (ISO 8601). Once when absent. */
  readonly times?: number;
  readonly lastAt?: string;
  /** Which of its words were forgotten; something stands in their place. */
  readonly forgotten?: readonly WordField[];
}

export const SETTING_NAME_CHARS_MAX = 200;
/** A team file is far smaller; what is larger was not made by hand. */
export const SETTING_BYTES_MAX = 256 * 1024;
export const SETTINGS_LISTED_MAX = 1_000;
/** Of each text of a decision; longer ones are cut. */
export const DECISION_CHARS_MAX = 2_000;
