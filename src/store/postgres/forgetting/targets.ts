import type { Target } from "../../forgetting.ts";

/** Which rows of each table a target means; `?` stands for the values in their order. */
export interface Where {
  readonly sql: string;
  readonly values: readonly unknown[];
}

/** A name is made of parts between slashes: one of them, or several in a row, are this. */
export const SEGMENT = (column: string): string => `strpos('/' || ${column} || '/', '/' || ?::text || '/') > 0`;

/** Those that hold a copy of it too. */
export function threadsWhere(target: Target): Where {
  const own = ownThreadsWhere(target);
  if (!("forks" in target) || !target.forks?.length) return own;
  return { sql: `(${own.sql} OR name = ANY(?::text[]))`, values: [...own.values, target.forks.map(({ thread }) => thread)] };
}

function ownThreadsWhere(target: Target): Where {
  switch (target.kind) {
    case "thread":
      return { sql: "name = ?", values: [target.thread] };
    case "scope":
      return { sql: "starts_with(name, ?)", values: [`${target.scope}/`] };
    case "workspace":
      return { sql: "workspace = ?", values: [target.workspace] };
    case "person":
      return { sql: "id IN (SELECT thread FROM events WHERE strpos(body, ?) > 0)", values: [target.person] };
    case "older":
      return { sql: "at < ? AND forgotten < last_seq", values: [target.before] };
  }
}

export function memoriesWhere(target: Target): Where | undefined {
  switch (target.kind) {
    case "thread":
      return { sql: "thread = ?", values: [target.thread] };
    case "scope":
      return { sql: "scope = ?", values: [target.scope] };
    case "workspace":
      return { sql: "starts_with(scope, ?)", values: [`${target.workspace}/`] };
    case "person":
      return { sql: "asker_id = ?", values: [target.person] };
    case "older":
      return undefined;
  }
}

export function settingsWhere(target: Target): Where | undefined {
  switch (target.kind) {
    case "thread":
    case "older":
      return undefined;
    case "scope": {
      const [workspace = "", ...place] = target.scope.split("/");
      return { sql: `workspace = ? AND ${SEGMENT("name")}`, values: [workspace, place.join("/")] };
    }
    case "workspace":
      return { sql: "workspace = ?", values: [target.workspace] };
    case "person":
      return { sql: SEGMENT("name"), values: [target.person] };
  }
}

/** With whom they belong to, and where: nobody else may want them to go on. */
export function schedulesWhere(target: Target): Where | undefined {
  switch (target.kind) {
    case "thread":
    case "older":
      return undefined;
    case "scope": {
      const [workspace = "", ...place] = target.scope.split("/");
      return { sql: "workspace = ? AND place = ?", values: [workspace, place.join("/")] };
    }
    case "workspace":
      return { sql: "workspace = ?", values: [target.workspace] };
    case "person":
      return { sql: "owner = ?", values: [target.person] };
  }
}

/** Not yet handled, hence with their text. A name's parts are in them as they are. Others' words about a person are for their handler. */
export function envelopesWhere(target: Target): readonly Where[] {
  const all = (...needles: readonly string[]): Where => ({
    sql: needles.map(() => "strpos(body, ?) > 0").join(" AND "),
    values: needles.map((needle) => JSON.stringify(needle)),
  });
  switch (target.kind) {
    case "thread": {
      const [, ...parts] = target.thread.split("/");
      return parts.length > 0 ? [all(...parts)] : [];
    }
    case "scope":
      return [all(...target.scope.split("/").slice(1))];
    case "workspace":
      return [all(target.workspace)];
    case "person":
      return [`"user":"${target.person}"`, `"user":{"id":"${target.person}"`, `"user_id":"${target.person}"`].map((needle) => ({
        sql: "strpos(body, ?) > 0",
        values: [needle],
      }));
    case "older":
      return [];
  }
}
