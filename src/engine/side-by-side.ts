export interface Together<Item> {
  /** Who is to go on now, by name. Asked again after each item, each end, and each change. */
  readonly wanted: () => readonly string[];
  readonly begin: (name: string, signal: AbortSignal) => AsyncGenerator<Item, void, void>;
  /** Resolves when something from outside, after this call, may have changed who is wanted. */
  readonly changed: () => Promise<unknown>;
}

/**
 * Runs several generators at once and yields what they yield, one item at a time, in the order in which it comes. A generator goes on only
 * when its item has been taken; one that has ended is begun again while it is wanted. Ends when nobody is running or wanted. Left early, it
 * aborts the others and does not wait for them.
 */
export async function* sideBySide<Item>({ wanted, begin, changed }: Together<Item>, signal: AbortSignal): AsyncGenerator<Item, void, void> {
  const left = new AbortController();
  const both = AbortSignal.any([signal, left.signal]);
  const running = new Map<string, Running<Item>>();
  try {
    for (;;) {
      for (const name of wanted()) {
        if (signal.aborted || running.has(name)) continue;
        const generator = begin(name, both);
        running.set(name, { generator, next: step(generator, name) });
      }
      if (running.size === 0) return;
      const came = await Promise.race([...[...running.values()].map(({ next }) => next), changed().then(() => undefined)]);
      const one = came && running.get(came.name);
      if (!one) continue;
      const { name, result } = came;
      if (result.done) running.delete(name);
      else {
        yield result.value;
        one.next = step(one.generator, name);
      }
    }
  } finally {
    left.abort();
    // What was left is over: neither its words nor its failure have anywhere to go.
    for (const { generator, next } of running.values()) void next.then(() => generator.return()).catch(() => undefined);
  }
}

interface Running<Item> {
  readonly generator: AsyncGenerator<Item, void, void>;
  next: Promise<{ readonly name: string; readonly result: IteratorResult<Item, void> }>;
}

const step = async <Item>(generator: AsyncGenerator<Item, void, void>, name: string) => ({ name, result: await generator.next() });
