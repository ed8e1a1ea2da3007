import { z } from "zod";
import type { Clock } from "../../engine/clock.ts";
import { ASIDE_BYTES_MAX, type Aside } from "../../store/runs/aside.ts";
import { createDrafts, type Drafts, type Piece, type Turns } from "./drafts.ts";

/** Whoever looks says so again and again; of who went without a word nothing more is told after {@link WATCHED_MS}. */
const WATCH_EVERY_MS = 10_000;
const WATCHED_MS = 30_000;
/** What comes within it is told together: each telling is a commit. */
const TOGETHER_MS = 200;
const WATCHED_MAX = 200;
/** Of one piece, so that one fits whatever its letters are. */
const PIECE_CHARS_MAX = 1_200;
const DRAFTS_MAX = 1_000;
/** Of one thread, while the database is slow to tell; what comes beyond it is seen when it is recorded. */
const DUE_PIECES_MAX = 2_000;

/** A piece with how many characters of its draft stand before it: what comes twice, or after something was lost, is known by that. */
type Told = Piece & { readonly from: number };

const Said = z.discriminatedUnion("kind", [
  /** Somebody begins to look, or still does (`anew` absent). */
  z.object({ kind: z.literal("watch"), thread: z.string(), anew: z.literal(true).optional() }),
  z.object({
    kind: z.literal("pieces"),
    thread: z.string(),
    pieces: z.array(z.custom<Told>((piece) => typeof piece === "object" && piece !== null && "agent" in piece && "after" in piece)),
  }),
]);
type Said = z.infer<typeof Said>;

const keyOf = ({ type, agent }: Piece): string => `${type} ${agent}`;
const charsOf = (piece: Piece | undefined): number => (piece && piece.type !== "activity" ? piece.text.length : 0);

/** As {@link tellOfDrafts}, of what a runner tells; nothing where one process has the database. */
export const tellOfTurns = ({ turns, aside, clock }: { readonly turns: Turns; readonly aside: Aside | undefined; readonly clock: Clock }) =>
  aside && tellOfDrafts({ drafts: createDrafts(turns), aside, clock });

/** Tells those who look elsewhere of the turns that this process takes, until it is closed. */
export function tellOfDrafts({ drafts, aside, clock }: { readonly drafts: Drafts; readonly aside: Aside; readonly clock: Clock }): {
  close(): void;
} {
  const watched = new Map<string, { untilMs: number; readonly due: Told[]; readonly sent: Map<string, Piece>; close(): void }>();
  const closing = new AbortController();

  function watch(thread: string, isAnew: boolean): void {
    const known = watched.get(thread);
    if (known) known.untilMs = clock.now() + WATCHED_MS;
    if (known && !isAnew) return;
    known?.close();
    watched.delete(thread);
    // Of a thread in which nothing is said nothing else would find that nobody looks any more.
    dropUnwatched();
    if (watched.size >= WATCHED_MAX) return;
    const [due, sent]: [Told[], Map<string, Piece>] = [[], new Map()];
    const add = (piece: Piece): void => {
      const before = sent.get(keyOf(piece));
      const isOn = before?.after === piece.after;
      const from = isOn ? charsOf(before) : 0;
      sent.set(
        keyOf(piece),
        isOn && before.type !== "activity" && piece.type === before.type ? { ...before, text: before.text + piece.text } : piece,
      );
      due.push(...partsOf(piece, from).slice(0, DUE_PIECES_MAX - due.length));
      void flush();
    };
    const followed = drafts.follow(thread, add);
    watched.set(thread, { untilMs: clock.now() + WATCHED_MS, due, sent, close: followed.close });
    followed.before.forEach(add);
  }

  function dropUnwatched(): void {
    for (const [thread, { untilMs, close }] of watched) {
      if (untilMs >= clock.now()) continue;
      close();
      watched.delete(thread);
    }
  }

  let isFlushing = false;
  async function flush(): Promise<void> {
    if (isFlushing) return;
    isFlushing = true;
    try {
      while (!closing.signal.aborted && [...watched.values()].some(({ due }) => due.length > 0)) {
        await clock.sleep(TOGETHER_MS, closing.signal);
        dropUnwatched();
        for (const [thread, one] of watched) while (one.due.length > 0 && !closing.signal.aborted) await aside.say(letter(thread, one.due));
      }
    } finally {
      isFlushing = false;
    }
  }

  /** As many as fit. */
  function letter(thread: string, due: Told[]): string {
    const pieces: Told[] = [];
    const said = (): string => JSON.stringify({ kind: "pieces", thread, pieces } satisfies Said);
    let text = said();
    for (let next = due[0]; next; next = due[0]) {
      pieces.push(next);
      const longer = said();
      if (pieces.length > 1 && Buffer.byteLength(longer) > ASIDE_BYTES_MAX) break;
      text = longer;
      due.shift();
    }
    return text;
  }

  const unfollow = aside.follow((text) => {
    const said = Said.safeParse(jsonOf(text)).data;
    if (said?.kind === "watch" && !closing.signal.aborted) watch(said.thread, said.anew === true);
  });
  return {
    close() {
      closing.abort();
      unfollow();
      for (const { close } of watched.values()) close();
      watched.clear();
      drafts.close();
    },
  };
}

