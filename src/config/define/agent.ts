import type { z } from "zod";
import { askOnce, type CountedReply } from "../../engine/agents/ask.ts";
import type { Usage } from "../../engine/events/events.ts";
import type { Model } from "../../engine/model.ts";
import { repliesGiven } from "../../engine/reading/transcript.ts";
import type { Agent } from "../../engine/team.ts";
import { NO_CALLS, plus } from "../../engine/limits/usage.ts";
import type { AgentDefinition, AgentNamed, AgentParts, Found } from "../registry/definition.ts";
import { conversationOf, wordsOf, type Conversation } from "./conversation.ts";
import { gave } from "./gave.ts";
import { BUILT, checkedName, nothing } from "./checked.ts";

/** A kind of agent, in `agents: [{ name: …, kind: NAME }]`. */
export interface AgentKind<Schema extends z.ZodObject> {
  readonly name: string;
  /** Beside name, icon, description and hears. A key `model` with the schema `modelName` lets it ask that model of the file. */
  readonly schema?: Schema;
  readonly onlyInFile?: boolean;
  /** What it says in its turn. After a crash in mid-turn it is asked again. What it throws is a failed turn that people read. */
  readonly reply: (conversation: Conversation, context: AgentContext<z.output<Schema>>) => string | Promise<string>;
}

export interface AgentContext<Settings> {
  readonly settings: Settings;
  readonly name: string;
  /** Aborted when the run is stopped. */
  readonly signal: AbortSignal;
  /** Asks the model that `settings.model` names, within the limits of the run; what it costs is the agent's. Throws when the model fails. */
  ask(question: { readonly instructions: string; readonly text: string }): Promise<string>;
}

/** One that is made of the engine's own parts, as those that come with Parley are. */
interface BuiltAgent<Schema extends z.ZodObject> extends Omit<AgentKind<Schema>, "reply"> {
  readonly schema: Schema;
  readonly isDefault?: boolean;
  readonly build: (settings: z.output<Schema> & AgentNamed, parts: AgentParts) => Agent;
  readonly check?: (settings: z.output<Schema> & AgentNamed, found: Found) => void;
}

export function defineAgent<Schema extends z.ZodObject = typeof nothing>(
  kind: AgentKind<Schema> | BuiltAgent<Schema>,
): AgentDefinition<Schema> {
  const name = checkedName("agent kind", kind, "build" in kind ? BUILT : { reply: "function" });
  if ("build" in kind) return { defines: "agent", ...kind, name };
  const { reply, ...rest } = kind;
  return {
    defines: "agent",
    ...rest,
    name,
    schema: (kind.schema ?? nothing) as Schema,
    build: (settings, parts) =>
      speaking(settings, "model" in settings ? parts.modelNamed(String(settings["model"])) : undefined, (conversation, context) =>
        reply(conversation, { ...context, settings }),
      ),
  };
}

function speaking(
  { name, description }: AgentNamed,
  model: Model | undefined,
  reply: (conversation: Conversation, context: Omit<AgentContext<never>, "settings">) => string | Promise<string>,
): Agent {
  return {
    name,
    description,
    async *turn(turn) {
      const { transcript, signal } = turn;
      const spent: { usage?: Usage } = {};
      const before = repliesGiven(transcript, name);
      const ask: AgentContext<unknown>["ask"] = async ({ instructions, text }) => {
        if (!model) throw new Error(`"${name}" has no model: give its schema a key \`model\`, and its entry in the team file one, too.`);
        const nth = before + (spent.usage === undefined ? 0 : (spent.usage.calls ?? 1));
        const request = { agent: name, system: instructions, messages: [{ role: "user" as const, text }], tools: [], nth };
        const answer = await whole(askOnce(model, request, turn));
        spent.usage = plus(spent.usage ?? NO_CALLS, answer.usage);
        if (answer.kind === "failure") throw new Error(answer.error.message);
        return answer.text;
      };
      try {
        const text: unknown = await reply(conversationOf(transcript), { name, signal, ask });
        if (typeof text !== "string") throw new TypeError(`\`reply\` gave ${gave(text)}; text is wanted`);
        if (!signal.aborted) yield { type: "message.posted", agent: name, text, ...spent };
      } catch (error) {
        if (!signal.aborted) yield { type: "turn.failed", agent: name, error: { kind: "extension", message: wordsOf(error) }, ...spent };
      }
    },
  };
}

async function whole(call: ReturnType<typeof askOnce>): Promise<CountedReply> {
  for (;;) {
    const step = await call.next();
    if (step.done) return step.value;
  }
}
