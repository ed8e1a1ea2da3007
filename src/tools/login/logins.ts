import { createHash, randomBytes } from "node:crypto";
import type { StoredOAuthClientInformation } from "@modelcontextprotocol/client";
import type { Clock } from "../../engine/clock.ts";
import { type LoginFetch, loginFetch } from "./login-fetch.ts";
import { begin, type Begun, finish, type Given, type LoginServer, renew, revoke } from "./oauth.ts";
import type { LoginKey, Vault } from "./vault.ts";

/** The login of one owner for one server, as its requests use it. */
export interface OwnLogin {
  /** The token that goes with a request; nothing where there is none that works. Renewed when it is about to run out. */
  token(): Promise<string | undefined>;
  /** The server has refused this token: another one, if there is one. One is renewed once, whoever asks. */
  insteadOf(refused: string): Promise<string | undefined>;
  /** Takes what is secret of it out of a text. */
  hide(text: string): string;
}

/** A login that somebody is to give. */
export interface Wanted {
  readonly key: LoginKey;
  /** In the words of the page: whose it will be, and who may use it. */
  readonly person: string;
  /** What waits for it, for whoever is told. */
  readonly about: string;
}

export interface Logins {
  of(key: LoginKey): OwnLogin;
  /** The address of the page on which it is given, good once and for {@link OFFER_MINUTES}; nothing where no browser comes in. */
  offer(wanted: Wanted): Promise<string | undefined>;
  /** Whether a browser can come in. */
  readonly isOpen: boolean;
  list(workspace: string, owner: string): ReturnType<Vault["list"]>;
  /** Takes it away at once, and tells its server so; whether there was one. */
  withdraw(key: LoginKey): Promise<boolean>;
  /** The page's next steps; each rejects with words for the person. */
  readonly steps: LoginSteps;
}

export interface LoginSteps {
  /** For whom a ticket is. */
  offered(ticket: string): Promise<Wanted | undefined>;
  /** Where its login is given, and what the browser has to bring along when it comes back. Nothing where the ticket is used up. */
  begin(ticket: string): Promise<{ readonly address: URL; readonly browser: string } | undefined>;
  /** The browser is back. */
  back(answer: {
    readonly state: string;
    readonly browser: string;
    readonly code?: string;
    readonly iss?: string;
    readonly error?: string;
  }): Promise<Back>;
}

export type Back = { readonly kind: "given" | "refused"; readonly wanted: Wanted } | { readonly kind: "unknown" };

export interface LoginsParts {
  readonly vault: Vault;
  /** Alone with a key, of all processes. */
  readonly exclusively: <Value>(key: string, job: () => Promise<Value>) => Promise<Value>;
  readonly serverOf: (name: string) => LoginServer | undefined;
  /** Where browsers come in, without a slash at its end; nothing while none can. */
  readonly address: () => string | undefined;
  /** Somebody has given a login that was waited for, or said no. */
  readonly onBack: (wanted: Wanted, kind: "given" | "refused") => Promise<void>;
  readonly clock: Clock;
  readonly log: (problem: string, error?: unknown) => void;
}

export const LOGIN_PATH = "/logins";
const OFFER_MINUTES = 10; // For a person who has just asked; then it is offered anew.
/** Renewed so early that what is under way does not meet its end. */
const RENEW_BEFORE_MS = 60_000;
const TICKET_BYTES = 32;

