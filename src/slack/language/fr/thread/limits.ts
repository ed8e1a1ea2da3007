import type { Translated } from "../../messages.ts";

export const limits: Translated<"limits"> = {
  "text.minutes": "{count, plural, one {# minute} other {# minutes}}",
  "text.today": "{money} aujourd’hui",
  "sure.raise": "Relever la limite ?",
  "meaning.raise": "L’exécution continue et peut aller jusqu’à {limits}.",
  "yes.raise": "Relever",
  "yes.notNow": "Pas maintenant",

  "text.atMessages": "{limit} messages atteints",
  "text.atTurns": "{count, plural, one {# tour atteint} other {# tours atteints}}",
  "text.saidWords": "{agent} a dit « {words} »",
  "text.usedTokens": "{total} tokens utilisés, la limite est {limit}",
  "text.spentMoney": "{spent} dépensés, la limite est {limit}",
  "text.tookMinutes": "{count, plural, one {# minute écoulée} other {# minutes écoulées}}, la limite est {limit}",
  "text.spentToday": "{spent} dépensés aujourd’hui, le budget pour {owner} est de {limit} par jour",
  "text.handedOver": "{agent} a passé la main à {to}",
  "text.decidedFinished": "{agent} a décidé que c’était terminé",
  "text.hasSpoken": "{agent} a parlé",
  "text.askedForEnd": "{agent} a demandé la fin",
  "text.wasCalled": "{tool} a été appelé",
  "text.stoppedBy": "arrêtée par {person}",
  "text.couldNotAnswer": "{agent} n’a pas pu répondre : {why}",
  "text.nextCall": "le prochain appel pourrait dépasser la limite de {what}",
  "text.budgetGone": "d’un budget du jour, il ne reste rien pour le prochain appel",
  "text.nobodyLeft": "plus personne pour parler",

  "text.ofWorkspace": "l’espace de travail",
  "text.ofPerson": "la personne qui a demandé",
  "text.ofChannel": "ce canal",

  "text.mostBudget": "le budget pour {owner} à {most} par jour",
  "text.mostMoney": "l’argent à {most}",
  "text.mostTurns": "les tours à {most}",
  "text.mostMinutes": "les minutes à {most}",
  "text.mostTokens": "les tokens à {most}",
  "text.atCeiling": "Personne ne peut relever cela davantage ici : {most} au plus (`ceilings.raised` dans le fichier d’équipes).",

  "text.nearMoney": "{used} utilisés sur {limit}",
  "text.nearBudget": "{used} utilisés sur {limit}, le budget par jour pour {owner}",
  "text.nearTurns": "{used} tours utilisés sur {limit}",
  "text.nearMinutes": "{used} minutes utilisées sur {limit}",
  "text.nearTokens": "{used} tokens utilisés sur {limit}",

  "text.ownBudget":
    "Dépensé aujourd’hui pour les exécutions que vous avez lancées : *{spent}*. Une journée se termine à 00:00 UTC ; `/parley budget` dans un canal montre le sien.",
  "text.noLimit": "{spent}, sans limite",
  "text.unknownOfLimit": "aucun prix n’est connu, {limit} au plus",
  "text.ofLimit": "{spent} sur {limit} ({percent})",
};
