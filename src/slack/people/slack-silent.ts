/** Slack does not say who may look into what. Beside them who ask it, since whoever tells it apart needs nothing of Slack's client. */
export class SlackSilent extends Error {
  override readonly name = "SlackSilent";
}
