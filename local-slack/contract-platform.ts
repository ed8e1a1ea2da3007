/** What stands around messages on the platform: steps of workflows, canvases, limits on events, who signs in. */
type Json = { readonly [key: string]: unknown };

export interface PlatformControl {
  /** A workflow comes to a step of the app's (function_executed). */
  runStep(asked: {
    readonly callbackId: string;
    readonly inputs: Json;
    readonly title?: string;
    /** As the manifest declares them; strings by the names of the inputs when absent. */
    readonly inputParameters?: readonly Json[];
    readonly outputParameters?: readonly Json[];
  }): Promise<{ readonly executionId: string }>;
  /** What became of a step. */
  step(
    executionId: string,
  ): { readonly status: "running" | "completed" | "failed"; readonly outputs?: Json; readonly error?: string } | undefined;
  /** The app's canvases, and people's, as they are now. */
  canvases(): readonly { readonly id: string; readonly title: string; readonly markdown: string }[];
  /** Slack has told the app too much (app_rate_limited): what happens until then is told to nobody. */
  limitEvents(forMs: number): void;
  /** A message that grows (chat.startStream): how it stands. */
  stream(
    channel: string,
    ts: string,
  ):
    | { readonly state: "in_progress" | "completed" | "errored" | "stopped"; readonly recipient: string; readonly markdown: string }
    | undefined;
}
