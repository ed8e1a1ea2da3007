import { parseArgs, type ParseArgsConfig } from "node:util";
import { nearest } from "../engine/reading/nearest.ts";
import { UsageError } from "./command.ts";

/** node's `parseArgs`, strict, with mistakes as {@link UsageError} that guess the flag that was meant. */
export function readArguments<const Config extends ParseArgsConfig>(
  args: readonly string[],
  config: Config,
): ReturnType<typeof parseArgs<Config & { args: string[] }>> {
  try {
    return parseArgs({ ...config, args: [...args] });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith("ERR_PARSE_ARGS_")) throw error;
    const flag = /'(--?[^' =]+)/.exec(message)?.[1];
    const known = Object.keys(config.options ?? {}).map((name) => `--${name}`);
    if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION" && flag) {
      const guess = nearest(flag, known);
      throw new UsageError(
        `There is no option ${flag}. ${guess ? `Did you mean ${guess}?` : known.length > 0 ? `There are ${known.join(", ")}.` : "This command takes none."}`,
      );
    }
    throw new UsageError(`${(message.split(". ")[0] ?? message).replace(/\.?$/, ".")} See --help.`);
  }
}

/** A day in UTC, as ISO 8601 writes it; nothing where none was given. */
export function readDay(option: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const day = given === "today" ? new Date().toISOString().slice(0, 10) : given;
  if (/^\d{4}-\d{2}-\d{2}$/.test(day) && new Date(`${day}T00:00:00Z`).toJSON()?.startsWith(day)) return day;
  throw new UsageError(`${option} is a day, such as 2026-11-23, or today, not "${given}".`);
}

/** `--port`; nothing where it is not given. Throws {@link UsageError} for what is no port. */
export function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UsageError(`--port is a number from 0 to 65535, not "${text}".`);
  return port;
}
