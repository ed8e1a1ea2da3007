import type { App } from "@slack/bolt";
import type { Log } from "../api/web-client.ts";
import type { Body } from "../words/envelope.ts";

/**
 * Lets Bolt find the listener. Rejects when a listener did, to be tried again; what Bolt itself cannot make sense of will not make more
 * sense the next time.
 */
export async function dispatch(bolt: App, body: Body, log: Log): Promise<void> {
  try {
    await bolt.processEvent({ body, ack: async () => undefined });
  } catch (error) {
    if (error instanceof ListenerError) throw error.cause;
    log("an envelope was not understood and put aside", error);
  }
}

export class ListenerError extends Error {
  constructor(error: Error) {
    super(error.message, { cause: "original" in error ? error.original : error });
  }
}
