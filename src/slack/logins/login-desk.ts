import type { LoginWish, Person } from "../../engine/events/events.ts";

export interface GivenLogin extends Pick<LoginWish, "server" | "share"> {
  /** Under which it is kept, beside the server. */
  readonly owner: string;
  /** The place in which it is used, with its workspace; only with that share. */
  readonly scope?: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** The logins of people for servers, as Slack shows them; whoever opens Parley makes one. */
export interface LoginDesk {
  /** The address of the page on which the login is given, good once and for some minutes; nothing where no browser can come in. For that person alone. */
  offer(wish: LoginWish, asked: { readonly thread: string; readonly seq: number }): Promise<string | undefined>;
  /** What a person has given, by the server's name. */
  list(workspace: string, person: Pick<Person, "id">): Promise<readonly GivenLogin[]>;
  /** Takes one of them away at once; whether there was one that this person has given. */
  withdraw(workspace: string, person: Pick<Person, "id">, login: Pick<GivenLogin, "server" | "owner">): Promise<boolean>;
}
