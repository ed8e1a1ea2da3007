import { StoreError } from "../../store.ts";
import type { Claim } from "../../dispatch.ts";
import type { Query } from "../server/connection.ts";

/**
 * Whether this process is too old for what is in the database: a newer Parley has brought the schema further than this one knows, and may have written
 * what this one cannot read. Then it stands back: what it has in hand it ends, where nobody has written there in the meantime; it takes nothing more and
 * forgets nothing. What comes in it still writes down, for the others.
 */
export interface Age {
  /** As many steps of the schema as this program knows. */
  readonly known: number;
  /** The version that stands there, as it was read. */
  look(version: number): void;
  isTooOld(): boolean;
  /** Reads it. */
  readonly read: (query: Query) => Promise<number>;
  /** Throws StoreError where it is too old, by what stands there now. */
  refuse(within: Query): Promise<void>;
}

/** `tooOld`: told once, with what to say to people. */
export function createAge({
  shown,
  known,
  tooOld,
}: {
  readonly shown: string;
  readonly known: number;
  readonly tooOld: (error: StoreError) => void;
}): Age {
  let isTooOld = false;
  const message = (version: number): StoreError =>
    new StoreError(
      `${shown}: a newer Parley works on this database (its schema is ${version} by now, this one knows ${known}). This process ends what it has in hand and takes nothing more; update it.`,
    );
  const look = (version: number): void => {
    if (version <= known || isTooOld) return;
    isTooOld = true;
    tooOld(message(version));
  };
  async function read(query: Query): Promise<number> {
    const [row] = await query<{ version: number }>(VERSION);
    const version = row?.version ?? 0;
    look(version);
    return version;
  }
  return {
    known,
    look,
    isTooOld: () => isTooOld,
    read,
    async refuse(within) {
      const version = await read(within);
      if (version > known) throw message(version);
    },
  };
}

const VERSION = "SELECT version FROM parley_version";

/** For a statement that takes work: the version that stands there now. */
export const OF_NOW = `(${VERSION})`;

/**
 * Whether a turn in whose thread somebody else has written since is left to the newer ones, who may have written it; then the claim is gone, as if nobody
 * had ever had it.
 */
export async function isLeftToNewer(within: Query, { key, attempt }: Claim, { known }: Pick<Age, "known">): Promise<boolean> {
  const left = await within(`DELETE FROM claims WHERE kind = 'turn' AND key = $1 AND attempt = $2 AND ${OF_NOW} > $3 RETURNING 1`, [
    key,
    attempt,
    known,
  ]);
  return left.length > 0;
}
