import type { Translated } from "../../messages.ts";

export const choices: Translated<"choices"> = {
  "title.log": "Wer sprach und warum",
  "text.none": "In diesem Thread wurde noch niemand gewählt.",
  "text.intro": "*{team}*: wer gewählt wurde, wodurch und warum.",
  "text.earlier":
    "{count, plural, one {# früherer Beitrag steht in `parley export`.} other {# frühere Beiträge stehen in `parley export`.}}",
  "text.within": "in *{team}*",
  "text.progress": "Fortschritt",
  "text.noProgress": "kein Fortschritt",
  "text.sideBySide": "gleichzeitig mit {others}",
  "text.byLeader": "von {leader}",
  "text.by.policy": "nach einer Regel",
  "text.by.selector": "vom Modell, das wählt",
  "text.by.only": "sonst konnte niemand",
  "text.by.fallback": "ersatzweise: das Modell nannte niemanden, der infrage kam",
  "text.by.person": "eine Person bat darum",
  "title.why": "Warum dieser Agent?",
  "text.handedOver": "*{agent}* übergab",
  "text.hadFloor": "hatte das Wort schon",
  "text.askedOfIt": "Auftrag: {words}",
  "text.couldSpeak": "*Wer in {team} sprechen konnte:*",
};
