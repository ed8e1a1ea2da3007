import type { RunCode } from "../../engine/agents/code/run-block.ts";
import type { FileRef } from "../../engine/events/events.ts";
import type { GuardedFile } from "../../engine/guards/guard.ts";
import { givenIn } from "../../engine/reading/given-files.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import { SandboxUnavailable, type CodeResult, type Executor, type SandboxFile, type Session } from "../../sandbox/executor.ts";

/** Keeps content and gives its SHA-256, hex. */
export type KeepFile = (content: Uint8Array) => Promise<string>;

/** The content under a SHA-256, hex; `undefined` when there is none. */
export type ReadFile = (hash: string) => Promise<Uint8Array | undefined>;

export interface CodeRunSettings {
  readonly executor: Executor;
  readonly timeoutMs: number;
  readonly keepFile: KeepFile;
  /** The content of a file by its hash; `undefined` when it is not kept. */
  readonly readFile: ReadFile;
  /** What is put into the sandbox of a file that was posted, or why nothing is. */
  readonly passFile: (file: GuardedFile) => Promise<{ readonly value: GuardedFile } | { readonly stop: string }>;
}

const FILES_GIVEN_MAX = 50; // of one thread; the sandbox limits their bytes

/** How a code-runner runs a block: in the thread's sandbox, which is made at the first block; files stay there from block to block. Where none can be had, the block is rejected and the output says why. */
export function codeRun({ executor, timeoutMs, keepFile, readFile, passFile }: CodeRunSettings): RunCode {
  const given = new WeakMap<Session, Set<string>>();

  return async (block, { signal, thread }) => {
    const label = executor.capabilities.label;
    try {
      const session = await executor.open(thread.id);
      const trouble = await give(session, thread.logs[0]);
      const result = await session.run(block, { timeoutMs, signal });
      const { outcome, exitCode, elapsedMs } = result;
      return {
        outcome,
        exitCode,
        output: withNotices({ ...result, notices: [...trouble, ...result.notices] }),
        elapsedMs,
        executor: label,
        files: await Promise.all(result.files.map(keep)),
        ...(result.memoryPeakBytes === undefined ? {} : { memoryPeakBytes: result.memoryPeakBytes }),
        ...(result.limits ? { limits: result.limits } : {}),
      };
    } catch (error) {
      if (!(error instanceof SandboxUnavailable)) throw error;
      return { outcome: "rejected", exitCode: 1, output: error.message, elapsedMs: 0, executor: label, files: [] };
    }
  };

  /** What people have posted, and tools have given, since the last block. The latest of a name counts; says what could not be given. */
  async function give(session: Session, log: Transcript | undefined): Promise<string[]> {
    const known = given.get(session) ?? new Set<string>();
    given.set(session, known);
    const trouble: string[] = [];
    for (const { name, mediaType, hash } of givenIn(log).slice(-FILES_GIVEN_MAX)) {
      const key = `${name}\0${hash}`;
      if (known.has(key)) continue;
      known.add(key);
      const content = await readFile(hash);
      try {
        if (!content) throw new RangeError("its content is no longer kept.");
        const passed = await passFile({ name, mediaType, bytes: content.byteLength, content });
        if ("stop" in passed) throw new RangeError(passed.stop);
        await session.put([{ name: passed.value.name, mediaType: passed.value.mediaType, content: passed.value.content }]);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        trouble.push(`The file ${name} is not in in/: ${error.message}`);
      }
    }
    return trouble;
  }

  async function keep({ name, mediaType, content }: SandboxFile): Promise<FileRef> {
    return { hash: await keepFile(content), name, mediaType, bytes: content.byteLength };
  }
}

/** What was refused belongs to what the agents read: they can mend it. */
function withNotices({ output, notices }: CodeResult): string {
  const gap = output === "" || output.endsWith("\n") || notices.length === 0 ? "" : "\n";
  return output + gap + notices.map((notice) => `[${notice}]`).join("\n");
}
