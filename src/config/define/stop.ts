import type { z } from "zod";
import type { TerminationCondition } from "../../engine/team.ts";
import type { Found, StopDefinition, StopParts } from "../registry/definition.ts";
import { conversationOf, wordsOf, type Conversation } from "./conversation.ts";
import { gave } from "./gave.ts";
import { checkedName } from "./checked.ts";

/** A goal of a team, in `stop: { NAME: … }`. */
export interface Stop<Schema extends z.ZodType> {
  readonly name: string;
  /** Of what stands behind the name, such as `z.int()`. */
  readonly schema: Schema;
  readonly onlyInFile?: boolean;
  /** One line for people that says why the run ends; nothing to go on. Asked between turns. It reads the conversation alone and keeps nothing. */
  readonly reached: (conversation: Conversation, setting: z.output<Schema>) => string | undefined;
}

/** One that is made of the engine's own parts, as those that come with Parley are. */
interface BuiltStop<Schema extends z.ZodType> extends Omit<Stop<Schema>, "reached"> {
  readonly build: (setting: z.output<Schema>, parts: StopParts) => TerminationCondition;
  readonly check?: (setting: z.output<Schema>, found: Found) => void;
}

export function defineStop<Schema extends z.ZodType>(stop: Stop<Schema> | BuiltStop<Schema>): StopDefinition<Schema> {
  const name = checkedName("stop", stop, { schema: "schema", ...("build" in stop ? { build: "function" } : { reached: "function" }) });
  if ("build" in stop) return { defines: "stop", ...stop, name };
  const { reached, ...rest } = stop;
  return {
    defines: "stop",
    ...rest,
    name,
    build: (setting) => (transcript) => {
      const text = reasonOf(name, () => reached(conversationOf(transcript), setting));
      return text === undefined ? [] : [{ kind: "goal", goal: name, text }];
    },
  };
}

/** A condition that throws ends the run, and says so: without it nobody would know when to. */
function reasonOf(name: string, reached: () => string | undefined): string | undefined {
  try {
    const reason: unknown = reached() ?? undefined;
    if (reason === undefined || typeof reason === "string") return reason;
    throw new TypeError(`\`reached\` gave ${gave(reason)}; a line that says why is wanted, or nothing`);
  } catch (error) {
    return `the stop "${name}" failed: ${wordsOf(error)}`;
  }
}
