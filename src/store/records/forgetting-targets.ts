import { casesOf } from "../cases/kept-cases.ts";
import type { Target } from "../forgetting.ts";

/** Rows of a table; `?` stands for the values in their order. */
export interface Where<Value> {
  readonly sql: string;
  readonly values: readonly Value[];
}

/** How a database says what the targets have to ask of a column. */
export interface Dialect<Value> {
  /** Whether the text of the column has this in it, as it is written. One `?`. */
  readonly contains: (column: string) => string;
  /** Whether a name, made of parts between slashes, has this as one of them, or as several in a row. One `?`. */
  readonly isPart: (column: string) => string;
  readonly startsWith: (column: string, beginning: string) => Where<Value>;
  readonly isOneOf: (column: string, names: readonly string[]) => Where<Value>;
  /** Of the memories, those whose scope's name fits. */
  readonly inScopes: (named: (column: string) => Where<Value>) => Where<Value>;
}

/** Which rows of each table a target of a forgetting means; `undefined`: none of this table. */
export interface RowsMeant<Value> {
  /** Those that hold a copy of it too. */
  readonly threads: (target: Target) => Where<Value>;
  readonly memories: (target: Target) => Where<Value> | undefined;
  readonly settings: (target: Target) => Where<Value> | undefined;
  /** Among the settings, what was kept as a case of this thread: its words are in it. */
  readonly cases: (thread: string) => Where<Value>;
  /** With whom they belong to, and where: nobody else may want them to go on. */
  readonly schedules: (target: Target) => Where<Value> | undefined;
  /** Not yet handled, hence with their text. A name's parts are in them as they are. Others' words about a person are for their handler. */
  readonly envelopes: (target: Target) => readonly Where<Value>[];
  readonly notes: (target: Target) => Where<Value> | undefined;
  /** Of the sources of knowledge, those that lie there. */
  readonly knowledge: (target: Target) => Where<Value> | undefined;
}

/** The decision for all databases: they differ in how they say it alone. */
export function rowsMeant<Value>(dialect: Dialect<Value | string>): RowsMeant<Value | string> {
  type Own = Where<Value | string>;
  const { contains, isPart, startsWith, isOneOf, inScopes } = dialect;
  const is = (column: string, value: string): Own => ({ sql: `${column} = ?`, values: [value] });

  function ownThreads(target: Target): Own {
    switch (target.kind) {
      case "thread":
        return is("name", target.thread);
      case "scope":
        return startsWith("name", `${target.scope}/`);
      case "workspace":
        return is("workspace", target.workspace);
      case "person":
        return { sql: `id IN (SELECT thread FROM events WHERE ${contains("body")})`, values: [target.person] };
      case "older":
        return { sql: "at < ? AND forgotten < last_seq", values: [target.before] };
    }
  }

  return {
    threads(target) {
      const own = ownThreads(target);
      if (!("forks" in target) || !target.forks?.length) return own;
      const copies = isOneOf(
        "name",
        target.forks.map(({ thread }) => thread),
      );
      return { sql: `(${own.sql} OR ${copies.sql})`, values: [...own.values, ...copies.values] };
    },
    memories(target) {
      switch (target.kind) {
        case "thread":
          return is("thread", target.thread);
        case "scope":
          return inScopes((name) => is(name, target.scope));
        case "workspace":
          return inScopes((name) => startsWith(name, `${target.workspace}/`));
        case "person":
          return is("asker_id", target.person);
        case "older":
          return undefined;
      }
    },
    settings(target) {
      switch (target.kind) {
        case "thread": {
          const { workspace, place } = divided(target.thread);
          return place === "" ? undefined : { sql: `workspace = ? AND ${isPart("name")}`, values: [workspace, place] };
        }
        case "older":
          return undefined;
        case "scope": {
          const { workspace, place } = divided(target.scope);
          return { sql: `workspace = ? AND ${isPart("name")}`, values: [workspace, place] };
        }
        case "workspace":
          return is("workspace", target.workspace);
        case "person":
          return { sql: isPart("name"), values: [target.person] };
      }
    },
    cases(thread) {
      const { sql, values } = startsWith("name", casesOf(thread));
      return { sql: `workspace = ? AND ${sql}`, values: [divided(thread).workspace, ...values] };
    },
    schedules(target) {
      switch (target.kind) {
        case "thread":
        case "older":
          return undefined;
        case "scope": {
          const { workspace, place } = divided(target.scope);
          return { sql: "workspace = ? AND place = ?", values: [workspace, place] };
        }
        case "workspace":
          return is("workspace", target.workspace);
        case "person":
          return is("owner", target.person);
      }
    },
    envelopes(target) {
      const withAll = (...needles: readonly string[]): Own => ({
        sql: needles.map(() => contains("body")).join(" AND "),
        values: needles,
      });
      const quoted = (names: readonly string[]) => names.map((name) => JSON.stringify(name));
      switch (target.kind) {
        case "thread": {
          const [, ...parts] = target.thread.split("/");
          return parts.length > 0 ? [withAll(...quoted(parts))] : [];
        }
        case "scope":
          return [withAll(...quoted(target.scope.split("/").slice(1)))];
        case "workspace":
          return [withAll(...quoted([target.workspace]))];
        case "person":
          return [`"user":"${target.person}"`, `"user":{"id":"${target.person}"`, `"user_id":"${target.person}"`].map((one) =>
            withAll(one),
          );
        case "older":
          return [];
      }
    },
    notes(target) {
      switch (target.kind) {
        case "thread":
        case "older":
          return undefined;
        case "scope":
          return named(target.scope);
        case "workspace":
          return named(target.workspace);
        case "person":
          return named(target.person);
      }
    },
    knowledge(target) {
      switch (target.kind) {
        case "thread":
        case "older":
        case "person":
          return undefined;
        case "scope":
          return startsWith("name", `${target.scope}/`);
        case "workspace":
          return startsWith("name", `${target.workspace}/`);
      }
    },
  };

  /** What has no name has no note. */
  function named(name: string): Own | undefined {
    return name === "" ? undefined : { sql: isPart("key"), values: [name] };
  }
}

function divided(scope: string): { readonly workspace: string; readonly place: string } {
  const [workspace = "", ...place] = scope.split("/");
  return { workspace, place: place.join("/") };
}
