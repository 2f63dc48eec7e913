// Print what CMS's validator says of each file that LIST names: node oracle.mjs LIST [VERSION]. One line of JSON for each.
import fs from "node:fs";
import { File } from "node:buffer";

globalThis.File ??= File; // Node 18 has it only there
const { validateCsv, validateJson } = await import("@cmsgov/hpt-validator");
const [list, version = "v3.0.0"] = process.argv.slice(2);
const said = (found) => ({ path: found.path, message: found.message, class: found.constructor.name });
for (const file of JSON.parse(fs.readFileSync(list, "utf-8"))) {
  const validate = file.endsWith(".json") ? validateJson : validateCsv;
  try {
    const found = await validate(fs.createReadStream(file, "utf-8"), version, { maxErrors: 0 });
    console.log(JSON.stringify({ file, valid: found.valid, errors: found.errors.map(said), alerts: found.alerts.map(said) }));
  } catch (error) {
    console.log(JSON.stringify({ file, crash: String(error) }));
  }
}
