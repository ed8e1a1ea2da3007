import type { Server } from "node:http";
import type { Env } from "./config/env.ts";
import type { Settings } from "./config/load.ts";
import { loginServerOf } from "./config/mcp/server-logins.ts";
import type { Clock } from "./engine/clock.ts";
import type { LoginWish, RunEvent } from "./engine/events/events.ts";
import { currentRun } from "./engine/reading/transcript.ts";
import type { Runner } from "./runner/runner.ts";
import type { HttpDoor } from "./slack/door/http-receiver.ts";
import type { Pages } from "./slack/install/oauth-pages.ts";
import type { LoginDesk } from "./slack/logins/login-desk.ts";
import { scopeOf } from "./slack/words/accounts.ts";
import { placeOf } from "./slack/words/place.ts";
import { createKeyRing } from "./store/key-ring.ts";
import type { Opened } from "./store/own-store.ts";
import type { Store } from "./store/store.ts";
import type { Logins, Wanted } from "./tools/login/logins.ts";
import { loginKey, type LoginKey, usersOf } from "./tools/login/vault.ts";

/** The logins of people for servers, and the doors by which they come in. */
export interface OpenLogins {
  readonly logins: Logins;
  readonly desk: LoginDesk;
  readonly pages: Pages;
  /** Opens the door, where it has one of its own. Rejects where the address cannot be had. */
  open(): Promise<void>;
  close(): Promise<void>;
}

export interface LoginDoors {
  /** Where browsers come in, beside the door for Slack's requests or without one; port 0 for any that is free. */
  readonly loginAt?: { readonly host: string; readonly port: number };
  /** Shows a link for a login to whoever sits here, where there is no Slack. */
  readonly onLogin?: (server: string, url: string) => void;
}

/** The same, with the pages for logins behind the door for Slack's requests. */
export const withPages = <Settings extends { readonly http?: HttpDoor }>(slack: Settings, logins: OpenLogins | undefined): Settings =>
  slack.http && logins ? { ...slack, http: { ...slack.http, pages: logins.pages } } : slack;

/** Nothing where no server of the team file takes logins, or there is no key to seal them with. */
export async function openLogins(
  parts: LoginDoors & {
    readonly settings: Settings;
    readonly env: Env;
    readonly loginKeys?: readonly Uint8Array[];
    /** Of many workspaces: its keys seal logins too, unless there are others. */
    readonly slack?: object | { readonly tokenKeys: readonly Uint8Array[] };
    readonly store: Store;
    readonly loginsIn: Opened["logins"];
    /** Of Slack's own door, once it is open. */
    readonly httpPort: () => number | undefined;
    readonly runner: () => Runner | undefined;
    readonly clock: Clock;
    readonly log: (problem: string, error?: unknown) => void;
  },
): Promise<OpenLogins | undefined> {
  const { settings, env, slack, store, clock, log, loginAt, onLogin } = parts;
  const serverOf = (name: string) => loginServerOf(name, settings.tools.get(name), env);
  const keys = parts.loginKeys ?? (slack && "tokenKeys" in slack ? slack.tokenKeys : []);
  if (keys.length === 0 || ![...settings.tools.keys()].some(serverOf)) return undefined;
  // Here, so that who has no such server does not load the packages.
  const [{ createLogins }, { loginPages }] = await Promise.all([import("./tools/login/logins.ts"), import("./tools/login/pages.ts")]);
  let door: Server | undefined;
  const { closeDoor, openDoor, portOf } = await import("./slack/install/oauth-server.ts");
  const named = env["PARLEY_LOGIN_URL"]?.trim().replace(/(?<!\/)\/+$/, "");
  const address = () => {
    const port = portOf(door) ?? parts.httpPort();
    // Of several processes, the doors are another's.
    return named || (port === undefined ? undefined : `http://localhost:${port}`);
  };
  const vault = parts.loginsIn(createKeyRing(keys));
  const exclusively = <Value>(key: string, job: () => Promise<Value>) => store.exclusively(key, job);
  const logins = createLogins({ vault, exclusively, serverOf, address, onBack, clock, log });
  const pages = loginPages({ logins, address, log });

  /** The run that waits for it goes on: the question is answered by whoever was asked. */
  async function onBack({ about }: Wanted, kind: "given" | "refused"): Promise<void> {
    const { thread, seq, login } = JSON.parse(about) as { readonly thread: string; readonly seq: number; readonly login: LoginWish };
    const runner = parts.runner();
    const isOpen = runner && currentRun(await runner.read(thread)).questions.some((question) => question.seq === seq);
    if (!isOpen) return;
    const { server, person } = login;
    await runner.say({
      thread,
      workspace: placeOf(thread)?.team ?? "terminal",
      person,
      text: kind === "given" ? `${server} is connected.` : `Go on without ${server}`,
      id: `login/${thread}/${seq}`,
      addressed: false,
      answers: seq,
    });
  }

  const keyOf = ({ server, share, person }: LoginWish, thread: string): LoginKey =>
    loginKey({ server, share }, { workspace: placeOf(thread)?.team ?? "", scope: scopeOf(thread), person: person.id });
  const FOR = { person: "", place: " and everybody in the channel", workspace: " and everybody in the workspace" } as const;
  const desk: LoginDesk = {
    offer: (login, asked) =>
      logins.offer({
        key: keyOf(login, asked.thread),
        giver: login.person.id,
        person: `${login.person.name}${FOR[login.share]}`,
        about: JSON.stringify({ ...asked, login }),
      }),
    list: async (workspace, { id }) =>
      (await logins.list(workspace, id)).map(({ owner, ...kept }) => ({ ...kept, owner, ...usersOf(owner) })),
    async withdraw(workspace, { id }, { server, owner }) {
      // Whatever a button says, nobody takes away what another has given.
      const mine = (await logins.list(workspace, id)).find((kept) => kept.server === server && kept.owner === owner);
      return mine !== undefined && logins.withdraw({ workspace, server, owner });
    },
  };

  const shown = (thread: string, event: RunEvent) => {
    if (event.type !== "handoff.made" || !event.login || !onLogin) return;
    const { login, seq } = event;
    desk
      .offer(login, { thread, seq })
      .then((url) => url !== undefined && onLogin(login.server, url))
      .catch((error: unknown) => log("the link for a login could not be made", error));
  };
  const unfollow = onLogin && store.follow(({ thread, events }) => events.forEach((event) => shown(thread, event)));

  return {
    logins,
    desk,
    pages,
    async open() {
      await logins.tidy();
      if (!loginAt) return;
      door = await openDoor(loginAt, "--logins", (request, response) => {
        pages(request, response)
          .then((answered) => (answered ? undefined : response.writeHead(404).end()))
          .catch((error: unknown) => {
            log("a request for a login's page broke", error);
            if (!response.headersSent) response.writeHead(500).end();
          });
      });
    },
    async close() {
      unfollow?.();
      const closing = door;
      door = undefined;
      await closeDoor(closing);
    },
  };
}
