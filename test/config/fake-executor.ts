import { SandboxUnavailable, type CodeBlock, type CodeResult, type Executor } from "../../src/sandbox/executor.ts";

export const ran = (stdout: string, rest: Partial<CodeResult> = {}): CodeResult => ({
  outcome: "ok",
  exitCode: 0,
  output: stdout,
  stdout,
  stderr: "",
  outputBytesCut: 0,
  elapsedMs: 7,
  files: [],
  notices: [],
  ...rest,
});

/** An executor whose blocks do what `run` says; it remembers who opened which session and how often. */
export function fakeExecutor(run: (block: CodeBlock) => CodeResult | Promise<CodeResult>): Executor & { readonly opened: string[] } {
  const opened: string[] = [];
  return {
    opened,
    capabilities: { grade: "container", label: "a fake sandbox", languages: ["python"], hint: "Only Python here." },
    async open(thread) {
      opened.push(thread);
      return { run: async (block) => run(block), put: async () => {}, end: async () => {} };
    },
    close: async () => {},
  };
}

/** An executor of a machine that has none. */
export function missingExecutor(why: string): Executor {
  const executor = fakeExecutor(() => ran(""));
  return { ...executor, open: () => Promise.reject(new SandboxUnavailable(why)) };
}
