import type Database from "better-sqlite3";

/** Writes that come in one turn of the event loop, made in one transaction where several write. */
export interface GroupedWrites {
  /**
   * `made`: called once it stands in the database, in the order of the calls, which may be before `add` returns. Rejects with what `work`
   * throws, explained, and then nothing of it is there. `writer`: who alone writes in this turn of the event loop waits for nobody.
   */
  add<T>(work: () => T, made?: (result: T) => void, writer?: string): Promise<T>;
  /** What has come and is not written yet is written at once. */
  writeNow(): void;
}

/** A transaction blocks the event loop: some milliseconds at this many. */
const WRITES_PER_TRANSACTION_MAX = 100;
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
 * indexes. Of many threads that record something at the same time, they are written once: all but the first, as long as nobody has written
 * beside another in the turn of the event loop before, and then that one too. `transaction`: runs all of it, or throws.
 * `explain`: what is told of an error of the database, whether it was alone in its transaction or not.
 */
export function groupedWrites(
  db: Database.Database,
  { transaction, explain }: { readonly transaction: (work: () => void) => void; readonly explain: (error: unknown) => unknown },
): GroupedWrites {
  const savepoint = db.prepare("SAVEPOINT one");
  const release = db.prepare("RELEASE one");
  const rollback = db.prepare("ROLLBACK TO one");
  let coming: Coming[] = [];
  /** Writes are being made or told of: another that comes from there is after them. */
  let isWriting = false;
  /** In this turn of the event loop. */
  let turn: { readonly writer: string | undefined; isShared: boolean; atOnce: number } | undefined;
  /** In the last one in which anybody wrote, several did. */
  let wasShared = false;

  /** Whether `writer` is alone, as far as is known. */
  function isAlone(writer: string | undefined): boolean {
    if (!turn) {
      turn = { writer, isShared: writer === undefined, atOnce: 0 };
      setImmediate(endTurn);
    } else if (turn.writer !== writer) turn.isShared = true;
    return !turn.isShared && !wasShared && !isWriting && coming.length === 0 && turn.atOnce++ < WRITES_AT_ONCE_PER_TURN_MAX;
  }

  function endTurn(): void {
    wasShared = turn?.isShared === true;
    turn = undefined;
    writeNow();
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
        const isAtOnce = isAlone(writer);
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
        if (isAtOnce || coming.length >= WRITES_PER_TRANSACTION_MAX) writeNow();
      }),
    writeNow,
  };
}
