import type { Clock } from "../../engine/clock.ts";
import type { Gates } from "../../models/gated.ts";
import type { ReadFile } from "../../models/images.ts";
import type { Lessons } from "../../models/refusals/lessons.ts";
import type { Env } from "../env.ts";
import type { OnScript } from "../file/script.ts";

/** What a model is made with. */
export interface ModelParts {
  readonly env: Env;
  readonly clock: Clock;
  /** How often providers are asked. One process has one of them. */
  readonly gates: Gates;
  /** The content of posted files. */
  readonly readFile?: ReadFile;
  /** What servers have refused before, kept beyond the process. */
  readonly lessons?: Lessons;
  /** One line for the operator about what was learnt. */
  readonly log?: (line: string) => void;
  /** Told of each scripted model that is made. */
  readonly onScript?: OnScript;
  /** Where instructions and tools are kept; without it, the log tells nothing of requests. */
  readonly keepFile?: (content: Uint8Array) => Promise<string>;
  /** The model's name in the team file. */
  readonly name: string;
}
