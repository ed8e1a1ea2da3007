import type { Shortcut, WorkspaceOptions } from "../contract.ts";
import type { Agenda } from "./agenda.ts";
import type { Changes } from "./changes.ts";
import type { Grants } from "./grants.ts";
import type { OpenId } from "./open-id.ts";
import type { SocketMode } from "../socket/socket-mode.ts";
import type { State, StoredFile } from "./state.ts";

/** The parts of the local workspace, handed to everything that acts in it. */
export interface Local {
  /** Of the workspace. */
  readonly teamId: string;
  /** The organisation that it belongs to, which has the app when `grants` say so. */
  readonly org?: string;
  /** All workspaces of that organisation; its people are in each of them. */
  readonly teamsOfOrg?: readonly string[];
  state: State;
  readonly now: () => number;
  readonly agenda: Agenda;
  readonly changes: Changes;
  readonly socketMode: SocketMode;
  /** http://127.0.0.1:PORT, known once the server listens. */
  baseUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  /** What was given out by OAuth, where the app is installed that way. */
  readonly grants?: Grants;
  /** Sign in with Slack. */
  readonly openId?: OpenId;
  readonly rateLimits: boolean;
  readonly triggerMs: number;
  suggestions: readonly { readonly title: string; readonly text: string }[];
  notice: string;
  readonly readyFiles: readonly StoredFile[];
  connectModel?: WorkspaceOptions["connectModel"];
  readonly studio?: () => string;
  readonly shortcuts: readonly Shortcut[];
}

/** Whether the app is in the workspace by way of its organisation. */
export const isOrgWide = ({ org, grants }: Local): boolean => org !== undefined && (grants?.isOrgWide(org) ?? false);
