import { runStep } from "./api/steps.ts";
import type { PlatformControl } from "./contract-platform.ts";
import { limitEvents } from "./socket/events.ts";
import type { Local } from "./state/local.ts";

/** What happens around messages, as a test brings it about and looks at it. */
export function createPlatformControl(local: Local): PlatformControl {
  return {
    runStep: async (asked) => ({ executionId: runStep(local, asked) }),
    step: (executionId) => {
      const step = local.state.steps.get(executionId);
      if (!step) return undefined;
      const { status, outputs, error } = step;
      return { status, ...(outputs ? { outputs } : {}), ...(error === undefined ? {} : { error }) };
    },
    canvases: () =>
      [...local.state.files.values()].flatMap(({ id, title, content, special }) =>
        special?.["filetype"] === "quip" ? [{ id, title, markdown: content.toString("utf8") }] : [],
      ),
    limitEvents: (forMs) => limitEvents(local, forMs),
    stream: (channel, ts) => {
      const stream = local.state.channels.get(channel)?.messages.get(ts)?.stream;
      return stream && { state: stream.state, recipient: stream.recipient, markdown: stream.markdown };
    },
  };
}
