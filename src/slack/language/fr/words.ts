import type { Catalogue } from "../messages.ts";
import { budgets } from "./commands/budgets.ts";
import { control } from "./commands/control.ts";
import { help } from "./commands/help.ts";
import { memory } from "./commands/memory.ts";
import { notes } from "./commands/notes.ts";
import { refusals } from "./commands/refusals.ts";
import { runs } from "./commands/runs.ts";
import { scheduledRuns } from "./commands/scheduled-runs.ts";
import { schedules } from "./commands/schedules.ts";
import { spokenSchedules } from "./commands/spoken-schedules.ts";
import { unheard } from "./commands/unheard.ts";
import { channelSettings } from "./forms/channel-settings.ts";
import { forms } from "./forms/forms.ts";
import { runForms } from "./forms/run-forms.ts";
import { teamForms } from "./forms/team-forms.ts";
import { admin } from "./home/admin.ts";
import { home } from "./home/home.ts";
import { search } from "./home/search.ts";
import { approvals } from "./thread/approvals.ts";
import { cards } from "./thread/cards.ts";
import { cases } from "./thread/cases.ts";
import { choices } from "./thread/choices.ts";
import { codes } from "./thread/codes.ts";
import { ends } from "./thread/ends.ts";
import { failures } from "./thread/failures.ts";
import { halts } from "./thread/halts.ts";
import { limits } from "./thread/limits.ts";
import { lines } from "./thread/lines.ts";
import { logins } from "./thread/logins.ts";
import { proposals } from "./thread/proposals.ts";
import { signs } from "./thread/signs.ts";
import { turns } from "./thread/turns.ts";
import { units } from "./units.ts";

export const words: Catalogue = {
  admin,
  approvals,
  budgets,
  cards,
  cases,
  channelSettings,
  choices,
  codes,
  control,
  ends,
  failures,
  forms,
  halts,
  help,
  home,
  limits,
  lines,
  logins,
  memory,
  notes,
  proposals,
  refusals,
  runForms,
  runs,
  scheduledRuns,
  schedules,
  search,
  signs,
  spokenSchedules,
  teamForms,
  turns,
  unheard,
  units,
};
