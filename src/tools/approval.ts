import type { Tool, Touch } from "../engine/tool.ts";

/** Whether a person is asked before a tool runs; the engine sees to it. */
export type ApprovalMode = NonNullable<Tool["approval"]>;

/** A tool whose rule is said, whatever the rule. */
export interface GuardedTool extends Tool {
  readonly approval: ApprovalMode;
}

export const guarded = (tool: Tool, approval: ApprovalMode, touches: readonly Touch[] = []): GuardedTool => ({
  ...tool,
  approval,
  ...(touches.length > 0 ? { touches } : {}),
});
