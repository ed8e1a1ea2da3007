/** Where logins are kept, sealed. */
export interface Vault {
  get(key: LoginKey): Promise<string | undefined>;
  put(key: LoginKey, secret: string, expiresAt?: number): Promise<void>;
  remove(key: LoginKey): Promise<boolean>;
  list(workspace: string, owner: string): Promise<readonly (LoginKey & { readonly at: string })[]>;
  dropExpired(now: number): Promise<number>;
}

export interface LoginKey {
  readonly workspace: string;
  /** As the team file names it. */
  readonly server: string;
  /** Whose it is: `person/U1`, `place/T1/C1` or `workspace`. */
  readonly owner: string;
}

/** For whom a login is: the person who asks, everybody in the place of the thread, or everybody in their workspace. */
export type LoginShare = "person" | "place" | "workspace";

/** Under which a login is kept. `scope`: the place of the thread, with its workspace; `person`: an id. */
export function loginKey(
  { server, share }: { readonly server: string; readonly share: LoginShare },
  { workspace, scope, person }: { readonly workspace: string; readonly scope: string; readonly person: string },
): LoginKey {
  const owner = { person: `person/${person}`, place: `place/${scope}`, workspace: "workspace" }[share];
  return { workspace, server, owner };
}
