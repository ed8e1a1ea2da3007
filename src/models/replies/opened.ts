import { serverEvents, type ServerEvent } from "./server-events.ts";

/** A reply that has begun. */
export interface Opened {
  readonly events: AsyncIterable<readonly ServerEvent[]>;
}

/**
 * Waits for the first thing that a server says, so that an error in place of a reply, in an answer with status 200, is a refusal like any other.
 * Throws as `serverEvents` does.
 */
export async function opened(response: Response): Promise<Opened> {
  const events = serverEvents(response);
  let first: IteratorResult<readonly ServerEvent[], void> | undefined = await events.next();
  return {
    events: {
      [Symbol.asyncIterator]: () => ({
        next() {
          if (first === undefined) return events.next();
          const step = Promise.resolve(first);
          first = undefined;
          return step;
        },
        return: () => events.return(),
      }),
    },
  };
}
