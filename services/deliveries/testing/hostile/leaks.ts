process.stdout.write(JSON.stringify({ refused: Object.keys(process.env).join() }));
