/** What Slack calls people and channels in a text, as the agents read it. */
interface Naming {
  /** The bot's own user id: its mentions are taken out, they are the address and not the letter. */
  readonly bot: string;
  readonly nameOf: (user: string) => Promise<string>;
}

/** Different people named in one text; the rest stay ids. Each is a call to Slack the first time. */
const PEOPLE_NAMED_MAX = 30;

/** Slack's mrkdwn as plain text: mentions as @names, links as addresses, entities decoded, the bot's own mention removed. */
export async function plainText(mrkdwn: string, naming: Naming): Promise<string> {
  const people = new Map<string, string>();
  for (const [, user] of mrkdwn.matchAll(PERSON)) {
    if (user && user !== naming.bot && people.size < PEOPLE_NAMED_MAX) people.set(user, user);
  }
  await Promise.all([...people.keys()].map(async (user) => people.set(user, await naming.nameOf(user))));
  const text = withoutMention(mrkdwn, naming.bot).replaceAll(TOKEN, (_, token: string) => readToken(token, people));
  return decodeEntities(text).trim();
}

/** The same without asking for names: enough to see what a message wants. */
export function bareText(mrkdwn: string, bot: string): string {
  return decodeEntities(withoutMention(mrkdwn, bot).replaceAll(TOKEN, (_, token: string) => readToken(token, new Map()))).trim();
}

export const mentions = (mrkdwn: string, user: string): boolean => mrkdwn.includes(`<@${user}>`) || mrkdwn.includes(`<@${user}|`);

const PERSON = /<@([A-Z0-9]{1,40})(?:\|[^<>]{0,200})?>/g;
const TOKEN = /<([^<>\n]{1,8000})>/g;

function withoutMention(mrkdwn: string, bot: string): string {
  return mrkdwn.replaceAll(PERSON, (mention, user: string) => (user === bot ? "\u0000" : mention)).replaceAll(/ ?\u0000[,:]?/g, "");
}

function readToken(token: string, people: ReadonlyMap<string, string>): string {
  const bar = token.indexOf("|");
  const target = bar < 0 ? token : token.slice(0, bar);
  const label = bar < 0 ? "" : token.slice(bar + 1);
  switch (target[0]) {
    case "@":
      return `@${people.get(target.slice(1)) ?? (label || target.slice(1))}`;
    case "#":
      return `#${label || target.slice(1)}`;
    case "!":
      return label || `@${target.slice(1).split("^")[0] ?? ""}`;
    default:
      return readLink(target, label);
  }
}

function readLink(address: string, label: string): string {
  const bare = address.replace(/^(?:https?:\/\/|mailto:|tel:)/, "").replace(/\/$/, "");
  if (label === "" || label.replace(/^https?:\/\//, "").replace(/\/$/, "") === bare) return address.replace(/^(?:mailto|tel):/, "");
  return `${label} (${address})`;
}

const decodeEntities = (text: string): string => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
