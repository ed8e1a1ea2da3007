import type { AskForeign, ForeignAnswer } from "../engine/agents/foreign.ts";
import type { Clock } from "../engine/clock.ts";
import { headersOf } from "../tools/mcp/variables.ts";
import type { ForeignAt } from "./build/parts.ts";
import type { Env } from "./env.ts";

/** Asks agents that somebody else runs, each at its address and with its headers. `redact`: takes secrets out of what they say. */
export function foreignAgents({
  env,
  clock,
  redact,
}: {
  readonly env: Env;
  readonly clock: Clock;
  readonly redact: (text: string) => string;
}): (agent: ForeignAt) => AskForeign {
  return ({ name, url, headersEnv, timeoutSeconds }) =>
    async (asked, turn): Promise<ForeignAnswer> => {
      const { values: headers, missing } = headersOf({ headersEnv }, env);
      if (missing.length > 0)
        return {
          kind: "failed",
          error: {
            kind: "unavailable",
            message: `${name} needs ${missing.join(", ")}, not set here; put it into the environment or into .env.`,
          },
        };
      const { foreignAgent } = await import("../tools/a2a/foreign-agent.ts"); // Here, so that who has none does not load the package.
      const answer = await foreignAgent({ name, url, headers, timeoutMs: timeoutSeconds * 1000 }, clock)(asked, turn);
      if (answer.kind === "answered") return { ...answer, text: redact(answer.text) };
      return { kind: "failed", error: { ...answer.error, message: redact(answer.error.message) } };
    };
}
