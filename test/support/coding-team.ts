import type { Executor } from "../../src/sandbox/executor.ts";
import { PAIR } from "./journey.ts";

export const fence = (code: string): string => `\`\`\`python\n${code}\n\`\`\``;

/** A sandbox that runs nothing, and writes down what it was given. */
export function recorder(ran: string[]): Executor {
  return {
    capabilities: { grade: "process", label: "test", languages: ["python"], hint: "" },
    open: async () => ({
      run: async ({ code }) => {
        ran.push(code.trim());
        const output = `ran ${code.trim()}\n`;
        return { outcome: "ok", exitCode: 0, output, stdout: output, stderr: "", outputBytesCut: 0, elapsedMs: 5, files: [], notices: [] };
      },
      put: async () => {},
      end: async () => {},
    }),
    close: async () => {},
  };
}

/** One writes code, one asks and runs it, in turn. */
export const codingTeam = (
  more: { readonly team?: object; readonly coder?: object; readonly runner?: object; readonly slack?: object } = {},
) => ({
  models: PAIR.models,
  teams: {
    coding: {
      description: "Writes code and runs it.",
      speakers: { policy: "round-robin" },
      agents: [
        { name: "Coder", description: "Writes.", model: "scripted", ...more.coder },
        { name: "Runner", kind: "code-runner", runs: ["Coder"], description: "Runs it.", approval: "ask", ...more.runner },
      ],
      stop: { textMention: "DONE" },
      limits: PAIR.teams.pair.limits,
      ...more.team,
    },
  },
  ...(more.slack ? { slack: more.slack } : {}),
});
