/** The address that is given to Slack for events, interactivity and commands. */
export const HTTP_PATH = "/slack/events";
