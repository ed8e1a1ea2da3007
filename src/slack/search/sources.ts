import type { RunEvent, Source } from "../../engine/events/events.ts";
import type { Translator } from "../language/translator.ts";
import { safeLine, safeMrkdwn } from "../words/escape.ts";

/** A line of small print; the transcript has all. */
const SOURCES_MAX = 5;
const TITLE_CHARS_MAX = 80;

/**
 * Where what an agent says was found, in mrkdwn, for the line under its words; nothing where it has looked nowhere. Of all that it was given,
 * those that its words link to; what it has looked at, where they link to none.
 */
export function sourcesLine(t: Translator, agent: string, events: readonly RunEvent[], words: string): string | undefined {
  const given = events.flatMap((event) => (event.type === "tool.returned" && event.agent === agent ? (event.sources ?? []) : []));
  const all = [...new Map(given.map((source) => [source.link, source])).values()].flatMap((source) => linked(source) ?? []);
  if (all.length === 0) return undefined;
  const used = all.filter(({ link }) => isNamed(words, link));
  const shown = (used.length > 0 ? used : all).map(({ mrkdwn }) => mrkdwn);
  const rest = shown.length - SOURCES_MAX;
  const some = shown.slice(0, SOURCES_MAX).join(", ");
  const links = rest > 0 ? t("turns.text.andMore", { links: some, count: t.number(rest) }) : some;
  return used.length > 0 ? t("turns.text.sources", { links }) : t("turns.text.found", { links });
}

/** Nothing of an address that could end its own link. */
function linked({ title, link }: Source): { readonly link: string; readonly mrkdwn: string } | undefined {
  const url = URL.parse(link);
  if (!url || !/^https?:$/.test(url.protocol)) return undefined;
  const address = url.href.replaceAll(/[<>|\s]/g, encodeURIComponent).replaceAll("&", "&amp;");
  return { link, mrkdwn: `<${address}|${safeMrkdwn(safeLine(title.replaceAll("|", " "), TITLE_CHARS_MAX))}>` };
}

/** A longer address that begins the same is another one. */
function isNamed(words: string, link: string): boolean {
  for (let at = words.indexOf(link); at >= 0; at = words.indexOf(link, at + 1)) {
    if (!/^[\w/?=&#%-]/.test(words.slice(at + link.length))) return true;
  }
  return false;
}
