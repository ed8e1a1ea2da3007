/** The logins that people have given for servers of others: what is secret of them is sealed, and opens in no other one's row. */
export interface Logins {
  /** The secret of a login; nothing where there is none, where it has run out, or where no key of the ring opens it. */
  get(key: LoginKey): Promise<string | undefined>;
  /** Takes the place of what was there; on the disk when it resolves. */
  put(key: LoginKey, secret: string, about?: AboutLogin): Promise<void>;
  /** The same only where there is one: what was taken away meanwhile does not come back. Whether there was. */
  replace(key: LoginKey, secret: string): Promise<boolean>;
  /** Whether there was one: of two who take the same one away, one has. */
  remove(key: LoginKey): Promise<boolean>;
  /** Those that one person has given, by the server's name. */
  list(workspace: string, giver: string): Promise<readonly KeptLogin[]>;
  /** Takes away what has run out by then, in ms since the epoch; how many. */
  dropExpired(now: number): Promise<number>;
  /** Seals again, with the ring's first key, what another one has sealed; how many. */
  reseal(): Promise<number>;
}

export interface AboutLogin {
  /** The id of the person whose account it is, who may take it back; with what is forgotten of them it goes. */
  readonly giver?: string;
  /** When it has run out, in ms since the epoch; never when absent. */
  readonly expiresAt?: number;
}

export interface LoginKey {
  readonly workspace: string;
  /** As the team file names it. */
  readonly server: string;
  /** Who may use it, such as `person/U1`. */
  readonly owner: string;
}

export interface KeptLogin extends LoginKey {
  /** When it was put first: ISO 8601, UTC. */
  readonly at: string;
}
