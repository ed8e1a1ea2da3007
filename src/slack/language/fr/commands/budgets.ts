import type { Translated } from "../../messages.ts";

export const budgets: Translated<"budgets"> = {
  "text.nothing": "Rien n’est compté ici.",
  "text.spentToday": "*Dépensé aujourd’hui* (une journée se termine à 00:00 UTC)",
  "text.of.person": "• exécutions que vous avez lancées : {spent}",
  "text.of.channel": "• ce canal : {spent}",
  "text.of.workspace": "• l’espace de travail : {spent}",
  "text.unknown": "aucun prix n’est connu, sans limite",
  "text.howRaise": "`/parley budget raise me|channel|workspace DOLLARS` en relève un pour aujourd’hui.",
  "text.whose": "Dites lequel et jusqu’où : `/parley budget raise channel 10`.",
  "text.mostFor.person":
    "Le budget des exécutions que vous avez lancées peut être relevé ici à {most} par jour au plus, et {usd} dépasse cela (`ceilings.raised` dans le fichier d’équipes).",
  "text.mostFor.channel":
    "Le budget de ce canal peut être relevé ici à {most} par jour au plus, et {usd} dépasse cela (`ceilings.raised` dans le fichier d’équipes).",
  "text.mostFor.workspace":
    "Le budget de l’espace de travail peut être relevé ici à {most} par jour au plus, et {usd} dépasse cela (`ceilings.raised` dans le fichier d’équipes).",
  "text.unchanged.person":
    "Le budget des exécutions que vous avez lancées n’est pas inférieur à {usd}, ou il n’y en a pas ; rien n’a été modifié.",
  "text.unchanged.channel": "Le budget de ce canal n’est pas inférieur à {usd}, ou il n’y en a pas ; rien n’a été modifié.",
  "text.unchanged.workspace": "Le budget de l’espace de travail n’est pas inférieur à {usd}, ou il n’y en a pas ; rien n’a été modifié.",
  "text.raised.person":
    "Le budget des exécutions que vous avez lancées est de {usd} pour aujourd’hui. Les exécutions qui l’attendent continuent.",
  "text.raised.channel": "Le budget de ce canal est de {usd} pour aujourd’hui. Les exécutions qui l’attendent continuent.",
  "text.raised.workspace": "Le budget de l’espace de travail est de {usd} pour aujourd’hui. Les exécutions qui l’attendent continuent.",
};
