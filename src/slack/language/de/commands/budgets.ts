import type { Translated } from "../../messages.ts";

export const budgets: Translated<"budgets"> = {
  "text.nothing": "Hier wird nichts gezählt.",
  "text.spentToday": "*Heute ausgegeben* (ein Tag endet um 00:00 UTC)",
  "text.of.person": "• Läufe, die du gestartet hast: {spent}",
  "text.of.channel": "• dieser Channel: {spent}",
  "text.of.workspace": "• der Workspace: {spent}",
  "text.unknown": "kein Preis ist bekannt, ohne Grenze",
  "text.howRaise": "`/parley budget raise me|channel|workspace DOLLARS` erhöht eines für heute.",
  "text.whose": "Sag, welches und auf wie viel: `/parley budget raise channel 10`.",
  "text.mostFor.person":
    "Das Budget der Läufe, die du gestartet hast, kann hier auf höchstens {most} am Tag erhöht werden, und {usd} ist mehr (`ceilings.raised` in der Teamdatei).",
  "text.mostFor.channel":
    "Das Budget dieses Channels kann hier auf höchstens {most} am Tag erhöht werden, und {usd} ist mehr (`ceilings.raised` in der Teamdatei).",
  "text.mostFor.workspace":
    "Das Budget des Workspace kann hier auf höchstens {most} am Tag erhöht werden, und {usd} ist mehr (`ceilings.raised` in der Teamdatei).",
  "text.unchanged.person":
    "Das Budget der Läufe, die du gestartet hast, ist nicht niedriger als {usd}, oder es gibt keines; nichts wurde geändert.",
  "text.unchanged.channel": "Das Budget dieses Channels ist nicht niedriger als {usd}, oder es gibt keines; nichts wurde geändert.",
  "text.unchanged.workspace": "Das Budget des Workspace ist nicht niedriger als {usd}, oder es gibt keines; nichts wurde geändert.",
  "text.raised.person": "Das Budget der Läufe, die du gestartet hast, ist für heute {usd}. Läufe, die darauf warten, gehen weiter.",
  "text.raised.channel": "Das Budget dieses Channels ist für heute {usd}. Läufe, die darauf warten, gehen weiter.",
  "text.raised.workspace": "Das Budget des Workspace ist für heute {usd}. Läufe, die darauf warten, gehen weiter.",
};
