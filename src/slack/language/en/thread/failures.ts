/** Why an agent could not answer, for those who do not read English; the log and the provider say it in English. */
export const failures = {
  "text.means.rate_limited": "the model is asked too often; wait a minute",
  "text.means.overloaded": "the model is overloaded; try again in a few minutes",
  "text.means.unavailable": "the model cannot be reached, or broke off",
  "text.means.timeout": "the model took too long",
  "text.means.empty": "the model answered with nothing",
  "text.means.bad_key": "the provider does not accept the key; tell whoever runs Parley",
  "text.means.unknown_model": "the provider has no such model; tell whoever runs Parley",
  "text.means.quota": "the account with the provider has no credit left; tell whoever runs Parley",
  "text.means.queue_full": "too many calls wait already; try again in a few minutes",
  "text.means.bad_request": "the provider rejected the request; tell whoever runs Parley",
  "text.means.bad_answer": "the answer could not be used",
  "text.means.filtered": "the provider's filter stopped the answer; put it differently",
  "text.means.refused": "the model declined to answer; put it differently",
  "text.means.context_too_long": "the conversation is too long for the model",
  "text.means.guarded": "a guard of the team stands in the way",
  "text.means.stuck": "the team got no further",
  "text.means.team_unavailable": "the team cannot be had any more",
  "text.means.bug": "something in Parley broke; tell whoever runs it",

  "text.inFull": "{means} (in full: {message})",
} as const;
