import type { Executor } from "./executor.ts";
import { refused } from "./box/languages.ts";

/**
 * The executor of a Parley that runs no code: every block is rejected with the reason and the mend.
 *
 * @param why one sentence, such as the message of a {@link SandboxUnavailable}
 */
export function createOffExecutor(why: string): Executor {
  const told = `Code is not run here. ${why}`;
  return {
    capabilities: {
      grade: "off",
      label: "off: code is not run",
      // Blocks are still taken up, so that people and agents read why they were not run.
      languages: ["python", "sh", "bash"],
      hint: "Code cannot be run in this conversation: write no code blocks that need a result.",
    },
    open: async () => ({
      run: async () => refused("rejected", told),
      put: async () => {},
      end: async () => {},
    }),
    close: async () => {},
  };
}
