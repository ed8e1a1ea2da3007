import type { Target } from "../../forgetting.ts";

/** Which rows of each table a target means. */
export interface Where {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** A name is made of parts between slashes: one of them, or several in a row, are this. */
export const SEGMENT = (column: string): string => `instr('/' || ${column} || '/', '/' || ? || '/') > 0`;

export const scopeOf = (target: Target): string => (target.kind === "scope" ? target.scope : "");
export const workspaceOf = (target: Target): string => (target.kind === "workspace" ? target.workspace : "");
export const personOf = (target: Target): string => (target.kind === "person" ? target.person : "");

/** Those that hold a copy of it too. */
export function threadsWhere(target: Target): Where {
  const own = ownThreadsWhere(target);
  if (!("forks" in target) || !target.forks?.length) return own;
  const names = JSON.stringify(target.forks.map(({ thread }) => thread));
  return { sql: `(${own.sql} OR name IN (SELECT value FROM json_each(?)))`, values: [...own.values, names] };
}

function ownThreadsWhere(target: Target): Where {
  switch (target.kind) {
    case "thread":
      return { sql: "name = ?", values: [target.thread] };
    case "scope":
      return { sql: "substr(name, 1, length(?)) = ?", values: [`${target.scope}/`, `${target.scope}/`] };
    case "workspace":
      return { sql: "workspace = ?", values: [target.workspace] };
    case "person":
      return { sql: "id IN (SELECT thread FROM events WHERE instr(body, ?) > 0)", values: [target.person] };
    case "older":
      return { sql: "at < ? AND forgotten < last_seq", values: [target.before] };
  }
}

export function memoriesWhere(target: Target): Where | undefined {
  switch (target.kind) {
    case "thread":
      return { sql: "thread = ?", values: [target.thread] };
    case "scope":
      return { sql: "scope IN (SELECT id FROM memory_scopes WHERE name = ?)", values: [target.scope] };
    case "workspace":
      return {
        sql: "scope IN (SELECT id FROM memory_scopes WHERE substr(name, 1, length(?)) = ?)",
        values: [`${target.workspace}/`, `${target.workspace}/`],
      };
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
    sql: needles.map(() => "instr(body, ?) > 0").join(" AND "),
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
        sql: "instr(body, ?) > 0",
        values: [needle],
      }));
    case "older":
      return [];
  }
}
