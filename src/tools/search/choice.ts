import { brave } from "./brave.ts";
import { exa } from "./exa.ts";
import type { SearchAt, SearchProvider } from "./provider.ts";
import { searxng } from "./searxng.ts";
import { tavily } from "./tavily.ts";

/** By name, in the order in which they are taken where the team file names none. */
export const PROVIDERS = { brave, tavily, exa, searxng } as const satisfies { readonly [name: string]: SearchProvider };
export type ProviderName = keyof typeof PROVIDERS;
export const PROVIDER_NAMES = Object.keys(PROVIDERS) as readonly ProviderName[];

/** The variable that holds the address of a SearXNG, where the team file has none. */
const SEARXNG_URL = "SEARXNG_URL";

/** What the team file says of who is asked. */
export interface SearchSettings {
  readonly provider?: ProviderName | undefined;
  readonly apiKeyEnv?: string | undefined;
  readonly url?: string | undefined;
}

export type Variables = { readonly [name: string]: string | undefined };

/** Who is asked and where; or what is missing for that, as a sentence for whoever runs Parley, and the variables of which one is enough. */
type Choice =
  | { readonly provider: SearchProvider; readonly at: SearchAt; readonly keyEnv: string | undefined }
  | { readonly missing: string; readonly variables: readonly string[] };

/** The one that the team file names; else the first for which this environment has what it needs. */
export function chosen({ provider: name, apiKeyEnv, url }: SearchSettings, variables: Variables): Choice {
  const candidates = (name === undefined ? PROVIDER_NAMES : [name]).map((one) => candidate(PROVIDERS[one], apiKeyEnv, url, variables));
  const ready = candidates.find((one) => "provider" in one);
  if (ready) return ready;
  const wanted = candidates.flatMap((one) => ("wants" in one ? [one] : []));
  return {
    missing: `there is nothing to search with: put ${wanted.map(({ wants }) => wants).join(", or ")} into the environment or into .env.`,
    variables: wanted.map(({ variable }) => variable),
  };
}

function candidate(
  provider: SearchProvider,
  apiKeyEnv: string | undefined,
  url: string | undefined,
  variables: Variables,
): Extract<Choice, { provider: SearchProvider }> | { readonly wants: string; readonly variable: string } {
  const keyEnv = provider.key && (apiKeyEnv ?? provider.key.env);
  const key = keyEnv === undefined ? undefined : variables[keyEnv]?.trim();
  const where = url ?? provider.url ?? variables[SEARXNG_URL]?.trim();
  if (provider.key && keyEnv !== undefined && !isKey(key))
    return {
      wants: `${keyEnv} (a key of ${provider.name}, from ${provider.key.from}${key ? "; what is there now is none" : ""})`,
      variable: keyEnv,
    };
  if (!where || !isAddress(where))
    return {
      wants: `${SEARXNG_URL} (the address of your ${provider.name}, such as http://localhost:8080${where ? "; what is there now is none" : ""})`,
      variable: SEARXNG_URL,
    };
  return { provider, at: { url: where.replace(/\/$/, ""), key }, keyEnv };
}

/** The variables that hold a secret, as these settings say. */
export function keyVariables({ provider: name, apiKeyEnv }: SearchSettings): readonly string[] {
  return (name === undefined ? PROVIDER_NAMES : [name]).flatMap((one) => {
    const { key }: SearchProvider = PROVIDERS[one];
    return key ? [apiKeyEnv ?? key.env] : [];
  });
}

/** What can stand in a header. */
const isKey = (text: string | undefined): boolean => /^[\x21-\x7E]+$/.test(text ?? "");

const isAddress = (text: string): boolean => /^https?:$/.test(URL.parse(text)?.protocol ?? "");
