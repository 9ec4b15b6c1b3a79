await new Promise((resolve) => process.stdout.write('{"type":"image/png"}\n', resolve));
for (;;);

export {};
