/**
 * Accept first, then work. What comes from outside must be written down and acked within a second or two, whatever else the one event loop has to do.
 * So work asks here before it begins.
 */
export interface Leisure {
  /** To be called when something comes from outside. */
  interrupted(): void;
  /** One more, or one less, is being written down. While many are, it is a rush, also where the disk is slow. */
  accepting(more: 1 | -1): void;
  /** One more, or one less, waits for the disk beside the event loop: no rush, but busy. */
  syncing(more: 1 | -1): void;
  /** Resolves, in the order of the calls, when work may begin: in a rush only in its pauses, or when it has lasted for {@link RUSH_MS_MAX}. */
  turn(): Promise<void>;
  /** Ms since something last came in a rush of less than {@link RUSH_MS_MAX}; infinite where there was none. */
  sinceRushMs(): number;
  /** Whether anything is being written down, waits for the disk, or waits to begin. */
  isBusy(): boolean;
}

/** So many arrivals, each within {@link GAP_MS} of the one before, are a rush, and work waits for its end. Fewer are ordinary. */
const RUSH_MIN = 30;
/** Bursts come in pieces: a socket is read in turns with others, and the sender takes time as well. */
const GAP_MS = 100;
/**
 * How long a pause in a rush must be for a little work to begin, for each arrival so far: the more came, the likelier more will come. With the next
 * arrival work waits again. So when fifty people ask at once, nobody waits the whole gap.
 */
const GAP_MS_EACH = 0.1;
const GAP_MS_MIN = 5;
/** A rush that lasts longer is the ordinary load, and work goes on beside it. */
const RUSH_MS_MAX = 2_000;
/** A turn of the event loop that took more processor time than this was full: no more work begins then, except one piece now and then. */
const LONG_TURN_CPU_MS = 20;
const NOW_AND_THEN_MS = 100;
/** How often it is checked whether a rush is over. Checking in each turn of the event loop would take a whole processor. */
const LOOK_MS = 5;
/** How much work begins in one turn of the event loop. Between two turns everything that has arrived is read. */
const BEGUN_PER_TURN = 4;
const BEGUN_PER_TURN_IN_RUSH = 1;

/**
 * `cpuMs`: the processor time of this process, since on a busy machine a turn may take long and do little. `rest`: calls `look` after {@link LOOK_MS}.
 */
export function createLeisure(
  now: () => number = () => performance.now(),
  cpuMs: () => number = ownCpuMs,
  rest: (look: () => void) => void = (look) => void setTimeout(look, LOOK_MS),
): Leisure {
  const waiting: (() => void)[] = [];
  let inARow = 0;
  let accepting = 0;
  let syncing = 0;
  let rushSince = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  let rushAt = Number.NEGATIVE_INFINITY;
  let isTurning = false;
  let begunAt = Number.NEGATIVE_INFINITY;

  const isRush = (at: number): boolean => accepting >= RUSH_MIN || (inARow >= RUSH_MIN && at - lastAt < GAP_MS);

  /** Whether the rush may be over. */
  const isPause = (at: number): boolean => accepting < RUSH_MIN && at - lastAt >= Math.max(GAP_MS_MIN, inARow * GAP_MS_EACH);

  /** How much work may begin now, outside of a rush. `turnCpuMs`: processor time of this turn of the event loop. */
  function share(at: number, turnCpuMs: number): number {
    if (turnCpuMs > LONG_TURN_CPU_MS) return at - begunAt < NOW_AND_THEN_MS ? 0 : BEGUN_PER_TURN_IN_RUSH;
    return BEGUN_PER_TURN;
  }

  function begin(count: number, at: number): void {
    const first = waiting.splice(0, count);
    if (first.length > 0) begunAt = at;
    for (const one of first) one();
    isTurning = false;
    if (waiting.length > 0) turnOver();
  }

  function turnOver(): void {
    if (isTurning) return;
    isTurning = true;
    const before = cpuMs();
    // While work waits, the loop goes round without sleeping, and reads what has arrived each time.
    setImmediate(() => {
      const at = now();
      if (isRush(at) && !isPause(at)) look();
      else begin(Math.min(share(at, cpuMs() - before), isRush(at) ? BEGUN_PER_TURN_IN_RUSH : BEGUN_PER_TURN), at);
    });
  }

  function look(): void {
    const at = now();
    if (isRush(at) && !isPause(at) && at - rushSince < RUSH_MS_MAX) rest(look);
    else begin(isRush(at) ? BEGUN_PER_TURN_IN_RUSH : BEGUN_PER_TURN, at);
  }

  return {
    interrupted() {
      const at = now();
      if (at - lastAt >= GAP_MS) {
        inARow = 0;
        rushSince = at;
      }
      inARow++;
      lastAt = at;
      if (inARow >= RUSH_MIN && at - rushSince < RUSH_MS_MAX) rushAt = at;
    },
    accepting: (more) => void (accepting += more),
    syncing: (more) => void (syncing += more),
    sinceRushMs: () => now() - rushAt,
    isBusy: () => accepting > 0 || syncing > 0 || waiting.length > 0,
    turn() {
      return new Promise((resolve) => {
        waiting.push(resolve);
        turnOver();
      });
    },
  };
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
