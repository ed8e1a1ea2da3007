import type { Env } from "../../config/env.ts";
import type { Installation } from "../../parley.ts";
import { checkAppToken } from "./slack.ts";
import type { Finding } from "./finding.ts";
import { oauthMistakes, readOAuth } from "../start/oauth-door.ts";

/** More are counted: whoever runs for so many workspaces looks into the database. */
const INSTALLATIONS_LISTED_MAX = 50;

/** Whether the app can be installed into many workspaces: what OAuth and the encryption of tokens need, and how Slack comes in. */
export async function* checkOAuth(env: Env): AsyncGenerator<Finding, void, void> {
  const mistakes = oauthMistakes(env);
  for (const { path, message } of mistakes) yield { grade: "fail", thing: path, message };
  if (mistakes.length === 0) {
    const { tokenKeys } = readOAuth(env);
    const keys = tokenKeys.length === 1 ? "one key" : `${tokenKeys.length} keys, of which the first encrypts`;
    yield { grade: "ok", thing: "OAuth", message: `the app can be installed at /slack/install; tokens are encrypted with ${keys}` };
  }
  yield* checkAppToken(env);
}

const NONE = "none yet; parley start says where /slack/install is";

/** Each installation and its state, and whether the keys open its token. */
export async function* checkInstallations(env: Env, path: string): AsyncGenerator<Finding, void, void> {
  const thing = "installation";
  const { isStoreThere, readStore } = await import("../../parley.ts");
  try {
    if (!(await isStoreThere(path))) return yield { grade: "ok", thing, message: NONE };
    const reader = await readStore(path);
    const keys = oauthMistakes(env).some((mistake) => mistake.path === "PARLEY_TOKEN_KEY") ? [] : readOAuth(env).tokenKeys;
    const found = await reader.installations(keys);
    await reader.close();
    if (found.length === 0) yield { grade: "ok", thing, message: NONE };
    for (const one of found.slice(0, INSTALLATIONS_LISTED_MAX)) yield { thing, ...stateOf(one) };
    if (found.length > INSTALLATIONS_LISTED_MAX)
      yield { grade: "ok", thing, message: `and ${found.length - INSTALLATIONS_LISTED_MAX} more` };
  } catch (error) {
    yield { grade: "fail", thing, message: error instanceof Error ? error.message : String(error) };
  }
}

type Found = Installation & { readonly opens: boolean };

function stateOf({ id, name, isOrg, state, why, at, expiresAt, opens }: Found): Pick<Finding, "grade" | "message"> {
  const who = `${name} (${id}${isOrg ? ", the whole organisation" : ""})`;
  if (state === "removed") return { grade: "ok", message: `${who} has removed the app on ${at.slice(0, 10)}; its runs wait` };
  if (!opens)
    return {
      grade: "fail",
      message: `${who}: its token does not open with PARLEY_TOKEN_KEY; put the key that sealed it behind the new one, with a comma.`,
    };
  if (state === "refused")
    return {
      grade: "warn",
      message: `${who} is not let in since ${at} (${why}); it is tried at the next start. Let it be installed again.`,
    };
  return {
    grade: "ok",
    message: `${who} since ${at.slice(0, 10)}${expiresAt === undefined ? "" : `, token until ${new Date(expiresAt).toISOString()}`}`,
  };
}