function partsOf(piece: Piece, from: number): readonly Told[] {
  if (piece.type === "activity") return [{ ...piece, from: 0 }];
  const parts: Told[] = [];
  for (let at = 0; at < piece.text.length; at += PIECE_CHARS_MAX)
    parts.push({ ...piece, text: piece.text.slice(at, at + PIECE_CHARS_MAX), from: from + at });
  return parts;
}

/** The drafts of this process, and those of the others for as long as somebody looks at their thread here. */
export function draftsOfAll(here: Drafts, aside: Aside | undefined, clock: Clock): Drafts {
  if (!aside) return here;
  const looked = new Map<string, { readonly listeners: Set<(piece: Piece) => void>; readonly drafts: Map<string, Piece> }>();
  const closing = new AbortController();
  const say = (thread: string, isAnew: boolean): void =>
    void aside.say(JSON.stringify({ kind: "watch", thread, ...(isAnew ? { anew: true } : {}) } satisfies Said));

  let isSaying = false;
  async function keepSaying(): Promise<void> {
    if (isSaying) return;
    isSaying = true;
    while (looked.size > 0 && !closing.signal.aborted) {
      await clock.sleep(WATCH_EVERY_MS, closing.signal);
      if (!closing.signal.aborted) for (const thread of looked.keys()) say(thread, false);
    }
    isSaying = false;
  }

  function take(thread: string, told: Told): void {
    const one = looked.get(thread);
    if (!one) return;
    const { from, ...piece } = told;
    const known = one.drafts.get(keyOf(piece));
    const isOn = known?.after === piece.after;
    if (piece.type === "activity") {
      one.drafts.set(keyOf(piece), piece);
      for (const listener of one.listeners) listener(piece);
      return;
    }
    const had = isOn ? charsOf(known) : 0;
    // Something was lost: the rest is seen when it is recorded.
    if (from > had) return;
    const text = piece.text.slice(had - from);
    if (text === "") return;
    one.drafts.set(keyOf(piece), isOn && known.type === piece.type ? { ...piece, text: known.text + text } : piece);
    if (one.drafts.size > DRAFTS_MAX) one.drafts.delete(one.drafts.keys().next().value ?? "");
    for (const listener of one.listeners) listener({ ...piece, text });
  }

  const unfollow = aside.follow((text) => {
    const said = Said.safeParse(jsonOf(text)).data;
    if (said?.kind === "pieces") for (const piece of said.pieces) take(said.thread, piece);
  });

  return {
    follow(thread, listener) {
      const own = here.follow(thread, listener);
      const one = looked.get(thread) ?? { listeners: new Set(), drafts: new Map<string, Piece>() };
      const isFirst = one.listeners.size === 0;
      looked.set(thread, one);
      one.listeners.add(listener);
      if (isFirst) {
        say(thread, true);
        void keepSaying();
      }
      return {
        before: [...own.before, ...one.drafts.values()],
        close() {
          own.close();
          one.listeners.delete(listener);
          if (one.listeners.size === 0 && looked.get(thread) === one) looked.delete(thread);
        },
      };
    },
    close() {
      closing.abort();
      unfollow();
      here.close();
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
