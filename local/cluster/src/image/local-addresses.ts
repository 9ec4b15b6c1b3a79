/** Where on this machine the parts of the mesh are, by the addresses that they have on the cluster. */
export type AddressBook = ReadonlyMap<string, string>;

/**
 * A value of the cluster with its addresses replaced by this machine's. The databases and the broker of this machine
 * have one member, and databases ask for no password and are where they are called, whatever they say of themselves.
 */
export function localize(value: string, book: AddressBook): string {
  const database = /^mongodb:\/\/[^@]*@([^/]+)(\/\w+)/.exec(value);
  if (database?.[1])
    return `mongodb://${localize(database[1], book)}${database[2] ?? ""}?directConnection=true`;
  let text = value;
  for (const [there, here] of book) {
    text = text.replace(new RegExp(`(^|[/@,])${there.replaceAll(".", "\\.")}(?=$|[/,?])`, "g"), `$1${here}`);
  }
  return text;
}
