import type { Clock } from "../../engine/clock.ts";
import type { Installation, Installations } from "../../store/installations.ts";
import type { Store } from "../../store/store.ts";
import type { Log } from "../api/web-client.ts";
import type { OAuthSettings } from "./oauth-pages.ts";
import { createTokens, type InstallationTokens } from "./token-renewal.ts";

/** The tokens of each installation, read and renewed in one place. */
export interface InstalledTokens {
  of(installation: Pick<Installation, "id" | "name">): InstallationTokens;
  /** They are read again when they are next asked for. */
  forget(id: string): void;
}

/** `onDead`: Slack renews the token of this installation no more, and says why. */
export function createInstalledTokens(parts: {
  readonly store: Pick<Store, "exclusively">;
  readonly installations: Installations;
  readonly oauth: OAuthSettings;
  readonly apiUrl?: string;
  readonly onDead: (installation: Pick<Installation, "id" | "name">, code: string) => void;
  readonly clock: Clock;
  readonly log: Log;
}): InstalledTokens {
  const { store, installations, oauth, apiUrl, onDead, clock, log } = parts;
  const known = new Map<string, InstallationTokens>();
  return {
    of(installation) {
      const { id, name } = installation;
      let found = known.get(id);
      if (!found) {
        found = createTokens({
          id,
          name,
          installations,
          exclusively: store.exclusively,
          app: { clientId: oauth.clientId, clientSecret: oauth.clientSecret },
          ...(apiUrl ? { apiUrl } : {}),
          onDead: (code) => onDead(installation, code),
          clock,
          log,
        });
        known.set(id, found);
      }
      return found;
    },
    forget: (id) => known.get(id)?.forget(),
  };
}
