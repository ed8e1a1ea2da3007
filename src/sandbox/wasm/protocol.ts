/** What the host asks. */
export type Request =
  | { readonly type: "put"; readonly files: readonly { readonly path: string; readonly base64: string; readonly readOnly: boolean }[] }
  | { readonly type: "run"; readonly path: string; readonly code: string; readonly fileBytesMax: number };

/** What the guest answers: `ready` once; for a run any number of `printed` and `changed`, then `done`. */
export type Answer =
  | { readonly type: "ready"; readonly python: string }
  | { readonly type: "printed"; readonly stream: "stdout" | "stderr"; readonly base64: string }
  /** A file of the workspace that is new or was written; without content when it is larger than asked for. */
  | { readonly type: "changed"; readonly path: string; readonly sizeBytes: number; readonly version: string; readonly base64?: string }
  /** What in `out/` is not to be had. */
  | { readonly type: "odd"; readonly path: string; readonly kind: "folder" | "special" | "unreadable" }
  | {
      readonly type: "done";
      readonly exitCode: number;
      readonly outOfMemory: boolean;
      readonly usable: boolean;
      readonly gone: readonly string[];
    };
