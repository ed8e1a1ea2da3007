/**
 * Stryker's plug-in for a sample (`--sample`): its runner for Vitest, but a mutant that was not drawn is answered for without a test. Stryker can be told
 * which places of the code to change, but not which of the changes of a place.
 */
import { relative, resolve } from "node:path";
import { strykerPlugins as vitestPlugins } from "@stryker-mutator/vitest-runner";
import { isDrawn } from "./draw.ts";
import { NOT_DRAWN } from "./score.ts";

const ROOT = resolve(import.meta.dirname, "../..");

interface MutantRun {
  readonly activeMutant: {
    /** Absolute, and not of the copy in which Stryker runs the tests. */
    readonly fileName: string;
    /** Lines and columns from 0. */
    readonly location: { readonly start: Position; readonly end: Position };
    readonly mutatorName: string;
    readonly replacement: string;
  };
}
type Position = { readonly line: number; readonly column: number };

interface Runner {
  mutantRun(options: MutantRun): Promise<unknown>;
}

/** As the injector of Stryker's plug-ins makes things (typed-inject). */
interface Injector {
  injectFunction(factory: (injector: Injector) => Runner): Runner;
}

function drawnRunner(injector: Injector): Runner {
  const [vitest] = vitestPlugins;
  if (vitest === undefined) throw new Error("@stryker-mutator/vitest-runner has no plug-in.");
  const sample = { percent: Number(process.env["MUTANTS_PERCENT"]), seed: Number(process.env["MUTANTS_SEED"]) };
  const runner = injector.injectFunction(vitest.factory as unknown as (injector: Injector) => Runner);
  const runDrawn = runner.mutantRun.bind(runner);
  runner.mutantRun = async (options) => {
    const { fileName, location, mutatorName, replacement } = options.activeMutant;
    const [start, end] = [fromOne(location.start), fromOne(location.end)];
    const drawn = isDrawn(sample, { file: relative(ROOT, fileName), start, end, mutatorName, replacement });
    return drawn ? runDrawn(options) : { status: "error", errorMessage: NOT_DRAWN };
  };
  return runner;
}
drawnRunner.inject = ["$injector"] as const;

/** As reports count. */
const fromOne = ({ line, column }: Position): Position => ({ line: line + 1, column: column + 1 });

export const strykerPlugins = [{ kind: "TestRunner", name: "drawn", factory: drawnRunner }];
