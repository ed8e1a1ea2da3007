import type { FileRef, RunEvent } from "../../engine/events/events.ts";
import { size } from "../words/blocks.ts";
import { safeLine, safeMrkdwn } from "../words/escape.ts";
import { makesFiles } from "./log-reading.ts";

/**
 * What the code and the tools of a run came to, in one line of mrkdwn: the files, or where there are none the value that was printed last. `said`: words that people
 * read just above, in which a value need not be told again. `undefined` where there is nothing to tell.
 */
export function codeResults(events: readonly RunEvent[], said: string): string | undefined {
  const files = filesOf(events);
  if (files.length > 0) return `The code left ${files.slice(0, FILES_NAMED_MAX).map(named).join(", ")}${more(files.length)}.`;
  const value = printed(events);
  return value === undefined || plain(said).includes(plain(value)) ? undefined : `The code printed ${asCode(value)}.`;
}

/** What the last code run says at its end; nothing of one that failed. */
function printed(events: readonly RunEvent[]): string | undefined {
  const last = events.findLast((event) => event.type === "code.ran" && event.outcome !== "rejected");
  if (last?.type !== "code.ran" || last.outcome !== "ok") return undefined;
  return last.output.trim().split("\n").at(-1)?.trim() || undefined;
}

/** Each name once: a file that was written again is the later one. */
function filesOf(events: readonly RunEvent[]): readonly FileRef[] {
  const files = new Map<string, FileRef>();
  for (const event of events) if (makesFiles(event)) for (const file of event.files ?? []) files.set(file.name, file);
  return [...files.values()];
}

const VALUE_CHARS_SHOWN = 160;
const FILES_NAMED_MAX = 5;
const FILE_NAME_CHARS = 60;

const more = (count: number): string => (count > FILES_NAMED_MAX ? ` and ${count - FILES_NAMED_MAX} more` : "");
const named = ({ name, bytes }: FileRef): string => `${asCode(safeLine(name, FILE_NAME_CHARS))} (${size(bytes)})`;
const asCode = (text: string): string => `\`${safeMrkdwn(safeLine(text.replaceAll("`", "'"), VALUE_CHARS_SHOWN))}\``;
const plain = (text: string): string => text.replaceAll(/[\s`*_]+/g, " ").toLowerCase();
