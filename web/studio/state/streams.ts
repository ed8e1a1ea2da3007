/**
 * Over HTTP/1.1 a browser has six connections to a host, for all of its tabs together, and a stream of server-sent events keeps one for as long as it is
 * open. So many are for streams; what pages ask goes by the others.
 */
const STREAMS_MAX = 4;
/** After how long a tab asks again what is new while it has no stream: `rarely` where hardly anything will come, such as of a run that is over. */
const LOOK_MS = { soon: 2_000, rarely: 60_000 };
/** The same where that was refused, as while nobody can say what one may see. */
const AGAIN_MS = 10_000;

interface Followed {
  /** Of the stream; asked each time that one is opened, for it goes on where the last one ended. */
  readonly path: () => string;
  /** By the name of the event; `open` when a stream begins. */
  readonly hear: { readonly [event: string]: (message: MessageEvent<string>) => void };
  /** Asks what is new, for a tab without a stream; tells nothing once the signal is aborted. Resolves to when to ask again, and to `refused`, or rejects, where it was. */
  readonly look: (signal: AbortSignal) => Promise<"soon" | "rarely" | "refused">;
}

/**
 * Follows what happens by a stream while the tab is seen, and by asking again and again while other tabs have all the streams. A tab that nobody sees
 * has none, and catches up when it is seen. Returns how to stop.
 */
export function follow(followed: Followed): () => void {
  const left = new AbortController();
  void goOn(followed, left.signal);
  return () => left.abort();
}

async function goOn({ path, hear, look }: Followed, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await untilSeen(signal);
    await inPlace(signal, () => listen(path(), hear, signal));
    if (signal.aborted || document.hidden) continue;
    // There was no stream to be had, or it was refused.
    const again = await look(signal).catch(() => "refused" as const);
    await pause(again === "refused" ? AGAIN_MS : LOOK_MS[again], signal);
  }
}

/** Resolves when it is left, nobody sees the tab any more, or it is refused; where the line breaks a browser comes back by itself. */
function listen(path: string, hear: Followed["hear"], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const source = new EventSource(path);
    const end = (): void => {
      source.close();
      document.removeEventListener("visibilitychange", hidden);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const hidden = (): void => void (document.hidden && end());
    for (const [event, listener] of Object.entries(hear)) source.addEventListener(event, listener as (event: Event) => void);
    source.addEventListener("error", () => source.readyState === EventSource.CLOSED && end());
    document.addEventListener("visibilitychange", hidden);
    signal.addEventListener("abort", end, { once: true });
  });
}

/** Does it in one of the places of all tabs, if one is free; where a browser has no locks, at once. Not where nobody sees the tab by then. */
async function inPlace(signal: AbortSignal, job: () => Promise<void>): Promise<void> {
  // Browsers have them on loopback and over TLS alone; without them a tab that is not seen has no stream all the same.
  const locks = navigator.locks as LockManager | undefined;
  const isWanted = (): boolean => !signal.aborted && !document.hidden;
  if (!locks) return isWanted() ? job() : undefined;
  for (let place = 0; place < STREAMS_MAX && isWanted(); place++) {
    const wasFree = await locks.request(`parley stream ${place}`, { ifAvailable: true }, async (lock) => {
      if (lock && isWanted()) await job();
      return lock !== null;
    });
    if (wasFree) return;
  }
}

async function untilSeen(signal: AbortSignal): Promise<void> {
  while (document.hidden && !signal.aborted)
    await new Promise<void>((resolve) => {
      const end = (): void => {
        document.removeEventListener("visibilitychange", end);
        signal.removeEventListener("abort", end);
        resolve();
      };
      document.addEventListener("visibilitychange", end);
      signal.addEventListener("abort", end, { once: true });
    });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
