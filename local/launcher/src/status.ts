import { readOptions } from "./options.ts";
import { describeMesh } from "./table.ts";

const { dataDir } = readOptions();
const description = await describeMesh(dataDir);
console.log(description ?? `No mesh runs in ${dataDir}; npm start starts one.`);
process.exitCode = description ? 0 : 3;
