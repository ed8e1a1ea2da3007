import type { Translated } from "../../messages.ts";

export const logins: Translated<"logins"> = {
  "text.offer": "{server} will wissen, wer du bist. Verbinde es hier; nur du siehst das, und der Link gilt einmal, zehn Minuten lang.",
  "text.for.person": "Deine Anmeldung wird nur in deinen eigenen Läufen verwendet. Im Home-Tab kannst du sie zurückziehen.",
  "text.for.place": "Deine Anmeldung wird für alle in diesem Channel verwendet. Im Home-Tab kannst du sie zurückziehen.",
  "text.for.workspace": "Deine Anmeldung wird für alle in diesem Workspace verwendet. Im Home-Tab kannst du sie zurückziehen.",
  "button.connect": "{server} verbinden",
  "text.notYours": "Nur {person} kann {server} hier verbinden.",
  "text.noDoor": "Gerade kann sich niemand anmelden: Parley hat keine Adresse, die ein Browser erreicht. Frag, wer es betreibt.",
  "text.only": "nur {person} kann das erlauben: Es geschieht mit deren Anmeldung, und andere haben hier geschrieben",
  "text.notYourYes": "Das geschieht mit der Anmeldung von {person}: Nur sie oder er kann es erlauben.",
  "header.mine": "Deine Anmeldungen",
  "text.since": "*{server}*, verbunden {day}",
  "text.sinceInPlace": "*{server}*, für alle in {channel}, verbunden {day}",
  "text.sinceInWorkspace": "*{server}*, für alle im Workspace, verbunden {day}",
  "button.withdraw": "Zurückziehen",
  "sure.withdraw": "Anmeldung zurückziehen?",
  "meaning.withdraw": "Sie wird hier sofort gelöscht. Läufe, die sie brauchen, fragen nach einer neuen.",
  "yes.withdraw": "Zurückziehen",
  "yes.keep": "Behalten",
  "text.gone": "Diese Anmeldung gibt es nicht mehr.",
};
