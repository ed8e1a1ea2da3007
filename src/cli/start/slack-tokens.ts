/** What tokens of Slack begin with, and what each of them is. https://docs.slack.dev/authentication/tokens */
const KINDS: readonly (readonly [prefix: string, kind: string])[] = [
  ["xoxb-", "a bot's token, which goes into SLACK_BOT_TOKEN"],
  ["xapp-", "an app-level token, which goes into SLACK_APP_TOKEN"],
  ["xoxp-", "a person's token"],
  ["xoxe", "a token that runs out, since token rotation is on; only an installation by OAuth renews those (docs/install.md)"],
];

/** Why Slack would not take it for a token that begins with `prefix`; nothing where it may. What is in it is not told. */
export function tokenTrouble(token: string, prefix: "xapp-" | "xoxb-"): string | undefined {
  if (!token.startsWith(prefix)) {
    const [, kind = "another kind of token"] = KINDS.find(([begin]) => token.startsWith(begin)) ?? [];
    return `does not begin with ${prefix}, so it is ${kind}`;
  }
  // In a header; what is left of an example, such as xoxb-…, is not.
  return /^[\x21-\x7e]+$/.test(token) ? undefined : "has characters that no token has";
}

/** Why it is no signing secret; nothing where it may be one. Slack's have 32 digits. */
export const secretTrouble = (secret: string): string | undefined =>
  /^[0-9a-f]{20,}$/i.test(secret) ? undefined : "is not a signing secret, which is made of the digits 0 to 9 and a to f";

/** Which app an app-level token is of: its id stands in it. Nothing where Slack writes it otherwise one day. */
export const appOf = (token: string): string | undefined => /^xapp-\d+-(A[A-Z0-9]{5,})-/.exec(token)?.[1];
