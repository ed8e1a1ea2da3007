import { codeBlocks } from "../engine/code-blocks.ts";
import type { RunEvent } from "../engine/events/events.ts";

/** Those in which code ran or was to run, those that a code-runner said it runs when it found none, and those of code that was left. */
export function languagesIn(log: readonly RunEvent[]): string[] {
  const runnable = (text: string) => codeBlocks(text).flatMap(({ language }) => (RUNNABLE.includes(language) ? [language] : []));
  const isLeft = log.some(
    (event) =>
      (event.type === "message.posted" && "agent" in event && /\d later block\(s\) were not run\./.test(event.text)) ||
      (event.type === "run.stopped" && event.reason.endsWith("code was left that nobody ran")),
  );
  const named = log.flatMap((event) => {
    if (event.type === "code.ran") return [event.language];
    if (event.type === "approval.requested") return event.language === undefined ? [] : [event.language];
    if (event.type !== "message.posted" || !("agent" in event)) return [];
    const list = /^No code was found to run\. I run fenced blocks \(([^)]*)\)/.exec(event.text)?.[1];
    return [...(list?.split(", ") ?? []), ...(isLeft ? runnable(event.text) : [])];
  });
  return [...new Set(named)];
}

/** What a sandbox has run at any time; other labels name data, or what is only shown. */
const RUNNABLE: readonly string[] = ["python", "sh", "bash", "javascript", "typescript"];
