import { ConfigError, type Mistake } from "../config-error.ts";
import type { YamlFile } from "./yaml-file.ts";

/** What was found while the settings are read. */
export interface Notes {
  readonly mistakes: Mistake[];
  readonly warnings: Mistake[];
}

/** A mistake or warning with its file and line. */
export const at = (yaml: YamlFile, path: readonly (string | number)[], message: string): Mistake => ({
  file: yaml.shown,
  line: yaml.line(path),
  path: showPath(path),
  message,
});

/** `teams.support.agents[0].handoffs[1]` */
export const showPath = (path: readonly (string | number)[]): string =>
  path.map((step, index) => (typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${step}`)).join("");

/** What `read` gives; nothing, and its mistakes in the notes, when it throws a {@link ConfigError}. */
export function attempt<Result>(read: () => Result, notes: Notes): Result | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    notes.mistakes.push(...error.mistakes);
    return undefined;
  }
}
