/** The logins that people have given for servers of others: what is secret of them is sealed, and opens in no other one's row. */
export interface Logins {
  /** The secret of a login; nothing where there is none, or where no key of the ring opens it. */
  get(key: LoginKey): Promise<string | undefined>;
  /** Takes the place of what was there; on the disk when it resolves. `expiresAt`: see {@link dropExpired}. */
  put(key: LoginKey, secret: string, expiresAt?: number): Promise<void>;
  /** Whether there was one: of two who take the same one away, one has. */
  remove(key: LoginKey): Promise<boolean>;
  /** Those of one owner, by the server's name. */
  list(workspace: string, owner: string): Promise<readonly KeptLogin[]>;
  /** Takes away what has run out by then, in ms since the epoch; how many. */
  dropExpired(now: number): Promise<number>;
  /** Seals again, with the ring's first key, what another one has sealed; how many. */
  reseal(): Promise<number>;
}

export interface LoginKey {
  readonly workspace: string;
  /** As the team file names it. */
  readonly server: string;
  /** Whose it is, such as `person/U1`. */
  readonly owner: string;
}

export interface KeptLogin extends LoginKey {
  /** When it was put first: ISO 8601, UTC. */
  readonly at: string;
}
