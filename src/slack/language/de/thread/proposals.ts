import type { Translated } from "../../messages.ts";

export const proposals: Translated<"proposals"> = {
  "button.look": "Ansehen",
  "button.take": "Übernehmen",
  "button.notNow": "Nicht jetzt",
  "title.look": "Was sich ändern würde",
  "text.found":
    "Eine Änderung am Team *{team}* wurde erprobt: Von {cases, plural, one {# Fall} other {# Fällen}}, die niemand gesehen hatte, löst es damit {after}, so wie es ist {before}. Nichts ändert sich, wenn du sie nicht übernimmst.",
  "text.figures": "Unterschied: {points} Punkte ({low} bis {high}). `parley tune` lief durch {who} mit `{file}`.",
  "text.cut": "Das ist der Anfang; das Studio zeigt beim Team alles.",
  "text.taken": "Übernommen: *{team}* ist jetzt so, als Revision {revision}. Das Studio behält, was es vorher war.",
  "text.left": "Gelassen: *{team}* bleibt, wie es ist.",
  "text.changed":
    "*{team}* wurde um {time} UTC von {person} geändert, nachdem dies gefunden wurde. Es passt nicht mehr und kann nicht übernommen werden; `parley tune` sucht neu.",
  "text.changedBySomebody":
    "*{team}* ist nicht mehr das, wofür dies gefunden wurde, und es kann nicht übernommen werden; `parley tune` sucht neu.",
  "text.decided": "{person} hat über die Änderung an *{team}* schon entschieden, um {time} UTC.",
  "text.gone": "Diese Änderung an *{team}* wartet nicht mehr.",
  "text.mistakes": "*{team}* darf so nicht mehr sein, und nichts wurde geändert: {why}",
};
