import { home } from "./home.ts";
import { limits } from "./limits.ts";
import { search } from "./search.ts";
import { units } from "./units.ts";

export const words = { home, limits, search, units } as const;
