import type Database from "better-sqlite3";

/** Writes that come at about the same time, made in one transaction where several write. */
export interface GroupedWrites {
  /**
   * `made`: called once it stands in the database, in the order of the calls, which may be before `add` returns. Rejects with what `work`
   * throws, explained, and then nothing of it is there. `writer`: who alone writes waits for nobody; without it, it waits.
   */
  add<T>(work: () => T, made?: (result: T) => void, writer?: string): Promise<T>;
  /** What has come and is not written yet is written at once. */
  writeNow(): void;
}

/** A transaction blocks the event loop: some milliseconds at this many. */
const WRITES_PER_TRANSACTION_MAX = 100;
/**
 * So many turns of the event loop are waited for what others have to write: ten people who are answered at the same time write in a hundred of
 * them. With one, their answers took 45 commits. Turns and not milliseconds: where the loop has much to do, much is gathered, and where it has
 * nothing to do, they are over at once.
 */
const GATHER_TURNS = 5;
/** Where one thread alone has written last: what belongs together, such as the marks of a post, comes in one turn, and each more is work for nothing. */
const GATHER_TURNS_ALONE = 1;
/** Several write, if two have within this time: so long takes a turn of an event loop that has much to do. */
const BUSY_MS = 100;
/** One thread whose model answers at once would otherwise keep the event loop for itself. */
const WRITES_AT_ONCE_PER_TURN_MAX = 20;

interface Coming {
  /** Does its work; what it throws is kept for later. */
  readonly run: () => void;
  /** The transaction has been made. */
  readonly made: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * SQLite writes whole pages, and each transaction anew those that it shares with the one before: the last page of a table, the roots of its
 * indexes. Of many threads that record something at the same time, they are written once: who writes within {@link BUSY_MS} of somebody else
 * waits for {@link GATHER_TURNS}, and who has no name for {@link GATHER_TURNS_ALONE} at least. `transaction`: runs all of it, or throws. `explain`: what is told of an error of the database, whether it was alone
 * in its transaction or not.
 */
export function groupedWrites(
  db: Database.Database,
  {
    transaction,
    explain,
    now = () => performance.now(),
  }: {
    readonly transaction: (work: () => void) => void;
    readonly explain: (error: unknown) => unknown;
    /** In ms. */
    readonly now?: () => number;
  },
): GroupedWrites {
  const savepoint = db.prepare("SAVEPOINT one");
  const release = db.prepare("RELEASE one");
  const rollback = db.prepare("ROLLBACK TO one");
  let coming: Coming[] = [];
  /** Writes are being made or told of: another that comes from there is after them. */
  let isWriting = false;
  let last: { readonly writer: string; readonly at: number } | undefined;
  /** When two that are not the same wrote one right after the other. */
  let sharedAt = Number.NEGATIVE_INFINITY;
  let writtenAtOnce = 0;
  let isGathering = false;

  /** Whether `writer` is alone, as far as is known. Who has no name waits, and keeps nobody waiting. */
  function isAlone(writer: string | undefined): boolean {
    if (writer === undefined) return false;
    const at = now();
    if (last && last.writer !== writer && at - last.at < BUSY_MS) sharedAt = at;
    last = { writer, at };
    return at - sharedAt >= BUSY_MS && !isWriting;
  }

  /** False where somebody who is alone has written so often that the event loop is to go on. */
  function mayWriteAtOnce(): boolean {
    if (writtenAtOnce === 0) setImmediate(() => (writtenAtOnce = 0));
    return writtenAtOnce++ < WRITES_AT_ONCE_PER_TURN_MAX;
  }

  /** Writes what has come by then, when the event loop has turned so often. */
  function gather(): void {
    if (isGathering) return;
    isGathering = true;
    let turns = 0;
    const turnsMax = last && now() - sharedAt >= BUSY_MS ? GATHER_TURNS_ALONE : GATHER_TURNS;
    const turn = () => {
      if (++turns < turnsMax) return void setImmediate(turn);
      isGathering = false;
      writeNow();
    };
    setImmediate(turn);
  }

  function writeNow(): void {
    const batch = coming;
    if (batch.length === 0) return;
    coming = [];
    const [only] = batch;
    const wasWriting = isWriting;
    isWriting = true;
    try {
      transaction(() => {
        if (batch.length === 1) return only?.run();
        for (const { run } of batch) alone(run);
      });
      for (const { made } of batch) made();
    } catch (error) {
      for (const { failed } of batch) failed(error);
    } finally {
      isWriting = wasWriting;
    }
  }

  /** What it has written is taken back when it throws, and nothing of the others; it is told afterwards. */
  function alone(run: () => void): void {
    savepoint.run();
    try {
      run();
    } catch (error) {
      // SQLite may have rolled back all of it by itself, for instance when the disk was full.
      if (!db.inTransaction) throw error;
      rollback.run();
    }
    release.run();
  }

  return {
    add: (work, made, writer) =>
      new Promise((resolve, reject) => {
        let outcome: { readonly result: Awaited<ReturnType<typeof work>> | ReturnType<typeof work> } | { readonly error: unknown };
        const isSingle = isAlone(writer);
        coming.push({
          run() {
            try {
              outcome = { result: work() };
            } catch (error) {
              outcome = { error };
              throw error;
            }
          },
          made() {
            if ("error" in outcome) return reject(explain(outcome.error) as Error);
            // What breaks in one listener is told to whom it belongs, and keeps nobody else from hearing.
            try {
              made?.(outcome.result);
              resolve(outcome.result);
            } catch (error) {
              reject(error as Error);
            }
          },
          failed: (error) => reject(explain(error) as Error),
        });
        if (coming.length >= WRITES_PER_TRANSACTION_MAX || (isSingle && mayWriteAtOnce())) writeNow();
        else gather();
      }),
    writeNow,
  };
}
