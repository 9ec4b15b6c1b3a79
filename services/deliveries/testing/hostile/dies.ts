await new Promise((resolve) => process.stdout.write('{"type":"image/png"}\n', resolve));
process.kill(process.pid, "SIGKILL");

export {};
