/**
 * Runs several generators at once and yields what they yield, one item at a time, in the order in which it comes. A generator goes on only
 * when its item has been taken. Left early, it aborts the others and does not wait for them.
 */
export async function* sideBySide<Item>(
  make: readonly ((signal: AbortSignal) => AsyncGenerator<Item, void, void>)[],
  signal: AbortSignal,
): AsyncGenerator<Item, void, void> {
  const left = new AbortController();
  const running = make.map((one) => one(AbortSignal.any([signal, left.signal])));
  const pending = new Map(running.map((generator, index) => [index, step(generator, index)]));
  try {
    while (pending.size > 0) {
      const { index, result } = await Promise.race(pending.values());
      if (result.done) pending.delete(index);
      else {
        yield result.value;
        const generator = running[index];
        if (generator) pending.set(index, step(generator, index));
      }
    }
  } finally {
    left.abort();
    // What was left is over: neither its words nor its failure have anywhere to go.
    for (const [index, last] of pending) void last.then(() => running[index]?.return()).catch(() => undefined);
  }
}

const step = async <Item>(generator: AsyncGenerator<Item, void, void>, index: number) => ({ index, result: await generator.next() });
