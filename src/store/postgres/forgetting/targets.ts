import { rowsMeant, type Dialect } from "../../records/forgetting-targets.ts";

const dialect: Dialect<string | readonly string[]> = {
  contains: (column) => `strpos(${column}, ?) > 0`,
  isPart: (column) => `strpos('/' || ${column} || '/', '/' || ?::text || '/') > 0`,
  startsWith: (column, beginning) => ({ sql: `starts_with(${column}, ?)`, values: [beginning] }),
  isOneOf: (column, names) => ({ sql: `${column} = ANY(?::text[])`, values: [names] }),
  inScopes: (named) => named("scope"),
};

/** What a forgetting's target means in Postgres' tables. */
export const meant = rowsMeant(dialect);
