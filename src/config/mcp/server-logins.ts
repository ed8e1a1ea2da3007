import type { Person } from "../../engine/events/events.ts";
import type { Logins, OwnLogin } from "../../tools/login/logins.ts";
import type { LoginServer } from "../../tools/login/oauth.ts";
import { type LoginKey, loginKey, type LoginShare } from "../../tools/login/vault.ts";
import { MCP_DEFAULTS, type McpDeps } from "../../tools/mcp/settings.ts";
import { addressOf } from "../../tools/mcp/variables.ts";
import type { McpToolSettings, ToolSettings } from "../schema/tools.ts";

/** For whom a server is spoken to: the thread, and who has begun its run. */
interface ForWhom {
  readonly thread: string;
  readonly person?: Person | undefined;
}

/** With whose logins the servers of the settings are spoken to. */
export interface ServerLogins {
  /** Whose login it would be; nothing where none goes with the server's requests. */
  of(name: string, tool: McpToolSettings, whom: ForWhom): LoginKey | undefined;
  /** Whether that login is there now. */
  isHeld(name: string, tool: McpToolSettings, whom: ForWhom): Promise<boolean>;
  /** Whether somebody can give it, by a browser. */
  canBeGiven(name: string, tool: McpToolSettings, whom: ForWhom): boolean;
  /** What a session is opened with that speaks with this login, or goes without it until somebody has given it. */
  inSession(login: LoginKey, isHeld: boolean): { readonly login?: OwnLogin; readonly isLoggedIn?: boolean };
}

/** `logins`: absent where nobody can give one. */
export function serverLogins({
  logins,
  workspaceOf,
  scopeOf,
}: {
  readonly logins: Pick<Logins, "of" | "isOpen"> | undefined;
  readonly workspaceOf: (thread: string) => string;
  readonly scopeOf: (thread: string) => string;
}): ServerLogins {
  function of(name: string, tool: McpToolSettings, { thread, person }: ForWhom): LoginKey | undefined {
    const share = shareOf(tool);
    if (!logins || !takesLogin(tool) || share === "none" || (share === "person" && !person)) return undefined;
    return loginKey({ server: name, share }, { workspace: workspaceOf(thread), scope: scopeOf(thread), person: person?.id ?? "" });
  }

  return {
    of,
    async isHeld(name, tool, whom) {
      const login = of(name, tool, whom);
      return login !== undefined && (await logins?.of(login).token()) !== undefined;
    },
    canBeGiven: (name, tool, whom) => logins?.isOpen === true && of(name, tool, whom) !== undefined,
    inSession: (login, isHeld) => (logins ? { login: isHeld ? logins.of(login) : NOT_HELD, isLoggedIn: isHeld } : {}),
  };
}

/** Of a session that goes without, until somebody has given one. */
const NOT_HELD: OwnLogin = { token: async () => undefined, insteadOf: async () => undefined, hide: (text) => text };

export const shareOf = ({ login = MCP_DEFAULTS.login }: McpToolSettings): LoginShare | "none" => (login === "channel" ? "place" : login);

/** Whether logins can go with its requests: where the team file says what does, it is that alone. */
const takesLogin = ({ url, headers, headersEnv }: McpToolSettings): boolean =>
  url !== undefined &&
  ![...Object.keys(headers ?? {}), ...Object.keys(headersEnv ?? {})].some((name) => name.toLowerCase() === "authorization");

/** The server as its logins see it; nothing of one that takes none. */
export function loginServerOf(name: string, tool: ToolSettings | undefined, env: McpDeps["env"]): LoginServer | undefined {
  if (tool?.kind !== "mcp" || tool.url === undefined || !takesLogin(tool)) return undefined;
  const id = env[tool.loginClientEnv ?? ""]?.trim();
  const secret = env[tool.loginSecretEnv ?? ""]?.trim();
  return {
    name,
    url: addressOf({ url: tool.url }, env).value,
    scopes: tool.loginScopes,
    ...(id ? { client: { id, secret } } : {}),
  };
}

/** For agents: why the server's tools are not there. `canBe`: whether somebody can give the login. */
export const notConnected = (server: string, share: LoginShare, canBe: boolean): string =>
  `The tools of "${server}" cannot be had now: ${share === "person" ? "the person who asks has not" : "nobody here has"} connected it. ${canBe ? "They are asked for it once in each run." : "No browser can come in here to do so."} Go on without.`;
