import type { Translated } from "../../messages.ts";

export const lines: Translated<"lines"> = {
  "text.toNext": "{person} à l’agent qui parle ensuite :",
  "text.toAgent": "{person} à *{agent}* :",
  "text.answers": "{person} répond :",
  "text.goesOn": "{person} continue :",
  "text.asksTeam": "{person} demande à l’équipe *{team}* :",
  "text.shared": "*{agent}* répond, partagé par {person}",

  "text.forkRoot": "{person} prend une autre voie à partir du tour {turn} {thread} : {how}.",
  "text.forkRefused": "{person}, cela ne commence pas. {why}",
  "text.ofThread": "d’un fil",
  "text.forkNews": "{person} prend une autre voie à partir du tour {turn} : {how}, dans {thread}.",
  "text.ownThread": "un fil distinct",
  "text.otherTeam": "l’équipe *{team}* continue",
  "text.otherSpeaker": "*{agent}* parle ensuite",
  "text.otherWords": "{count, plural, one {l’un de ses messages est formulé} other {# de ses messages sont formulés}} autrement",
  "text.otherInstructions": "ses agents ont d’autres instructions",
  "text.sameTeam": "la même équipe continue",

  "text.turnUnposted": "Un message de {agent} n’a pas pu être publié ici ({code}). Il est gardé dans le journal de Parley.",
  "text.unposted": "Un message n’a pas pu être publié ici ({code}). Il est gardé dans le journal de Parley.",
  "text.notUploaded": "{file} n’a pas pu être téléversé : {why}. Le fichier est gardé dans le journal de Parley.",
  "text.whyNot.missing_scope": "l’app n’a pas l’autorisation « files:write » ; ajoutez-la et réinstallez l’app",
  "text.whyNot.unknown_method": "ce serveur n’accepte pas de fichiers",
  "text.whyNot.content_gone": "son contenu n’est plus là",
  "text.whyNot.empty": "le fichier est vide",
};
