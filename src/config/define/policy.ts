import type { z } from "zod";
import type { Agent, SpeakerPolicy } from "../../engine/team.ts";
import type { Found, PolicyDefinition, PolicyParts } from "../registry/definition.ts";
import { watched } from "../schema/speakers.ts";
import { conversationOf, wordsOf, type Conversation, type Member } from "./conversation.ts";
import { gave } from "./gave.ts";
import { BUILT, checkedName, nothing } from "./checked.ts";

/** Who speaks next, in `speakers: { policy: NAME }`. */
export interface Policy<Schema extends z.ZodObject> {
  readonly name: string;
  /** What can stand beside the name; nothing when absent. */
  readonly schema?: Schema;
  /** Whether it decides by itself when the work is done. */
  readonly endsByItself?: boolean;
  readonly onlyInFile?: boolean;
  /**
   * The name of who speaks next, several for turns side by side, nothing when nobody is left. It reads the conversation alone and keeps nothing: after
   * a crash it is asked again.
   */
  readonly next: (
    conversation: Conversation,
    given: { readonly agents: readonly Member[]; readonly settings: z.output<Schema> },
  ) => string | readonly string[] | undefined;
}

/** One that is made of the engine's own parts, as those that come with Parley are. */
interface BuiltPolicy<Schema extends z.ZodObject> extends Omit<Policy<Schema>, "next"> {
  readonly schema: Schema;
  readonly keepsFloor?: boolean;
  readonly build: (settings: z.output<Schema>, parts: PolicyParts) => SpeakerPolicy;
  readonly check?: (settings: z.output<Schema>, found: Found) => void;
}

export function definePolicy<Schema extends z.ZodObject = typeof nothing>(
  policy: Policy<Schema> | BuiltPolicy<Schema>,
): PolicyDefinition<Schema> {
  const name = checkedName("policy", policy, "build" in policy ? BUILT : { next: "function" });
  if ("build" in policy) return { defines: "policy", ...policy, name };
  const { next, ...rest } = policy;
  // Of a team that nobody leads, as those of Parley's own.
  const schema = (policy.schema ?? nothing).extend(watched) as unknown as Schema;
  return {
    defines: "policy",
    ...rest,
    name,
    schema,
    build: (settings) => chosenBy(name, (conversation, agents) => next(conversation, { agents, settings })),
  };
}

/** A policy that throws, or names nobody of the team, is a failure that people read; the run does not break. */
const chosenBy =
  (name: string, next: (conversation: Conversation, agents: readonly Member[]) => string | readonly string[] | undefined): SpeakerPolicy =>
  (transcript, agents) => {
    try {
      const chosen: readonly unknown[] = [next(conversationOf(transcript), agents) ?? []].flat();
      return chosen.map((wanted) => {
        if (typeof wanted !== "string") throw new Error(`\`next\` gave ${gave(wanted)}; a name is wanted, several, or nothing.`);
        const agent = agents.find((one) => one.name === wanted);
        if (!agent) throw new Error(`it chose "${wanted}"; the team has ${agents.map((one) => one.name).join(", ")}.`);
        return agent;
      });
    } catch (error) {
      return [failing(name, wordsOf(error))];
    }
  };

const failing = (name: string, why: string): Agent => ({
  name: `policy ${name}`,
  description: "Says that the policy failed.",
  leads: true,
  // eslint-disable-next-line typescript/require-await
  async *turn() {
    yield { type: "turn.failed", agent: `policy ${name}`, error: { kind: "extension", message: `The policy "${name}" failed: ${why}` } };
  },
});