export function createLogins(parts: LoginsParts): Logins {
  const { vault, clock, log } = parts;
  const now = () => clock.now();
  const fetches = new Map<string, Promise<LoginFetch>>();
  const fetchTo = (url: string): Promise<LoginFetch> => {
    const known = fetches.get(url) ?? loginFetch(url, { clock });
    fetches.set(url, known);
    return known;
  };
  const redirectUrl = () => `${parts.address() ?? ""}${LOGIN_PATH}/back`;
  const around = async (server: LoginServer) => ({
    redirectUrl: redirectUrl(),
    metadataUrl: `${parts.address() ?? ""}${LOGIN_PATH}/client.json`,
    fetch: await fetchTo(server.url),
    now,
  });
  const open = async <Value>(key: LoginKey): Promise<Value | undefined> => {
    const text = await vault.get(key);
    return text === undefined ? undefined : (JSON.parse(text) as Value);
  };
  const serverOf = (name: string): LoginServer => {
    const server = parts.serverOf(name);
    if (!server) throw new Error(`the server "${name}" is not in the team file any more`);
    return server;
  };

  /** For all who ask at the same time, in this process and in others: who comes second finds what the first was given. */
  const renewed = (key: LoginKey, refused: string): Promise<Given | undefined> =>
    parts.exclusively(`login/${JSON.stringify(key)}`, async () => {
      const given = await open<Given>(key);
      if (!given || given.tokens.access_token !== refused) return given;
      const next = await renew(given, await around(serverOf(key.server)));
      if (next) await vault.put(key, JSON.stringify(next));
      else {
        await vault.remove(key);
        log(`the login of ${key.owner} for "${key.server}" has run out, and cannot be renewed; it has to be given again`);
      }
      return next;
    });

  function of(key: LoginKey): OwnLogin {
    /** What it was given in this process: a server may send it back. */
    const secrets = new Set<string>();
    const known = (given: Given | undefined): Given | undefined => {
      for (const secret of given ? [given.tokens.access_token, given.tokens.refresh_token, given.client.client_secret] : [])
        if (secret !== undefined && secret.length >= SECRET_CHARS_MIN) secrets.add(secret);
      return given;
    };
    const insteadOf = async (refused: string): Promise<string | undefined> => {
      try {
        return known(await renewed(key, refused))?.tokens.access_token;
      } catch (error) {
        log(`the login of ${key.owner} for "${key.server}" could not be renewed now; it is tried again with the next call`, hidden(error));
        return undefined;
      }
    };
    const hide = (text: string): string => [...secrets].reduce((rest, secret) => rest.replaceAll(secret, "[login]"), text);
    const hidden = (error: unknown): Error => new Error(hide(error instanceof Error ? error.message : String(error)));
    return {
      async token() {
        const given = known(await open<Given>(key));
        if (!given) return undefined;
        const { tokens, expiresAt = Infinity } = given;
        if (expiresAt - now() > RENEW_BEFORE_MS) return tokens.access_token;
        const next = tokens.refresh_token === undefined ? undefined : await insteadOf(tokens.access_token);
        return next ?? (expiresAt > now() ? tokens.access_token : undefined);
      },
      insteadOf,
      hide,
    };
  }

  const steps: LoginSteps = {
    offered: async (ticket) => (await open<{ readonly wanted: Wanted }>(pendingKey(ticket)))?.wanted,
    async begin(ticket) {
      const offered = await open<{ readonly wanted: Wanted }>(pendingKey(ticket));
      if (!offered || !(await vault.remove(pendingKey(ticket)))) return undefined;
      const { key } = offered.wanted;
      const server = serverOf(key.server);
      const [state, browser] = [newTicket(), newTicket()];
      const entered = { workspace: "", server: key.server, owner: `client/${digest(JSON.stringify([server.url, redirectUrl()]))}` };
      const known = await open<StoredOAuthClientInformation>(entered);
      const { address, ...begun } = await begin(server, { state, known }, await around(server));
      if (!server.client) await vault.put(entered, JSON.stringify(begun.client));
      const pending: Pending = { wanted: offered.wanted, begun, browser: digest(browser) };
      await vault.put(pendingKey(state), JSON.stringify(pending), now() + OFFER_MINUTES * 60_000);
      return { address, browser };
    },
    async back({ state, browser, code, iss, error }) {
      const pending = await open<Pending>(pendingKey(state));
      // Whoever was sent the address of the login's page has another browser than the one in which it was begun.
      if (!pending || pending.browser !== digest(browser) || !(await vault.remove(pendingKey(state)))) return { kind: "unknown" };
      const { wanted, begun } = pending;
      if (code === undefined || error !== undefined) {
        await parts.onBack(wanted, "refused");
        return { kind: "refused", wanted };
      }
      const server = serverOf(wanted.key.server);
      const given = await finish(server, { begun, code, iss }, await around(server));
      await vault.put(wanted.key, JSON.stringify(given));
      await parts.onBack(wanted, "given");
      return { kind: "given", wanted };
    },
  };

  return {
    of,
    steps,
    get isOpen() {
      return parts.address() !== undefined;
    },
    async offer(wanted) {
      const address = parts.address();
      if (address === undefined) return undefined;
      await vault.dropExpired(now());
      const ticket = newTicket();
      await vault.put(pendingKey(ticket), JSON.stringify({ wanted }), now() + OFFER_MINUTES * 60_000);
      return `${address}${LOGIN_PATH}/${ticket}`;
    },
    list: (workspace, owner) => vault.list(workspace, owner),
    async withdraw(key) {
      const given = await open<Given>(key);
      if (!(await vault.remove(key))) return false;
      const server = parts.serverOf(key.server);
      if (given && server)
        await revoke(given, { fetch: await fetchTo(server.url) }).catch((error: unknown) =>
          log(
            `the server of the login for "${key.server}" could not be told that it was withdrawn`,
            new Error(of(key).hide(String(error))),
          ),
        );
      return true;
    },
  };
}

interface Pending {
  readonly wanted: Wanted;
  readonly begun: Begun;
  /** What the browser has to bring along, as a digest. */
  readonly browser: string;
}

/** Shorter ones stand in words by chance. */
const SECRET_CHARS_MIN = 8;
const newTicket = (): string => randomBytes(TICKET_BYTES).toString("base64url");
const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
/** What is kept cannot be opened as an address. */
const pendingKey = (ticket: string): LoginKey => ({ workspace: "", server: "", owner: `pending/${digest(ticket)}` });
