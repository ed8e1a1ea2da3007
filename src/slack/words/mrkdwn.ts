/** What Slack calls people and channels in a text, as the agents read it. */
export interface Naming {
  /** The bot's own user id: its mentions are taken out, they are the address and not the letter. */
  readonly bot: string;
  readonly nameOf: (user: string) => Promise<string>;
  /** Without the hash; `undefined` for one that not everybody may know. */
  readonly channelNameOf: (channel: string) => Promise<string | undefined>;
}

/** Different people, and channels, named in one text; the rest stay ids. Each is a call to Slack the first time. */
const NAMED_MAX = 30;

/**
 * Slack's mrkdwn as plain text: mentions as @names, channels as #names, links as addresses, entities decoded once, the bot's own mention
 * removed where it is an address, and a name like any other where it is only shown.
 */
export async function plainText(mrkdwn: string, naming: Naming): Promise<string> {
  const text = withoutMention(mrkdwn, naming.bot);
  const [people, channels] = await Promise.all([
    named(text, PERSON, naming.nameOf),
    named(text, NAMELESS_CHANNEL, async (channel) => (await naming.channelNameOf(channel)) ?? channel),
  ]);
  return read(text, { people, channels });
}

/** The same without asking for names: enough to see what a message wants. */
export function bareText(mrkdwn: string, bot: string): string {
  return read(withoutMention(mrkdwn, bot), { people: new Map(), channels: new Map() });
}

/** Whether somebody is spoken to (`spoken`), or their mention only shown, in code or in a quotation (`shown`). */
export type MentionKind = "spoken" | "shown" | "none";

export function mentionIn(mrkdwn: string, user: string): MentionKind {
  const own = [...mrkdwn.matchAll(PERSON)].filter(([, one]) => one === user);
  if (own.length === 0) return "none";
  const isShown = shownIn(mrkdwn);
  return own.every(({ index }) => isShown(index)) ? "shown" : "spoken";
}

const PERSON = /<@([A-Z0-9]{1,40})(?:\|[^<>]{0,200})?>/g;
const NAMELESS_CHANNEL = /<#([A-Z0-9]{1,40})\|?>/g;
const CODE = /```[^]*?```|`[^`\n]+`/g;
/** A token, or an entity. Read in one pass, so that nothing is decoded twice. */
const PART = /<([^<>\n]{1,8000})>|&(?:lt|gt|amp);/g;

interface Names {
  readonly people: ReadonlyMap<string, string>;
  readonly channels: ReadonlyMap<string, string>;
}

async function named(text: string, tokens: RegExp, nameOf: (id: string) => Promise<string>): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set([...text.matchAll(tokens)].map(([, id = ""]) => id))].slice(0, NAMED_MAX);
  return new Map(await Promise.all(ids.map(async (id) => [id, await nameOf(id)] as const)));
}

/** Whether what stands at an index is shown and not said: in code, in a quoted line, or behind `>>>`. */
function shownIn(mrkdwn: string): (index: number) => boolean {
  const shown = [...mrkdwn.matchAll(CODE)].map((code) => ({ from: code.index, to: code.index + code[0].length }));
  const inCode = (index: number): boolean => shown.some(({ from, to }) => from <= index && index < to);
  const quotes = [...mrkdwn.matchAll(/^(?:&gt;|>)(?:(?:&gt;|>){2}[^]*|[^\n]*)/gm)].filter(({ index }) => !inCode(index));
  const all = [...shown, ...quotes.map((quote) => ({ from: quote.index, to: quote.index + quote[0].length }))];
  return (index) => all.some(({ from, to }) => from <= index && index < to);
}

function withoutMention(mrkdwn: string, bot: string): string {
  if (!mrkdwn.includes(`<@${bot}`)) return mrkdwn;
  const isShown = shownIn(mrkdwn);
  return mrkdwn.replaceAll(ADDRESS, (all, before: string, marks: string, user: string, closing: string, behind: string, index: number) => {
    // "@parley's plan" tells of it, and is no address; "@parley 'quick'" is one.
    const isOfIt = behind === "" && OF_IT.test(mrkdwn.slice(index + all.length, index + all.length + 2));
    if (user !== bot || isShown(index + all.indexOf("<")) || isOfIt) return all;
    const isClosed = closing.length > 0 && closing === marks.split("").toReversed().join("");
    const kept = isClosed ? "" : marks + closing;
    const isFirst = index === 0 || mrkdwn[index - 1] === "\n" || before === "\n";
    return (before === "\n" ? before : "") + kept + (isFirst || (kept !== "" && marks !== "") ? "" : behind);
  });
}

const OF_IT = /^['’]\p{L}/u;
/** A mention with the marks that make it bold, and the blanks around it. */
const ADDRESS = /([ \n]?)([*_~]{0,3})<@([A-Z0-9]{1,40})(?:\|[^<>]{0,200})?>[,:]?([*_~]{0,3})[,:]?( ?)/g;

const read = (mrkdwn: string, names: Names): string =>
  mrkdwn.replaceAll(PART, (part, token?: string) => (token === undefined ? decoded(part) : readToken(token, names))).trim();

function readToken(token: string, { people, channels }: Names): string {
  const bar = token.indexOf("|");
  const target = decoded(bar < 0 ? token : token.slice(0, bar));
  const label = bar < 0 ? "" : decoded(token.slice(bar + 1));
  const id = target.slice(1);
  switch (target[0]) {
    case "@":
      return `@${people.get(id) ?? (label || id)}`;
    case "#":
      return `#${label || (channels.get(id) ?? id)}`;
    case "!":
      return readSpecial(id, label);
    default:
      return readLink(target, label);
  }
}

/** `here`, `channel`, `everyone`, a group of people, or a date with what stands in its place. */
function readSpecial(command: string, label: string): string {
  const [word = "", id = ""] = command.split("^");
  if (word === "date") return label || dateOf(id);
  return `@${(label || (word === "subteam" ? id : word)).replace(/^@/, "")}`;
}

/** Slack writes a date as each reader's clock has it; agents have none. */
const dateOf = (seconds: string): string =>
  /^\d{1,11}$/.test(seconds) ? `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 16).replace("T", " ")} UTC` : seconds;

/** What Slack takes for a link by itself, such as a file's name, it gives a scheme that nobody has typed. */
function readLink(address: string, label: string): string {
  if (label !== "" && address === `http://${label}`) return label;
  const bare = address.replace(/^(?:https?:\/\/|mailto:|tel:)/, "").replace(/\/$/, "");
  if (label === "" || label.replace(/^https?:\/\//, "").replace(/\/$/, "") === bare) return address.replace(/^(?:mailto|tel):/, "");
  return `${label} (${address})`;
}

const ENTITIES: { readonly [entity: string]: string } = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };
const decoded = (text: string): string => text.replaceAll(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity);
