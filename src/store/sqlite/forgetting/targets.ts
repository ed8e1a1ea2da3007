import { rowsMeant, type Dialect, type Where } from "../../records/forgetting-targets.ts";

const startsWith = (column: string, beginning: string): Where<string> => ({
  sql: `substr(${column}, 1, length(?)) = ?`,
  values: [beginning, beginning],
});

const dialect: Dialect<string> = {
  contains: (column) => `instr(${column}, ?) > 0`,
  isPart: (column) => `instr('/' || ${column} || '/', '/' || ? || '/') > 0`,
  startsWith,
  isOneOf: (column, names) => ({ sql: `${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(names)] }),
  inScopes(named) {
    const { sql, values } = named("name");
    return { sql: `scope IN (SELECT id FROM memory_scopes WHERE ${sql})`, values };
  },
};

/** What a forgetting's target means in SQLite's tables. */
export const meant = rowsMeant(dialect);
