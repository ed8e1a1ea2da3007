import { StoreError } from "../../store.ts";

/** Where a database is, as the driver is told it. */
export interface Address {
  /** For the driver; with the password. */
  readonly connectionString: string;
  /** In which all tables are: several Parleys may have one database. */
  readonly schema: string;
  /** For people and logs: without the password. */
  readonly shown: string;
}

const SCHEMA = /^[a-z_][a-z0-9_]{0,39}$/;
const DEFAULT_SCHEMA = "parley";

/** `postgres://user:password@host:5432/database?schema=parley`. Throws StoreError for what is none. */
export function addressOf(text: string): Address {
  const url = URL.parse(text);
  if (!url || (url.protocol !== "postgres:" && url.protocol !== "postgresql:"))
    throw new StoreError(`PARLEY_DB is no address of Postgres. Write it as postgres://user:password@host:5432/database.`);
  const schema = url.searchParams.get("schema") ?? DEFAULT_SCHEMA;
  if (!SCHEMA.test(schema) || schema.startsWith("pg_"))
    throw new StoreError(`"${schema}" is no name for a schema of Postgres; take lower-case letters, digits and _, at most 40.`);
  url.searchParams.delete("schema");
  const connectionString = url.href;
  if (url.password !== "") url.password = "***";
  if (url.searchParams.has("password")) url.searchParams.set("password", "***");
  return { connectionString, schema, shown: `${url.href}${schema === DEFAULT_SCHEMA ? "" : ` (schema ${schema})`}` };
}
