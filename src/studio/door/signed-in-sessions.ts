import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import { editNote } from "../../store/notes.ts";
import type { Store } from "../../store/store.ts";
import type { Asker } from "../access.ts";
import { derived, digestOf, newSecret, type Sessions } from "./sessions.ts";

/** Those of people who have signed in, in the store: any process of it knows them. */
export interface SignedInSessions extends Sessions {
  /** The secret of a new session of theirs. Where they have {@link PER_PERSON_MAX}, the oldest ends. */
  begin(asker: Signed): Promise<string>;
  readonly endAll: (asker: Asker) => Promise<void>;
}

type Signed = Asker & { readonly workspace: string };

/** After so long one signs in again, however often one has looked. */
const LIFE_MS_MAX = 7 * 86_400_000;
/** As long without a look it is over. */
const IDLE_MS_MAX = 12 * 3_600_000;
/** Browsers and machines of one person. */
const PER_PERSON_MAX = 10;
/** A look is put down once within this; each would be a write. */
const SEEN_EACH_MS = 10 * 60_000;

const Kept = z.array(
  z.object({
    /** Of the secret: what is kept lets nobody in. */
    digest: z.string(),
    name: z.string(),
    since: z.string(),
    /** Ms since the epoch. */
    begunAt: z.number(),
    seenAt: z.number(),
  }),
);
type Kept = z.infer<typeof Kept>;

/** The cookie says whose note to look into; that it is theirs, its secret says. */
const COOKIE = /^([A-Za-z0-9_-]{1,40})\.([A-Za-z0-9_-]{1,40})\.([A-Za-z0-9_-]{43})$/;

export function createSignedInSessions({
  store,
  clock,
}: {
  readonly store: Pick<Store, "note" | "swapNote">;
  readonly clock: Pick<Clock, "now">;
}): SignedInSessions {
  const keyOf = (workspace: string, person: string): string => `studio/sessions/${workspace}/${person}`;
  const isLive = ({ begunAt, seenAt }: Kept[number]): boolean =>
    clock.now() - begunAt <= LIFE_MS_MAX && clock.now() - seenAt <= IDLE_MS_MAX;
  const read = (noted: string | undefined): Kept => keptIn(noted).filter(isLive);

  /** What is kept of the session behind this secret, and where. */
  async function find(cookie: string) {
    const [, workspace, person, secret] = COOKIE.exec(cookie) ?? [];
    if (workspace === undefined || person === undefined || secret === undefined) return undefined;
    const key = keyOf(workspace, person);
    const digest = digestOf(secret);
    const kept = read(await store.note(key)).find((one) => one.digest === digest);
    return kept && { kept, key, workspace, person, secret };
  }
  const change = (key: string, edit: (kept: Kept) => Kept): Promise<void> =>
    editNote(store, key, (noted) => (noted === undefined ? undefined : JSON.stringify(edit(read(noted)))));

  return {
    async begin({ workspace, id, name, since = "" }) {
      const secret = newSecret();
      const now = clock.now();
      await editNote(store, keyOf(workspace, id), (noted) =>
        JSON.stringify([
          ...read(noted).slice(1 - PER_PERSON_MAX),
          { digest: digestOf(secret), name, since, begunAt: now, seenAt: now } satisfies Kept[number],
        ]),
      );
      return `${workspace}.${id}.${secret}`;
    },
    async of(cookie) {
      const found = await find(cookie);
      if (!found) return undefined;
      const { kept, key, workspace, person, secret } = found;
      if (clock.now() - kept.seenAt > SEEN_EACH_MS)
        await change(key, (all) => all.map((one) => (one.digest === kept.digest ? { ...one, seenAt: clock.now() } : one)));
      return {
        id: kept.digest.slice(0, 16),
        asker: { id: person, name: kept.name, workspace, since: kept.since },
        csrf: derived(secret, "csrf"),
        isOver: async () => (await find(cookie)) === undefined,
      };
    },
    async end(cookie) {
      const found = await find(cookie);
      if (found) await change(found.key, (all) => all.filter(({ digest }) => digest !== found.kept.digest));
    },
    endAll: ({ workspace = "", id }) => change(keyOf(workspace, id), () => []),
  };
}

/** Another version may have kept other things there: whose session cannot be read signs in again. */
function keptIn(noted: string | undefined): Kept {
  try {
    return Kept.parse(JSON.parse(noted ?? "[]"));
  } catch {
    return [];
  }
}
