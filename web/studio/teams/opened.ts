import type { Mistake } from "./teams-api.ts";

/** A team as it was opened. */
export interface Opened {
  readonly yaml: string;
  /** Of the team file. */
  readonly isFile: boolean;
  /** 0 for what is not kept. */
  readonly revision: number;
  readonly mistakes: readonly Mistake[];
  /** The name under which it is on the shelf. */
  readonly keptAs?: string;
}
