/** A person whose name was not known: the id stands there twice. In the texts of an event quotes are escaped, so that nothing there reads so. */
const STAND_IN = /"id":"([A-Za-z0-9]{1,40})","name":"\1"/g;

/** Whether somebody in an event, given as JSON, bears an id for a name. */
export const hasUnnamed = (body: string): boolean => body.search(STAND_IN) !== -1;

/** An event as JSON, with the names that have been learned since (`nameNote`) in place of ids that stood in for them. */
export const withNames = (body: string, nameOf: (person: string) => string | undefined): string =>
  body.replaceAll(STAND_IN, (whole, id: string) => {
    const name = nameOf(id);
    return name ? `"id":"${id}","name":${JSON.stringify(name)}` : whole;
  });
