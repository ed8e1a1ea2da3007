/** Where logins are kept, sealed. */
export interface Vault {
  get(key: LoginKey): Promise<string | undefined>;
  put(key: LoginKey, secret: string, about?: { readonly giver?: string; readonly expiresAt?: number }): Promise<void>;
  /** Puts it only where there is one. */
  replace(key: LoginKey, secret: string): Promise<boolean>;
  remove(key: LoginKey): Promise<boolean>;
  list(workspace: string, giver: string): Promise<readonly (LoginKey & { readonly at: string })[]>;
  dropExpired(now: number): Promise<number>;
  /** Seals anew what an older key has sealed; how many. */
  reseal(): Promise<number>;
}

export interface LoginKey {
  readonly workspace: string;
  /** As the team file names it. */
  readonly server: string;
  /** Who may use it: `person/U1`, `place/T1/C1` or `workspace`. */
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

/** Who may use what is kept under an owner; `scope`: of a place. */
export function usersOf(owner: string): { readonly share: LoginShare; readonly scope?: string } {
  const [share = "", ...scope] = owner.split("/");
  if (share === "place") return { share, scope: scope.join("/") };
  return { share: share === "workspace" ? share : "person" };
}
