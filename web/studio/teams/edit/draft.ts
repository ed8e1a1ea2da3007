import { diffLines } from "diff";
import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Pair } from "yaml";
import type { Mistake } from "../../../../src/studio/api/team-shapes.ts";

/** A team in the making: its text, and what of it can be read. The text is the only copy; forms and the graph are read off it, and change it. */
export interface Draft {
  readonly text: string;
  readonly document: Document;
  /** Empty where the text has no team. */
  readonly name: string;
  /** As it is written; `undefined` where there is none. */
  readonly team: unknown;
  /** What no reader can read. */
  readonly trouble: readonly Mistake[];
}

export type Path = readonly (string | number)[];

const ALIASES_MAX = 100;

export function readDraft(text: string): Draft {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: "1.2", lineCounter: lines, prettyErrors: false });
  const trouble = document.errors.slice(0, 3).map(({ message, pos }) => ({ path: "", line: lines.linePos(pos[0]).line, message }));
  if (trouble.length > 0) return { text, document, name: "", team: undefined, trouble };
  try {
    const teams = (document.toJS({ maxAliasCount: ALIASES_MAX }) as { readonly teams?: unknown } | null)?.teams;
    const [name = ""] = typeof teams === "object" && teams !== null ? Object.keys(teams) : [];
    return { text, document, name, team: (teams as { readonly [name: string]: unknown } | undefined)?.[name], trouble };
  } catch (error) {
    return {
      text,
      document,
      name: "",
      team: undefined,
      trouble: [{ path: "", message: error instanceof Error ? error.message : String(error) }],
    };
  }
}

/** `agents[0].model` → `["agents", 0, "model"]` */
export const pathOf = (shown: string): Path =>
  [...shown.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, key, index]) => (index === undefined ? (key ?? "") : Number(index)));

/** The text with another value there; taken out where `value` is `undefined`. What else stands in it, comments too, stays. */
export function withValue(draft: Draft, path: Path, value: unknown): string {
  return changed(draft, (document, root) => {
    const whole = [...root, ...path];
    if (value === undefined) {
      if (document.hasIn(whole)) document.deleteIn(whole);
    } else if (isScalarValue(value) && isScalar(document.getIn(whole, true))) document.setIn(whole, value);
    else document.setIn(whole, document.createNode(value));
  });
}

/** The text with one more at the end of a list, which is made where there is none. */
export function withAdded(draft: Draft, path: Path, value: unknown): string {
  return changed(draft, (document, root) => {
    const whole = [...root, ...path];
    if (isSeq(document.getIn(whole, true))) document.addIn(whole, document.createNode(value));
    else document.setIn(whole, document.createNode([value]));
  });
}

/** A list without these of its values, and without itself where none is left. */
export function withList(draft: Draft, path: Path, values: readonly unknown[]): string {
  return withValue(draft, path, values.length === 0 ? undefined : values);
}

export function withName(draft: Draft, name: string): string {
  return changed(draft, (document) => {
    const pair = pairOfTeam(document, draft.name);
    if (pair && isScalar(pair.key)) pair.key.value = name;
  });
}

/** Whose values are names of agents, or lists of them. */
const NAMING = new Set(["from", "to", "after", "next", "entry", "runs", "handoffs", "agents", "stances", "handoff"]);

/** Another name of an agent, wherever the team names it. */
export function withAgentNamed(draft: Draft, index: number, name: string): string {
  const before = draft.document.getIn(["teams", draft.name, "agents", index, "name"]);
  return changed(draft, (document, root) => {
    const team = document.getIn(root, true);
    if (typeof before === "string" && before !== "" && isNode(team))
      visit(team as never, {
        Scalar(_key, node, ancestors) {
          if (node.value !== before) return;
          const pair = ancestors.findLast((one): one is Pair => isPair(one));
          if (isScalar(pair?.key) && pair.key !== node && NAMING.has(String(pair.key.value))) node.value = name;
        },
      });
    document.setIn([...root, "agents", index, "name"], name);
  });
}

/** Without an agent, and without what leads to it or comes from it. */
export function withoutAgent(draft: Draft, index: number): string {
  const { name, team } = draft;
  const agent = (team as { readonly agents?: readonly { readonly name?: unknown }[] } | undefined)?.agents?.[index]?.name;
  return changed(draft, (document, root) => {
    document.deleteIn([...root, "agents", index]);
    if (typeof agent !== "string" || name === "") return;
    for (const path of [
      ["speakers", "edges"],
      ["speakers", "rules"],
      ["speakers", "candidates"],
    ]) {
      const list = document.getIn([...root, ...path], true);
      if (isSeq(list))
        list.items = list.items.filter((one) => !isMap(one) || !["from", "to", "after", "next"].some((key) => one.get(key) === agent));
    }
    if (document.getIn([...root, "speakers", "entry"]) === agent) document.deleteIn([...root, "speakers", "entry"]);
    const agents = document.getIn([...root, "agents"], true);
    for (const one of isSeq(agents) ? agents.items : [])
      for (const key of ["handoffs", "runs"]) {
        const list = isMap(one) ? one.get(key, true) : undefined;
        if (isSeq(list)) list.items = list.items.filter((to) => (isScalar(to) ? to.value : isMap(to) ? to.get("to") : undefined) !== agent);
        if (isMap(one) && isSeq(list) && list.items.length === 0) one.delete(key);
      }
  });
}

/** Where in the text a path of the team stands: its value, or the nearest thing around it that is written. */
export function rangeOf({ document, name, text }: Draft, shown: string): { readonly from: number; readonly to: number } {
  const path = shown === "name" ? [] : pathOf(shown);
  for (let length = path.length; length >= 0; length--) {
    const whole = ["teams", name, ...path.slice(0, length)];
    if (length === 0) break;
    const node = document.getIn(whole, true);
    const range = isNode(node) ? node.range : undefined;
    if (range) return { from: range[0], to: Math.min(range[1], lineEnd(text, range[0])) };
  }
  const key = pairOfTeam(document, name)?.key;
  const range = isNode(key) ? key.range : undefined;
  return range ? { from: range[0], to: range[1] } : { from: 0, to: lineEnd(text, 0) };
}

const lineEnd = (text: string, from: number): number => (text.indexOf("\n", from) < 0 ? text.length : text.indexOf("\n", from));

function changed(draft: Draft, change: (document: Document, root: Path) => void): string {
  // What is half written stays as it is: its text is to be mended first.
  if (draft.trouble.length > 0 || draft.name === "") return draft.text;
  const document = parseDocument(draft.text, { version: "1.2", prettyErrors: false });
  const before = written(document);
  change(document, ["teams", draft.name]);
  return asItWas(draft.text, before, written(document));
}

const written = (document: Document): string => document.toString({ lineWidth: 0 });

/** What was written anew, with the lines that say the same as before in the form that they had. */
function asItWas(text: string, before: string, after: string): string {
  const own = text.split("\n");
  if (own.length !== before.split("\n").length) return after;
  let at = 0;
  return diffLines(before, after)
    .map(({ value, count, added, removed }) => {
      const same = own.slice(at, at + count);
      if (!added) at += count;
      return removed ? "" : added ? value : same.map((line, nth) => (at - count + nth < own.length - 1 ? `${line}\n` : line)).join("");
    })
    .join("");
}

function pairOfTeam(document: Document, name: string): Pair | undefined {
  const teams = document.get("teams", true);
  return isMap(teams) ? teams.items.find(({ key }) => (isScalar(key) ? String(key.value) : String(key)) === name) : undefined;
}

const isScalarValue = (value: unknown): boolean => typeof value !== "object" || value === null;
