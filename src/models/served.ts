import type { Clock } from "../engine/clock.ts";
import type { Model, ModelRequest } from "../engine/model.ts";
import type { Turn } from "../engine/turn.ts";
import type { ReadFile } from "./images.ts";
import type { Concessions } from "./refusals/conceding.ts";
import type { Source } from "./refusals/failure-table.ts";
import type { Lessons } from "./refusals/lessons.ts";
import { withModelsNamed } from "./refusals/models-named.ts";
import { heldToSchemas } from "./refusals/unheld-schema.ts";
import type { Piece } from "./piece.ts";
import { replyFrom, type Calling } from "./replies/reply.ts";

/** What every provider's models need beside their settings. */
export interface ProviderDeps {
  readonly clock: Clock;
  readonly readFile: ReadFile;
  /** What servers have refused before. */
  readonly lessons: Lessons;
  /** One line for the operator about what was learnt. */
  readonly log?: ((line: string) => void) | undefined;
}

export interface Made {
  readonly model: Model;
  /** How people are told of it. */
  readonly source: Source;
  /** What its server has refused is kept under it. */
  readonly key: string;
}

interface Served extends Omit<Calling, "request" | "habits"> {
  readonly concessions: Concessions;
  /** Schemas are sent, and the server is to hold the model to them. */
  readonly sendsSchemas: boolean;
  /** One call of the server. */
  readonly pieces: (request: ModelRequest, turn: Turn) => AsyncGenerator<readonly Piece[], void, void>;
  /** Asks the server which models it has. */
  readonly list: (signal: AbortSignal) => Promise<Response>;
}

/** A model behind a server, of whichever provider: its replies put together, what it was found not to do minded. It does not retry; see `withRetries`. */
export function served({ source, concessions, sendsSchemas, pieces, list, ...calling }: Served): Model {
  const habits = { opensUnmarked: false };
  const model: Model = {
    name: source.model,
    call: (request, turn) =>
      replyFrom((signal) => pieces(request, { ...turn, signal }), { request, source, habits, ...calling }, turn.signal),
  };
  return withModelsNamed(heldToSchemas(model, concessions, sendsSchemas), source, list);
}
