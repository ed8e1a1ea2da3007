import { serverEvents, type ServerEvent } from "./server-events.ts";

/** A reply that has begun. */
export interface Opened {
  readonly events: AsyncIterable<ServerEvent>;
}

/**
 * Waits for the first thing that a server says, so that an error in place of a reply, in an answer with status 200, is a refusal like any other.
 * Throws as `serverEvents` does.
 */
export async function opened(response: Response): Promise<Opened> {
  const events = serverEvents(response);
  const first = await events.next();
  async function* all(): AsyncGenerator<ServerEvent, void, void> {
    try {
      if (!first.done) yield first.value;
      yield* events;
    } finally {
      await events.return();
    }
  }
  return { events: all() };
}
