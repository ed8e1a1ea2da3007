import type pg from "pg";
import { StoreError } from "../../store.ts";

/** Loads the driver, which is installed only where Postgres is wanted. Throws StoreError that says how to install it. */
export async function loadDriver(load: () => Promise<{ readonly default: typeof pg }> = () => import("pg")): Promise<typeof pg> {
  try {
    return (await load()).default;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new StoreError('A store on Postgres needs the package pg, which is not installed. Run "npm install pg@8".', { cause: error });
  }
}
