import type { ToolSpec } from "./model.ts";
import type { Failure } from "./events.ts";

/**
 * What an agent asks of a tool. Contract: `run` gets the arguments already parsed as JSON (checked by the tool itself), and returns a
 * result the model can read; it does not throw for bad arguments or a failing service.
 */
export interface Tool extends ToolSpec {
  run(args: unknown, signal: AbortSignal): Promise<ToolResult>;
}

export type ToolResult = { readonly kind: "returned"; readonly output: string } | { readonly kind: "failed"; readonly error: Failure };
