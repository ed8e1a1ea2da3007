import type { Tool } from "../engine/tool.ts";

/** Whether a person is asked before a tool runs. `first-time`: once in a thread for each tool, then no more. */
export type ApprovalMode = "never" | "always" | "first-time";

/** A tool with the rule for its use; whoever runs it sees to it that the rule is kept. */
export interface GuardedTool extends Tool {
  readonly approval: ApprovalMode;
}

export const guarded = (tool: Tool, approval: ApprovalMode): GuardedTool => ({ ...tool, approval });
