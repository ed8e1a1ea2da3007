import type { RunCode } from "../engine/agents/code-runner.ts";
import type { FileRef } from "../engine/events.ts";
import { SandboxUnavailable, type CodeResult, type Executor, type SandboxFile } from "../sandbox/executor.ts";

/** Keeps content and gives its SHA-256, hex. */
export type KeepFile = (content: Uint8Array) => Promise<string>;

export interface CodeRunSettings {
  readonly executor: Executor;
  /** Whose sandbox: files stay from block to block. */
  readonly thread: string;
  readonly timeoutMs: number;
  readonly keepFile: KeepFile;
}

/** How a code-runner runs a block: in the thread's sandbox, which is made at the first block. Where none can be had, the block is rejected and the output says why. */
export function codeRun({ executor, thread, timeoutMs, keepFile }: CodeRunSettings): RunCode {
  return async (block, { signal, onOutput }) => {
    const label = executor.capabilities.label;
    try {
      const session = await executor.open(thread);
      const result = await session.run(block, { timeoutMs, signal, onChunk: onOutput });
      const { outcome, exitCode, elapsedMs } = result;
      return {
        outcome,
        exitCode,
        output: withNotices(result),
        elapsedMs,
        executor: label,
        files: await Promise.all(result.files.map(keep)),
      };
    } catch (error) {
      if (!(error instanceof SandboxUnavailable)) throw error;
      return { outcome: "rejected", exitCode: 1, output: error.message, elapsedMs: 0, executor: label, files: [] };
    }
  };

  async function keep({ name, mediaType, content }: SandboxFile): Promise<FileRef> {
    return { hash: await keepFile(content), name, mediaType, bytes: content.byteLength };
  }
}

/** What was refused belongs to what the agents read: they can mend it. */
function withNotices({ output, notices }: CodeResult): string {
  const gap = output === "" || output.endsWith("\n") || notices.length === 0 ? "" : "\n";
  return output + gap + notices.map((notice) => `[${notice}]`).join("\n");
}
