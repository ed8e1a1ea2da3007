import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import { editNote } from "../notes.ts";
import type { Settings } from "../settings.ts";
import type { Store } from "../store.ts";

/** What a setting was before, so that it can be looked at and taken back. */
export interface Versions {
  /** Newest first; the one that stands there now is the first. None for a setting that was not put since versions are kept. */
  of(workspace: string, name: string): Promise<readonly Version[]>;
}

export interface Version {
  readonly revision: number;
  /** ISO 8601, UTC; of those that were put before versions were kept, when the next one was. */
  readonly at: string;
  /** Absent: it was taken away. */
  readonly value?: unknown;
}

const VERSIONS_MAX = 20;
/** A note holds a little more. */
const BYTES_MAX = 240 * 1024;

const Kept = z.array(z.object({ revision: z.number(), at: z.string(), value: z.unknown().optional() }));

/** The settings, of which those whose names begin so keep their last {@link VERSIONS_MAX} versions, whoever puts them. They go with their workspace. */
export function keepingVersions(
  settings: Settings,
  {
    prefix,
    store,
    clock,
  }: { readonly prefix: string; readonly store: Pick<Store, "note" | "swapNote">; readonly clock: Pick<Clock, "now"> },
): { readonly settings: Settings; readonly versions: Versions } {
  async function keep(workspace: string, name: string, versions: readonly Version[]): Promise<void> {
    await editNote(store, keyOf(workspace, name), (noted) => {
      const kept = read(noted);
      const isNew = ({ revision, value }: Version): boolean => !kept.some((one) => one.revision === revision && isSame(one.value, value));
      return JSON.stringify(fitting([...kept, ...versions.filter(isNew)]));
    });
  }

  return {
    versions: { of: (workspace, name) => versionsIn(store, workspace, name) },
    settings: {
      ...settings,
      async put(change) {
        const { name, value, revision, decision } = change;
        if (!name.startsWith(prefix)) return settings.put(change);
        const { workspace } = decision;
        const before = await settings.get(workspace, name);
        if (!(await settings.put(change))) return false;
        const at = new Date(clock.now()).toISOString();
        await keep(workspace, name, [
          ...(before ? [{ revision: before.revision, at, value: before.value }] : []),
          { revision: revision + 1, at, ...(value === undefined ? {} : { value }) },
        ]);
        return true;
      },
    },
  };
}

const keyOf = (workspace: string, name: string): string => `versions/${workspace}/${name}`;

/** As {@link Versions.of}, for who only reads. */
export const versionsIn = async (store: Pick<Store, "note">, workspace: string, name: string): Promise<readonly Version[]> =>
  read(await store.note(keyOf(workspace, name))).toReversed();

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The newest, as many as there is room for. */
function fitting(versions: readonly Version[]): readonly Version[] {
  let kept = versions.slice(-VERSIONS_MAX);
  while (kept.length > 1 && Buffer.byteLength(JSON.stringify(kept)) > BYTES_MAX) kept = kept.slice(1);
  return Buffer.byteLength(JSON.stringify(kept)) > BYTES_MAX ? [] : kept;
}

/** Oldest first. Another version of Parley may have kept other things there. */
function read(noted: string | undefined): readonly Version[] {
  try {
    return Kept.catch([]).parse(JSON.parse(noted ?? "[]"));
  } catch {
    return [];
  }
}
