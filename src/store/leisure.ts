/**
 * Accept first, then work. What comes from outside is to be written down and acknowledged within a second or two, whatever else there is to
 * do in the one event loop; so work asks here before it begins.
 */
export interface Leisure {
  /** Something has come from outside. */
  interrupted(): void;
  /** One more is being written down, or one less. As long as many are, it is a rush, also while the disk is slow. */
  accepting(more: 1 | -1): void;
  /** One more waits for the disk beside the event loop, or one less: no rush, and yet not at rest. */
  syncing(more: 1 | -1): void;
  /** Resolves when work may begin: not while things keep coming in, but for their pauses, and at the latest after {@link RUSH_MS_MAX}. In the order of asking. */
  turn(): Promise<void>;
  /** How long ago something came in a rush that had not lasted for longer than {@link RUSH_MS_MAX}; infinite where nothing has. */
  sinceRushMs(): number;
  /** Whether anything is being written down, waits for the disk, or waits to begin. */
  isBusy(): boolean;
}

/** So many, each within {@link GAP_MS} of the one before, are a rush: its end is waited for. Fewer are what comes in on any day. */
const RUSH_MIN = 30;
/** Bursts come in pieces: a socket is read in turns with others, and whoever sends needs time as well. */
const GAP_MS = 100;
/**
 * The more there were, the likelier more come: after so long for each a little begins, in what would be an idle wait, and with what comes next it waits
 * again. Of fifty people who ask at once nobody waits the whole gap.
 */
const GAP_MS_EACH = 0.1;
const GAP_MS_MIN = 5;
/** A rush that lasts longer is the new usual, and work goes on beside it. */
const RUSH_MS_MAX = 2_000;
/** A turn of the event loop that takes more of the processor has enough to do: nothing more begins, but for one now and then. */
const LONG_TURN_CPU_MS = 20;
const NOW_AND_THEN_MS = 100;
/** How often a rush is looked at whose end is waited for. A loop that turned without a rest for it would take all of a processor for nothing. */
const LOOK_MS = 5;
/** What begins in one turn of the event loop. Between two turns everything that has come in is read. */
const BEGUN_PER_TURN = 4;
const BEGUN_PER_TURN_IN_RUSH = 1;

/**
 * `cpuMs`: what this process has taken of the processor; on a machine that is busy with others a turn takes long, and has little to do.
 * `rest`: has it look again after {@link LOOK_MS}.
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

  /** It is perhaps over. */
  const isPause = (at: number): boolean => accepting < RUSH_MIN && at - lastAt >= Math.max(GAP_MS_MIN, inARow * GAP_MS_EACH);

  /** How many may begin now, in no rush. `turnCpuMs`: what this turn of the event loop took of the processor. */
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
    // The loop turns without a rest while work may begin: it reads each time, and sleeps in no turn.
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
