import { isEvent, type Person, type RunEvent } from "../engine/events/events.ts";
import { currentRun, isWaiting } from "../engine/reading/transcript.ts";
import type { Runner } from "./runner.ts";

/**
 * Does `begin`, such as saying something, and gives what the thread records meanwhile and after, until nothing more comes by itself: its run has
 * stopped, or waits for a person. Leaving early leaves the run going; `signal` stops it, in the person's name.
 */
export async function* following(
  runner: Pick<Runner, "follow" | "read" | "stop">,
  { thread, person, signal }: { readonly thread: string; readonly person: Person; readonly signal?: AbortSignal | undefined },
  begin: () => Promise<unknown>,
): AsyncGenerator<RunEvent, void, void> {
  const news: RunEvent[] = [];
  let wake: () => void = () => undefined;
  const unfollow = runner.follow((where, item) => {
    if (where !== thread || !isEvent(item)) return;
    news.push(item);
    wake();
  });
  const halt = () => void runner.stop(thread, person);
  signal?.addEventListener("abort", halt, { once: true });
  try {
    await begin();
    if (signal?.aborted) halt();
    for (;;) {
      for (const event of news.splice(0)) yield event;
      const log = await runner.read(thread);
      // What is recorded was told of before; it is waited for no longer than until the log has come to rest.
      if (news.length > 0) continue;
      if (!currentRun(log).running || isWaiting(log)) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (news.length > 0) resolve();
      });
    }
  } finally {
    unfollow();
    signal?.removeEventListener("abort", halt);
  }
}
