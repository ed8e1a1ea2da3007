import type { Catalogue } from "../messages.ts";
import { admin } from "./admin.ts";
import { cards } from "./cards.ts";
import { channelSettings } from "./channel-settings.ts";
import { choices } from "./choices.ts";
import { ends } from "./ends.ts";
import { forms } from "./forms.ts";
import { home } from "./home.ts";
import { limits } from "./limits.ts";
import { notes } from "./notes.ts";
import { refusals } from "./refusals.ts";
import { runForms } from "./run-forms.ts";
import { search } from "./search.ts";
import { teamForms } from "./team-forms.ts";
import { turns } from "./turns.ts";
import { units } from "./units.ts";

export const words: Catalogue = {
  admin,
  cards,
  channelSettings,
  choices,
  ends,
  forms,
  home,
  limits,
  notes,
  refusals,
  runForms,
  search,
  teamForms,
  turns,
  units,
};
