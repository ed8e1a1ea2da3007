import type { Profiles } from "./profiles.ts";

/** Who administers the Slack workspace. */
export interface Admins {
  /** Owners too. False while Slack does not say. Never rejects. */
  has(user: string): Promise<boolean>;
}

export const createAdmins = (profiles: Pick<Profiles, "of">): Admins => ({
  async has(user) {
    const found = await profiles.of(user);
    return "unsaid" in found ? false : found.is_admin === true || found.is_owner === true || found.is_primary_owner === true;
  },
});
