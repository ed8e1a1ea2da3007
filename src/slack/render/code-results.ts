import type { FileRef, RunEvent } from "../../engine/events/events.ts";
import type { Translator } from "../language/translator.ts";
import { safeLine, safeMrkdwn } from "../words/escape.ts";
import { makesFiles } from "./log-reading.ts";

/**
 * What the code and the tools of a run came to, in one line of mrkdwn: the files, or where there are none the value that was printed last. `said`: words that people
 * read just above, in which a value need not be told again. `undefined` where there is nothing to tell.
 */
export function codeResults(t: Translator, events: readonly RunEvent[], said: string): string | undefined {
  const files = filesOf(events);
  if (files.length > 0) {
    const some = files
      .slice(0, FILES_NAMED_MAX)
      .map((file) => named(t, file))
      .join(", ");
    const more = files.length - FILES_NAMED_MAX;
    return more > 0 ? t("ends.text.codeLeftMore", { files: some, count: t.number(more) }) : t("ends.text.codeLeft", { files: some });
  }
  const value = printed(events);
  return value === undefined || plain(said).includes(plain(value)) ? undefined : t("ends.text.codePrinted", { value: asCode(value) });
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

const named = (t: Translator, { name, bytes }: FileRef): string => `${asCode(safeLine(name, FILE_NAME_CHARS))} (${t.size(bytes)})`;
const asCode = (text: string): string => `\`${safeMrkdwn(safeLine(text.replaceAll("`", "'"), VALUE_CHARS_SHOWN))}\``;
const plain = (text: string): string => text.replaceAll(/[\s`*_]+/g, " ").toLowerCase();
