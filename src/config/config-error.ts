/** One mistake in a team file or its surroundings, in words for people. */
export interface Mistake {
  /** As the person named it, so that an editor or a terminal can open it. */
  readonly file: string;
  /** From 1; absent when the file could not be read at all. */
  readonly line?: number;
  /** Where in the file, such as `teams.support.agents[0].handoffs[1]`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and how to mend it. */
  readonly message: string;
}

/** The settings cannot be used. `message` lists every mistake, one a line; nothing has been started. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly mistakes: readonly Mistake[];

  constructor(mistakes: readonly Mistake[]) {
    const sorted = mistakes.toSorted((one, other) => (one.file === other.file ? (one.line ?? 0) - (other.line ?? 0) : 0));
    super(sorted.map(describeMistake).join("\n"));
    this.mistakes = sorted;
  }
}

/** `teams/support.yml:12: teams.support.agents[0]: what is wrong. The mend.` */
export const describeMistake = ({ file, line, path, message }: Mistake): string =>
  `${file}${line === undefined ? "" : `:${line}`}: ${path ? `${path}: ` : ""}${message}`;
