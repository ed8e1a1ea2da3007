import { when } from "../limits/by-event.ts";
import type { TerminationCondition } from "../team.ts";

/** A tool of this name has been called and has ended. */
export const toolCalled = (tool: string): TerminationCondition =>
  when((event) =>
    (event.type === "tool.returned" || event.type === "tool.failed") && event.tool === tool ? { kind: "toolCalled", tool } : undefined,
  );
