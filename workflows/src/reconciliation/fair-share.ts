/**
 * At most `max` items, taken from the groups in turns: a group loses some only where it has more than its share. The
 * first of each group come first, and whoever takes fewer of the answer takes fair shares too.
 */
export function fairShare<T>(items: readonly T[], groupOf: (item: T) => string, max: number): T[] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groupOf(item);
    const members = groups.get(group);
    if (members) members.push(item);
    else groups.set(group, [item]);
  }
  const shared: T[] = [];
  const wanted = Math.min(max, items.length);
  for (let turn = 0; shared.length < wanted; turn++) {
    for (const members of groups.values()) {
      const item = members[turn];
      if (item !== undefined && shared.length < wanted) shared.push(item);
    }
  }
  return shared;
}
