import type { SandboxFile, WorkspaceFile } from "../executor.ts";
import { fileOf, type Box, type Command, type Program, type Running } from "./box.ts";
import { runBlock } from "./run.ts";
import { collectFiles, collectWorkspace } from "./tars.ts";

/** A box in which programs can be started, with a shell among them. */
export interface ShellBox extends Box {
  /** Starts a program in the workspace as the code's user. Fails when the place cannot be reached. */
  start(command: Command): Promise<Running>;
}

/** What is each kind's own of such a box; see {@link Box} for the contracts. */
export interface ShellBoxParts {
  /** Settles when the place is gone; never fails. */
  readonly gone: Promise<void>;
  readonly endsAtMs: number;
  start(command: Command): Promise<Running>;
  reap(): Promise<boolean>;
  /** `out/` as a tar. Called when no process of the code is left: then nothing changes meanwhile. */
  packOut(): AsyncIterable<Uint8Array>;
  /** The whole workspace as a tar of a folder `work`. Called when no process of the code is left. */
  packWorkspace(): AsyncIterable<Uint8Array>;
  restore(files: readonly WorkspaceFile[]): Promise<void>;
  bringIn(files: readonly SandboxFile[]): Promise<void>;
  remove(): Promise<void>;
}

/** A box that knows no more of its processes than how to end them all. */
export function shellBox(parts: ShellBoxParts): ShellBox {
  const { gone, endsAtMs, start, reap, packOut, packWorkspace, restore, bringIn, remove } = parts;
  return {
    endsAtMs,
    start,
    run: (program, kept, options) =>
      runBlock(
        {
          gone,
          begin: (onOutput) => start({ ...commandOf(program), onOutput }),
          rest: async () => ((await reap()) ? { left: "nothing", hasFiles: true } : undefined),
        },
        kept,
        options,
      ),
    collect: (into) => collectFiles(packOut(), into),
    reap,
    bringIn,
    keep: (into) => collectWorkspace(packWorkspace(), into),
    restore,
    remove,
  };
}

function commandOf(program: Program): Omit<Command, "onOutput"> {
  const stdin = Buffer.from(program.code);
  return { args: ["/bin/sh", "-c", PRELUDE, program.command, fileOf(program), String(stdin.length)], stdin };
}

/**
 * Lays the code down and runs it in its own place ($0: the program, $1: the file, $2: its bytes). What earlier blocks left outside the
 * workspace is swept away first, so that a full /tmp harms one block only. `out` is made anew when it is anything but a folder.
 */
const PRELUDE = `
rm -rf /tmp/* /tmp/.[!.]* /dev/shm/* 2>/dev/null
if [ -L out ] || [ ! -d out ]; then rm -rf out; mkdir out; fi
mkdir -p "\${1%/*}" && rm -f "$1" && head -c "$2" > "$1" && exec "$0" "$1" </dev/null`;
