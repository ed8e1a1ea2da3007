import type { Catalogue } from "../messages.ts";
import { admin } from "./admin.ts";
import { cards } from "./cards.ts";
import { channelSettings } from "./channel-settings.ts";
import { choices } from "./choices.ts";
import { control } from "./control.ts";
import { ends } from "./ends.ts";
import { forms } from "./forms.ts";
import { help } from "./help.ts";
import { home } from "./home.ts";
import { limits } from "./limits.ts";
import { notes } from "./notes.ts";
import { refusals } from "./refusals.ts";
import { runForms } from "./run-forms.ts";
import { runs } from "./runs.ts";
import { search } from "./search.ts";
import { teamForms } from "./team-forms.ts";
import { turns } from "./turns.ts";
import { units } from "./units.ts";

export const words: Catalogue = {
  admin,
  cards,
  channelSettings,
  choices,
  control,
  ends,
  forms,
  help,
  home,
  limits,
  notes,
  refusals,
  runForms,
  runs,
  search,
  teamForms,
  turns,
  units,
};
