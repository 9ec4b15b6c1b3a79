const held: object[] = [];
for (;;) held.push({ more: new Array(1000).fill(held.length) });
