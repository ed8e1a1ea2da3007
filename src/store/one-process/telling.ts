/** Tells the listeners of all openers of a database of what one of them has done. */
export interface Telling<Item> {
  readonly of: (owner: object) => (listener: (item: Item) => void) => () => void;
  readonly tell: (item: Item) => void;
  /** This opener is gone: its listeners hear no more. */
  readonly drop: (owner: object) => void;
}

/** A listener must not throw: one that does is warned about. */
export function createTelling<Item>(): Telling<Item> {
  const listeners = new Set<{ readonly owner: object; readonly hear: (item: Item) => void }>();
  return {
    of: (owner) => (hear) => {
      const listener = { owner, hear };
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell(item) {
      for (const { hear } of listeners) {
        try {
          hear(item);
        } catch (error) {
          process.emitWarning(`A listener of the store threw: ${error instanceof Error ? error.stack : String(error)}`);
        }
      }
    },
    drop(owner) {
      for (const listener of listeners) if (listener.owner === owner) listeners.delete(listener);
    },
  };
}
