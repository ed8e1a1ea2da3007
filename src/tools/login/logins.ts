import { createHash, randomBytes } from "node:crypto";
import type { StoredOAuthClientInformation } from "@modelcontextprotocol/client";
import type { Clock } from "../../engine/clock.ts";
import { loginFetch } from "./login-fetch.ts";
import { quoted } from "../result.ts";
import {
  begin,
  type Begun,
  finish,
  type Given,
  isUnknownThere,
  type LoginServer,
  renew,
  revoke,
  secretsIn,
  withoutSecrets,
} from "./oauth.ts";
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
  /** The id of the person who is to give it. */
  readonly giver: string;
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
  /** What a person has given, for whoever. */
  list(workspace: string, giver: string): ReturnType<Vault["list"]>;
  /** Takes it away at once, and tells its server so; whether there was one. */
  withdraw(key: LoginKey): Promise<boolean>;
  /** At the start: seals anew what an older key has sealed, and drops what has run out. */
  tidy(): Promise<void>;
  /** The page's next steps; each rejects with words for the person. */
  readonly steps: LoginSteps;
}

export interface LoginSteps {
  /** For whom a ticket is. */
  offered(ticket: string): Promise<Wanted | undefined>;
  /** Where its login is given, and what the browser has to bring along when it comes back. Nothing where the ticket is used up. */
  begin(ticket: string): Promise<{ readonly address: URL; readonly state: string; readonly browser: string } | undefined>;
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
/** Then Parley is entered at a login's server anew: where that has forgotten it, nobody could log in any more. */
const ENTERED_HOURS = 24;

export function createLogins(parts: LoginsParts): Logins {
  const { vault, clock, log } = parts;
  const now = () => clock.now();
  const expiring = () => ({ expiresAt: now() + OFFER_MINUTES * 60_000 });
  const redirectUrl = () => `${parts.address() ?? ""}${LOGIN_PATH}/back`;
  /** Under which is kept how Parley is known there. */
  const enteredAt = (url: string): LoginKey => ({
    workspace: "",
    server: "",
    owner: `client/${digest(JSON.stringify([url, redirectUrl()]))}`,
  });
  const around = async (server: Pick<LoginServer, "url">) => ({
    redirectUrl: redirectUrl(),
    metadataUrl: `${parts.address() ?? ""}${LOGIN_PATH}/client.json`,
    fetch: await loginFetch(server.url, { clock }),
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

  /** A token is for the server that it was given for: another one that is called so now is none of its business. */
  const givenFor = async (key: LoginKey): Promise<Given | undefined> => {
    const given = await open<Given>(key);
    return given && given.url === parts.serverOf(key.server)?.url ? given : undefined;
  };
  const alone = <Value>(key: LoginKey, job: () => Promise<Value>) => parts.exclusively(`login/${JSON.stringify(key)}`, job);

  /** For all who ask at the same time, in this process and in others: who comes second finds what the first was given. */
  const renewed = (key: LoginKey, refused: string): Promise<Given | undefined> =>
    alone(key, async () => {
      const given = await givenFor(key);
      if (!given || given.tokens.access_token !== refused) return given;
      const next = await renew(given, await around(given));
      if (!next) {
        await vault.remove(key);
        log(`the login of ${key.owner} for "${key.server}" has run out, and cannot be renewed; it has to be given again`);
        return undefined;
      }
      if (await vault.replace(key, JSON.stringify(next))) return next;
      // Withdrawn or forgotten meanwhile.
      await tellWithdrawn(key, next);
      return undefined;
    });

  const tellWithdrawn = async (key: LoginKey, given: Given): Promise<void> => {
    const { fetch } = await around(given);
    await revoke(given, { fetch }).catch((error: unknown) =>
      log(`the server of the login for "${key.server}" could not be told that it was withdrawn`, hidden(error, secretsIn(given))),
    );
  };

  function of(key: LoginKey): OwnLogin {
    /** What it was given in this process: a server may send it back. */
    const secrets = new Set<string>();
    const known = (given: Given | undefined): Given | undefined => {
      for (const secret of given ? secretsIn(given) : []) secrets.add(secret);
      return given;
    };
    const insteadOf = async (refused: string): Promise<string | undefined> => {
      try {
        return known(await renewed(key, refused))?.tokens.access_token;
      } catch (error) {
        log(
          `the login of ${key.owner} for "${key.server}" could not be renewed now; it is tried again with the next call`,
          hidden(error, secrets),
        );
        return undefined;
      }
    };
    return {
      async token() {
        const given = known(await givenFor(key));
        if (!given) return undefined;
        const { tokens, expiresAt = Infinity } = given;
        if (expiresAt - now() > RENEW_BEFORE_MS) return tokens.access_token;
        const next = tokens.refresh_token === undefined ? undefined : await insteadOf(tokens.access_token);
        return next ?? (expiresAt > now() ? tokens.access_token : undefined);
      },
      insteadOf,
      hide: (text) => withoutSecrets(text, secrets),
    };
  }

  /** Whoever waits is told; the login stands, whatever comes of that. */
  const tell = (wanted: Wanted, kind: "given" | "refused"): Promise<void> =>
    parts.onBack(wanted, kind).catch((error: unknown) => log("a run that waits for a login could not be told of it", error));

  const steps: LoginSteps = {
    offered: async (ticket) => (await open<{ readonly wanted: Wanted }>(keyOfLink(ticket)))?.wanted,
    async begin(ticket) {
      const offered = await open<{ readonly wanted: Wanted }>(keyOfLink(ticket));
      if (!offered || !(await vault.remove(keyOfLink(ticket)))) return undefined;
      const { key } = offered.wanted;
      const server = serverOf(key.server);
      const [state, browser] = [newTicket(), newTicket()];
      const entered = enteredAt(server.url);
      const known = await open<StoredOAuthClientInformation>(entered);
      const { address, ...begun } = await begin(server, { state, known }, await around(server)).catch((error: unknown) => {
        throw hidden(error, [server.client?.secret ?? ""]);
      });
      if (!server.client && begun.client !== known)
        await vault.put(entered, JSON.stringify(begun.client), { expiresAt: now() + ENTERED_HOURS * 3_600_000 });
      const pending: Pending = { wanted: offered.wanted, begun, browser: digest(browser) };
      await vault.put(keyOfState(state), JSON.stringify(pending), expiring());
      return { address, state, browser };
    },
    async back({ state, browser, code, iss, error }) {
      const pending = await open<Pending>(keyOfState(state));
      // Whoever was sent the address of the login's page has another browser than the one in which it was begun.
      if (!pending || pending.browser !== digest(browser) || !(await vault.remove(keyOfState(state)))) return { kind: "unknown" };
      const { wanted, begun } = pending;
      if (error === "access_denied") {
        await tell(wanted, "refused");
        return { kind: "refused", wanted };
      }
      // The run waits on, and its person can try again.
      if (code === undefined || error !== undefined) throw new Error(`the login's server says ${JSON.stringify(quoted(error ?? "", 100))}`);
      const given = await finish({ begun, code, iss }, await around(begun)).catch(async (problem: unknown) => {
        if (isUnknownThere(problem)) await vault.remove(enteredAt(begun.url));
        throw hidden(problem, [code, begun.verifier, begun.client.client_secret ?? ""]);
      });
      await alone(wanted.key, () => vault.put(wanted.key, JSON.stringify(given), { giver: wanted.giver }));
      await tell(wanted, "given");
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
      await vault.put(keyOfLink(ticket), JSON.stringify({ wanted }), expiring());
      return `${address}${LOGIN_PATH}/${ticket}`;
    },
    list: (workspace, giver) => vault.list(workspace, giver),
    async withdraw(key) {
      const given = await open<Given>(key);
      if (!(await vault.remove(key))) return false;
      if (given) await tellWithdrawn(key, given);
      return true;
    },
    async tidy() {
      const resealed = await vault.reseal();
      if (resealed > 0) log(`${resealed} logins for servers were sealed again with the first key of PARLEY_TOKEN_KEY`);
      await vault.dropExpired(now());
    },
  };
}

interface Pending {
  readonly wanted: Wanted;
  readonly begun: Begun;
  /** What the browser has to bring along, as a digest. */
  readonly browser: string;
}

const ERROR_CHARS_MAX = 500; // It may hold all that a server has answered.
const hidden = (error: unknown, secrets: Iterable<string>): Error =>
  new Error(quoted(withoutSecrets(error instanceof Error ? error.message : String(error), [...secrets].filter(Boolean)), ERROR_CHARS_MAX));
const newTicket = (): string => randomBytes(TICKET_BYTES).toString("base64url");
const digest = (text: string): string => createHash("sha256").update(text).digest("hex");
/** What is kept cannot be opened as an address, and what comes back from a login's server opens no link. */
const keyOfLink = (ticket: string): LoginKey => ({ workspace: "", server: "", owner: `link/${digest(ticket)}` });
const keyOfState = (state: string): LoginKey => ({ workspace: "", server: "", owner: `state/${digest(state)}` });
