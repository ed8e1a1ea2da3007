import { admin } from "./admin.ts";
import { channelSettings } from "./channel-settings.ts";
import { choices } from "./choices.ts";
import { forms } from "./forms.ts";
import { home } from "./home.ts";
import { limits } from "./limits.ts";
import { notes } from "./notes.ts";
import { refusals } from "./refusals.ts";
import { runForms } from "./run-forms.ts";
import { search } from "./search.ts";
import { teamForms } from "./team-forms.ts";
import { units } from "./units.ts";

export const words = { admin, channelSettings, choices, forms, home, limits, notes, refusals, runForms, search, teamForms, units } as const;
