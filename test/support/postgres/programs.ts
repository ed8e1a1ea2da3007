import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Where Debian puts the programs of a server; of several versions the newest. */
const DEBIAN = "/usr/lib/postgresql";

/** The folder with initdb and postgres, or nothing. */
export function postgresPrograms(): string | undefined {
  const named = process.env.PARLEY_POSTGRES_BIN;
  const folders = named
    ? [named]
    : existsSync(DEBIAN)
      ? readdirSync(DEBIAN)
          .toSorted((one, other) => Number(other) - Number(one))
          .map((version) => join(DEBIAN, version, "bin"))
      : [];
  return folders.find((folder) => existsSync(join(folder, "initdb")));
}
