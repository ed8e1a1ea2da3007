import type { Leak, RunEvent } from "../events/events.ts";
import { read, type Fold, type Transcript } from "./fold.ts";

/** What the calls of a thread, and agents that are elsewhere, have brought into it, by their names, each once. Of earlier runs too: what was read then is still in what was said. */
const brought: Fold<{ readonly private: Set<string>; readonly untrusted: Set<string> }> = {
  growsInPlace: true,
  initial: () => ({ private: new Set(), untrusted: new Set() }),
  step(state, event) {
    if (event.type === "message.posted" && "agent" in event) for (const touch of event.touched ?? []) state[touch].add(event.agent);
    if (event.type !== "tool.returned" && event.type !== "tool.failed") return state;
    for (const touch of event.touched ?? []) state[touch].add(event.tool);
    return state;
  },
};

/** Whether something private, and whether something untrusted, came into this log. */
export function touchedIn(log: Transcript): readonly (keyof Leak)[] {
  const found = read(log, brought);
  return (["private", "untrusted"] as const).filter((touch) => found[touch].size > 0);
}

/**
 * What would be at risk if something were sent out of here now: in these logs stands what is not for everybody, and what somebody may have written to have it
 * sent. Nothing where one of the two is missing.
 */
export function leakFrom(logs: readonly Transcript[]): Leak | undefined {
  const all = logs.map((log) => read(log, brought));
  const named = (touch: keyof Leak): readonly string[] => [...new Set(all.flatMap((one) => [...one[touch]]))].slice(0, NAMED_MAX);
  const leak = { private: named("private"), untrusted: named("untrusted") };
  return leak.private.length > 0 && leak.untrusted.length > 0 ? leak : undefined;
}

/** By what private things came into these logs: what is said there is not for everybody. */
export const privateIn = (logs: readonly Transcript[]): readonly string[] =>
  [...new Set(logs.flatMap((log) => [...read(log, brought).private]))].slice(0, NAMED_MAX);

/** On a card; whoever decides need not read more. */
const NAMED_MAX = 10;

/** Why a call is asked for beside its tool's rule, in English, a sentence each; for surfaces without other languages. */
export function whyAsked({ because, says }: Extract<RunEvent, { readonly type: "approval.requested" }>): readonly string[] {
  return [
    ...(because
      ? [
          `It would reach others. Private data was read here (${because.private.join(", ")}), and words that others may have written to have it sent (${because.untrusted.join(", ")}).`,
        ]
      : []),
    ...(says === undefined ? [] : [`The tool says something else of itself than when it was last used: ${JSON.stringify(says)}`]),
  ];
}
