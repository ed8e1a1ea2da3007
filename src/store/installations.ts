/** Into which workspaces and organisations the app was installed, with the tokens for them. */
export interface Installations {
  /** After an install: takes the place of what was there for this id. */
  save(installation: Installation, tokens: Tokens): Promise<void>;
  list(): Promise<Installation[]>;
  find(id: string): Promise<Installation | undefined>;
  /** Nothing when there are none, or when no key of the ring opens them. */
  tokens(id: string): Promise<Tokens | undefined>;
  /** After a rotation; on the disk when it resolves. */
  putTokens(id: string, tokens: Tokens): Promise<void>;
  /** `removed` deletes the tokens, which are worth nothing any more. */
  mark(id: string, state: Installation["state"], why: string): Promise<void>;
  /** Seals again, with the ring's first key, what another one has sealed; how many. */
  reseal(): Promise<number>;

  /** The workspaces of an organisation that were heard of. */
  workspacesOf(org: string): Promise<string[]>;
  orgOf(workspace: string): Promise<string | undefined>;
  putWorkspace(workspace: string, org: string): Promise<void>;
  /** The workspace in which a channel of an organisation is at home: the first one that is told here, for ever. */
  homeOf(org: string, channel: string, workspace: string): Promise<string>;
}

export interface Installation {
  /** Of the workspace, or of the organisation when it was installed for all of its workspaces. */
  readonly id: string;
  readonly isOrg: boolean;
  readonly name: string;
  readonly app: string;
  readonly bot: string;
  readonly botUser: string;
  readonly scopes: readonly string[];
  /** `refused`: the tokens did not work when they were tried last. `removed`: the app is gone from there. */
  readonly state: "active" | "refused" | "removed";
  /** Why it is not active; empty when it is. */
  readonly why: string;
  /** When it came into this state: ISO 8601, UTC. */
  readonly at: string;
  /** When its token runs out, in ms since the epoch; absent for one that does not. */
  readonly expiresAt: number | undefined;
}

export interface Tokens {
  readonly token: string;
  /** With the app's token rotation: for the next token, once. */
  readonly refresh: { readonly token: string; readonly expiresAt: number } | undefined;
}
