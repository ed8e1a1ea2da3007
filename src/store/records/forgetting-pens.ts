import { createHash, randomBytes } from "node:crypto";
import type { Person, RunEvent } from "../../engine/events/events.ts";
import { isTheirs, rewritten, withoutPerson, wordless } from "../../engine/events/forgotten.ts";
import type { Forgets } from "../audit.ts";
import type { WordField } from "../audit-chain.ts";
import type { Target } from "../forgetting.ts";
import type { Fork } from "../forks/forks.ts";
import type { Decision } from "../settings.ts";

/** How what is kept is written anew without what is forgotten, wherever it is kept. */

const SECRET_BYTES = 16;
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString("hex");

/** What the row of one that is under way holds beside its target. */
export interface Secrets {
  /** So that a person has one other name in all threads, also after a crash, and nobody can try out whose it is once it is done. */
  readonly secret: string;
  /** How the person is called in the logs, where it is about one. */
  readonly names: readonly string[];
}

/**
 * An event without the words of one message, told by the person's `id` of it or by the seq at which it was `posted`; nothing where it is not that, or has
 * none. `fork`: the event is of that one; where the words were played, each of its events may say them.
 */
export function withoutMessage(
  event: RunEvent,
  { id, posted, fork }: { readonly id: string; readonly posted: number | undefined; readonly fork: Fork | undefined },
  at: string,
): RunEvent | undefined {
  if (event.seq > (fork?.seq ?? Infinity)) return undefined;
  if (!fork?.isPlayed && event.seq !== posted && (!("id" in event) || event.id !== id)) return undefined;
  const after = rewritten(
    event,
    wordless((person) => person),
    at,
  );
  return after === event ? undefined : after;
}

/** Of the files that an event refers to. */
export const HASH = /"(?:hash|teamHash)":"([0-9a-f]{64})"/g;

export const forksIn = (target: Target): readonly Fork[] => ("forks" in target && target.forks) || [];

/** Nobody in particular: what Parley itself does, and a call of a tool. */
const NOBODY: ReadonlySet<string> = new Set(["parley", "slack", "caller"]);
const OTHERS = "forgotten-";
const OTHER_CHARS = 12;

/** The other name of a person, the same in all that one forgetting goes through. */
export function otherOf({ secret }: Secrets, id: string): Person {
  if (NOBODY.has(id) || id.startsWith(OTHERS)) return { id, name: id };
  const other = createHash("sha256").update(`${secret} ${id}`).digest("hex").slice(0, OTHER_CHARS);
  return { id: `${OTHERS}${other}`, name: `Somebody ${other.slice(0, 4)}` };
}

/** How each event of a log is put, in order. */
export function penFor(target: Target, secrets: Secrets, at: string): (event: RunEvent) => RunEvent {
  const others = (person: Person): Person => (NOBODY.has(person.id) || person.id.startsWith(OTHERS) ? person : otherOf(secrets, person.id));
  if (target.kind !== "person") {
    const pen = wordless(others);
    return (event) => rewritten(event, pen, at);
  }
  const other = otherOf(secrets, target.person);
  const renamed = withoutPerson(target.person, secrets.names, other);
  const silent = wordless(renamed.person);
  let isTheirRun = false;
  let isTaskNext = false;
  return (event) => {
    // Read again after a crash, it may have the other name already.
    const isThem = ({ id }: Person) => id === target.person || id === other.id;
    if (event.type === "run.started") {
      // What was said in their run is played as if it were said in it.
      isTheirRun = isThem(event.startedBy) || (event.plays !== undefined && isThem(event.plays.startedBy));
      isTaskNext = event.forkedFrom !== undefined;
    }
    // A fork was started by whoever made it, and works on a task that may be another's.
    if (isTaskNext && event.type === "message.posted" && "person" in event) {
      isTheirRun ||= isThem(event.person);
      isTaskNext = false;
    }
    if (isTheirRun || isTheirs(event, target.person)) return rewritten(event, silent, at);
    return rewritten(event, renamed, at);
  };
}

/** What the audit log forgets with it: the decisions stay, and for the rest of them who made them. */
export function forgetsFor(target: Target, { names }: Secrets): Forgets {
  const about = (field: WordField, is: boolean): WordField[] => (is ? [field] : []);
  switch (target.kind) {
    case "thread":
      return ({ subject }) => about("detail", subject === target.thread || subject.startsWith(`${target.thread} `));
    case "scope": {
      const [workspace, place = ""] = target.scope.split("/");
      return (entry) =>
        about(
          "detail",
          entry.subject.startsWith(`${target.scope}/`) || (entry.workspace === workspace && entry.subject.split("/").includes(place)),
        );
    }
    case "workspace":
      return ({ workspace }) => (workspace === target.workspace ? ["personId", "personName", "subject", "detail"] : []);
    case "older":
      return ({ at }) => about("detail", at < target.before);
    case "person": {
      const isNamed = (text = "") => text.includes(target.person) || names.some((name) => text.includes(name));
      return ({ person, subject, detail }) =>
        person.id === target.person
          ? ["personId", "personName", "detail", ...about("subject", isNamed(subject))]
          : [...about("subject", isNamed(subject)), ...about("detail", isNamed(detail))];
    }
  }
}

/** The entry that tells of it does not bring back who was forgotten. */
export function told(decision: Decision, target: Target, other: (person: string) => Person): Decision {
  if (target.kind !== "person") return decision;
  const person = decision.person.id === target.person ? other(target.person) : decision.person;
  return { ...decision, person, subject: other(target.person).id };
}

/** Every name under which this id stands in plain JSON. */
export function collectNames(value: unknown, id: string, names: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  if ("id" in value && value.id === id && "name" in value && typeof value.name === "string") names.add(value.name);
  for (const one of Object.values(value)) collectNames(one, id, names);
}

/** Plain JSON, in which the person has another id and name. */
export function renamedIn(value: unknown, id: string, other: Person): unknown {
  if (typeof value === "string") return value === id ? other.id : value.replaceAll(id, other.id);
  if (Array.isArray(value)) return value.map((one) => renamedIn(one, id, other));
  if (typeof value !== "object" || value === null) return value;
  const isPerson = "id" in value && value.id === id && "name" in value;
  const entries = Object.entries(value).map(([key, one]) => [key, renamedIn(one, id, other)] as const);
  return { ...Object.fromEntries(entries), ...(isPerson ? { name: other.name } : {}) };
}
