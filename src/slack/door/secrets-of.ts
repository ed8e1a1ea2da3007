import type { InstalledSettings } from "../install/many-workspaces.ts";
import type { SlackSettings } from "../slack.ts";

/** Beside what the environment says, not in its place: a secret that is not in use is one all the same. */
export function secretsOf(
  slack: SlackSettings | (InstalledSettings & { readonly tokenKeys: readonly Uint8Array[] }) | undefined,
): Readonly<Record<string, string | undefined>> {
  if (!slack) return {};
  const door = { APP_TOKEN: slack.appToken, SIGNING_SECRET: slack.http?.signingSecret };
  if (!("oauth" in slack)) return { ...door, BOT_TOKEN: slack.botToken };
  const keys = slack.tokenKeys.map((key, index) => [`SEAL_${index}_KEY`, Buffer.from(key).toString("base64")] as const);
  const { clientSecret, stateSecret } = slack.oauth;
  return { ...door, ...Object.fromEntries(keys), CLIENT_SECRET: clientSecret, STATE_SECRET: stateSecret };
}
