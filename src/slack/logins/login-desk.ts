import type { LoginWish, Person } from "../../engine/events/events.ts";

/** The logins of people for servers, as Slack shows them; whoever opens Parley makes one. */
export interface LoginDesk {
  /** The address of the page on which the login is given, good once and for some minutes; nothing where no browser can come in. For that person alone. */
  offer(wish: LoginWish, asked: { readonly thread: string; readonly seq: number }): Promise<string | undefined>;
  /** A person's own, by the server's name; `at`: ISO 8601, UTC. */
  list(workspace: string, person: Pick<Person, "id">): Promise<readonly { readonly server: string; readonly at: string }[]>;
  /** Takes one of a person's own away at once; whether there was one. */
  withdraw(workspace: string, person: Pick<Person, "id">, server: string): Promise<boolean>;
}
