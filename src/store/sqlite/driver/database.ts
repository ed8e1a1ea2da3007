import Sqlite from "better-sqlite3";

/**
 * The driver, whose statements stay as they were prepared. Its SQLite is built with STAT4: one with `ORDER BY` or `LIMIT` beside a parameter looks at
 * the parameter's value while it is compiled, and so is compiled anew each time that it is run, which takes several times as long as running it. At a
 * value behind a plus, which changes nothing else, it does not look (`findings/better-sqlite3-compiles-again.sh`).
 */
export class Database extends Sqlite {
  override prepare<P extends unknown[] | object = unknown[], R = unknown>(sql: string) {
    return super.prepare<P, R>(compiledOnce(sql));
  }
}

/** What stands in quotes or in a comment is no parameter. */
const PARAMETERS = /'[^']*'|"[^"]*"|--[^\n]*|\/\*[^]*?\*\/|\?\d*|[@:$]\w+/g;

export const compiledOnce = (sql: string): string => sql.replaceAll(PARAMETERS, (found) => (/^['"/-]/.test(found) ? found : `+${found}`));
