import type { Json, State } from "../state/state.ts";

/** `<@U…>`, `<#C…|name>`, `<https://…>`: what Slack's text puts between angle brackets. */
const TOKEN = /<(?:@([UW][A-Z0-9]+)(?:\|[^<>]*)?|#([CG][A-Z0-9]+)(?:\|[^<>]*)?|(https?:\/\/[^<>|\s]+)(?:\|([^<>]*))?)>/g;

/**
 * What a person typed, as Slack stores it: `&`, `<` and `>` escaped, `@Maria` and `#general` made references, addresses put in brackets.
 * References already written as `<@U…>` or `<#C…>` stay when `keepReferences` is set (for tests; people cannot type them).
 */
export function typedText(state: State, typed: string, options: { readonly keepReferences: boolean }): string {
  if (!options.keepReferences) return linkNames(state, escapeText(typed));
  let text = "";
  let from = 0;
  for (const match of typed.matchAll(TOKEN)) {
    text += linkNames(state, escapeText(typed.slice(from, match.index))) + match[0];
    from = match.index + match[0].length;
  }
  return text + linkNames(state, escapeText(typed.slice(from)));
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function linkNames(state: State, text: string): string {
  return text.replace(
    /https?:\/\/[^\s<>|]+|(?<![\w@])@([\p{L}\p{N}_.-]+)|(?<![\w#&])#([\p{L}\p{N}_-]+)/gu,
    (whole: string, person?: string, channel?: string) => {
      if (person !== undefined) {
        // "@Maria." and "@parley-" mean Maria and parley: the longest name that fits, and the rest is text.
        for (let length = person.length; length > 0; length -= 1) {
          const name = person.slice(0, length).toLowerCase();
          const user = [...state.users.values()].find((candidate) => candidate.name.toLowerCase() === name);
          if (user && !/^[\p{L}\p{N}_]/u.test(person.slice(length))) return `<@${user.id}>${person.slice(length)}`;
        }
        return whole;
      }
      if (channel !== undefined) {
        const found = [...state.channels.values()].find((candidate) => candidate.kind !== "im" && candidate.name === channel);
        return found ? `<#${found.id}|${found.name}>` : whole;
      }
      return linkAddress(whole);
    },
  );
}

/** The full stop after an address is not part of it. */
function linkAddress(address: string): string {
  const end = /(?<![.,;:!?)'"])[.,;:!?)'"]*$/.exec(address)?.index ?? address.length;
  return `<${address.slice(0, end)}>${address.slice(end)}`;
}

export function mentionsUser(text: string, userId: string): boolean {
  return [...text.matchAll(TOKEN)].some((match) => match[1] === userId);
}

/** The rich text that Slack makes of what a person typed: references and links apart, the rest as text. */
export function richText(text: string): Json {
  const elements: Json[] = [];
  let from = 0;
  const plain = (part: string): void => {
    if (part !== "") elements.push({ type: "text", text: unescapeText(part) });
  };
  for (const match of text.matchAll(TOKEN)) {
    plain(text.slice(from, match.index));
    const [whole, user, channel, url, label] = match;
    if (user !== undefined) elements.push({ type: "user", user_id: user });
    else if (channel !== undefined) elements.push({ type: "channel", channel_id: channel });
    else if (url !== undefined)
      elements.push({ type: "link", url: unescapeText(url), ...(label === undefined ? {} : { text: unescapeText(label) }) });
    from = match.index + whole.length;
  }
  plain(text.slice(from));
  return { type: "rich_text", block_id: "rich", elements: [{ type: "rich_text_section", elements }] };
}

function unescapeText(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
