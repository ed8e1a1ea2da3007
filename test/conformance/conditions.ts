import { HUMAN } from "../../src/engine/events/events.ts";
import type { TerminationCondition } from "../../src/engine/team.ts";
import { all, any } from "../../src/engine/limits/combined.ts";
import { handoffTo } from "../../src/engine/stops/handoff.ts";
import { maxMessages } from "../../src/engine/stops/max-messages.ts";
import { minutes } from "../../src/engine/stops/minutes.ts";
import { source } from "../../src/engine/stops/source.ts";
import { stopMessage } from "../../src/engine/stops/stop-message.ts";
import { textMention } from "../../src/engine/stops/text-mention.ts";
import { tokens } from "../../src/engine/stops/tokens.ts";
import { toolCalled } from "../../src/engine/stops/tool-called.ts";
import { when } from "../../src/engine/limits/by-event.ts";
import type { ConditionSetup } from "./format.ts";

const PERSON_NAMES = ["human", "user"];
/** A hand-over to somebody who is none of these agents goes to a person. */
export const target = (name: string, agents: ReadonlySet<string>): string =>
  PERSON_NAMES.includes(name) && !agents.has(name) ? HUMAN : name;

/** A scenario's termination condition as one of the engine. */
export function condition(setup: ConditionSetup, agents: ReadonlySet<string> = new Set()): TerminationCondition {
  const inner = (one: ConditionSetup) => condition(one, agents);
  if ("and" in setup) return all(...(setup.and as readonly ConditionSetup[]).map(inner));
  if ("or" in setup) return any(...(setup.or as readonly ConditionSetup[]).map(inner));
  const { type, ...rest } = setup as { type: string; [key: string]: unknown };
  const number = (key: string) => (typeof rest[key] === "number" ? (rest[key] as number) : undefined);
  const list = (key: string) => (typeof rest[key] === "string" ? [rest[key] as string] : (rest[key] as string[] | undefined));
  switch (type) {
    case "text_mention":
      return textMention(String(rest.text), list("sources"), "anywhere");
    case "max_message":
      return maxMessages(number("n") ?? 1, { events: rest.include_events === true });
    case "flaky":
      return () => {
        throw new Error(typeof rest.error === "string" ? rest.error : "failed");
      };
    case "token_usage": {
      const [total, input, output] = [number("total"), number("prompt"), number("completion")];
      return tokens({
        ...(total === undefined ? {} : { total }),
        ...(input === undefined ? {} : { input }),
        ...(output === undefined ? {} : { output }),
      });
    }
    case "handoff":
      return handoffTo(target(String(rest.target), agents));
    case "timeout":
      return minutes((number("seconds") ?? 0) / 60);
    case "external":
      return when((event) => (event.type === "stop.requested" ? { kind: "person", person: event.person } : undefined));
    case "source":
    case "source_match":
      return source(...(list("sources") ?? list("source") ?? []));
    case "stop_message":
      return stopMessage();
    case "function":
    case "function_call":
      return toolCalled(String(rest.name ?? rest.function ?? rest.function_name));
    default:
      throw new Error(`conditions of type ${type} are not known`);
  }
}
