import type { StreamName } from "./output.ts";

/** More than the engine lets one pipe run ahead of the other, also on a busy machine; less than people notice. */
const STDOUT_QUIET_MS = 100;
/** A program that goes on printing is not dying: what it says on stderr belongs about here. */
const HELD_MS_MAX = 1_000;
const HELD_BYTES_MAX = 64 * 1024;

type Write = (stream: StreamName, bytes: Uint8Array) => void;

/**
 * The engine copies a program's two pipes side by side and keeps no order between them: a traceback overtakes, or stands in the middle of,
 * what was printed before it. Hence stderr waits until stdout has been quiet for a moment. Call `flush` at the program's end.
 */
export function stdoutFirst(write: Write): { readonly write: Write; flush(): void } {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let quiet: NodeJS.Timeout | undefined;
  let late: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(quiet);
    clearTimeout(late);
    late = undefined;
    const waited = held;
    held = [];
    heldBytes = 0;
    for (const bytes of waited) write("stderr", bytes);
  }

  function wait(): void {
    clearTimeout(quiet);
    quiet = setTimeout(flush, STDOUT_QUIET_MS);
    late ??= setTimeout(flush, HELD_MS_MAX);
  }

  return {
    flush,
    write(stream, bytes) {
      if (stream === "stderr") {
        held.push(Buffer.from(bytes));
        heldBytes += bytes.length;
        if (heldBytes > HELD_BYTES_MAX) flush();
        else wait();
      } else {
        write(stream, bytes);
        if (held.length > 0) wait();
      }
    },
  };
}
