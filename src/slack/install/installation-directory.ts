import type { Installation, Installations } from "../../store/installations.ts";
import type { Origin } from "./body-origin.ts";

/** Which installation serves which workspace: its own, or that of its organisation (Enterprise Grid). */
export interface Directory {
  /** Reads what the database says. Resolves to installations whose tokens do not open, now marked as refused. */
  load(): Promise<readonly Installation[]>;
  active(): Iterable<Installation>;
  has(id: string): boolean;
  /** When it came to be at work, as the database says; nothing where it is not. */
  activeSince(id: string): string | undefined;
  /** Whether it is at work still, and was not installed anew meanwhile. */
  isCurrent(installation: Installation): boolean;
  add(installation: Installation): void;
  /** Whether it was at work. */
  remove(id: string): boolean;
  servedBy(team: string): Installation | undefined;
  /** The workspaces that an installation serves, as far as they were heard of. */
  workspacesOf(installation: Installation): Promise<readonly string[]>;
  /** The workspace whose log has what comes from there, and who serves it; nothing where the app is not installed. */
  find(origin: Origin): Promise<{ readonly team: string; readonly installation: Installation } | undefined>;
  /** The installation that something is about. */
  installationOf(origin: Origin): Installation | undefined;
  /** A name that is the same for all that comes from one installation. */
  keyOf(origin: Origin): string;
  /** Whether this id is the organisation's, or of a workspace of it. */
  isOf(org: string, id: string): boolean;
}

export function createDirectory(installations: Installations): Directory {
  /** Installations that work, by id. */
  const active = new Map<string, Installation>();
  /** The organisation of a workspace that has the app through it. */
  const orgs = new Map<string, string>();

  const servedBy = (team: string): Installation | undefined => active.get(team) ?? active.get(orgs.get(team) ?? "");

  return {
    async load() {
      const sealed: Installation[] = [];
      for (const installation of await installations.list()) {
        const { id, isOrg, state } = installation;
        if (isOrg) for (const team of await installations.workspacesOf(id)) orgs.set(team, id);
        if (state !== "active") continue;
        if (await installations.tokens(id)) active.set(id, installation);
        else {
          await installations.mark(id, "refused", "its tokens do not open with PARLEY_TOKEN_KEY");
          sealed.push(installation);
        }
      }
      return sealed;
    },
    active: () => active.values(),
    has: (id) => active.has(id),
    activeSince: (id) => active.get(id)?.at,
    isCurrent: (installation) => active.get(installation.id) === installation,
    add: (installation) => void active.set(installation.id, installation),
    remove: (id) => active.delete(id),
    servedBy,
    workspacesOf: async ({ id, isOrg }) => (isOrg ? installations.workspacesOf(id) : [id]),
    async find({ team, org, isOrgWide, channel }) {
      if (team === undefined) return undefined;
      // The workspace's own installation first, then that of its organisation.
      const through = (isOrgWide ? undefined : active.get(team)) ?? active.get((isOrgWide ? org : (orgs.get(team) ?? org)) ?? "");
      if (!through) return undefined;
      if (!through.isOrg) return { team, installation: through };
      if (orgs.get(team) !== through.id) {
        await installations.putWorkspace(team, through.id);
        orgs.set(team, through.id);
      }
      // A channel that is in several workspaces of an organisation has one log a thread all the same.
      const home = channel === undefined ? team : await installations.homeOf(through.id, channel, team);
      return { team: home, installation: through };
    },
    installationOf: ({ team, org, isOrgWide }) => active.get((isOrgWide ? org : team) ?? "") ?? servedBy(team ?? ""),
    keyOf: ({ team, org, isOrgWide }) => `${(isOrgWide ? org : (orgs.get(team ?? "") ?? team)) ?? "?"} `,
    isOf: (org, id) => id === org || orgs.get(id) === org,
  };
}
