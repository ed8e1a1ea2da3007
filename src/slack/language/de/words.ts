import type { Catalogue } from "../messages.ts";
import { home } from "./home.ts";
import { limits } from "./limits.ts";
import { search } from "./search.ts";
import { units } from "./units.ts";

export const words: Catalogue = { home, limits, search, units };
